"""Sharing a key: the owner's request, and what the recipient makes of the message."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from drivers.api.errors import ActionRefused
from drivers.api.phone import Phone
from drivers.api.secret_text import SecretText
from drivers.api.sharing import (
    Channel,
    CodeEntry,
    Platform,
    Shared,
    ShareRequest,
    ShareState,
)
from rig.vehicle.car import Car
from rig.vehicle.conditions import VehicleCondition
from rig.vehicle.menu_views import Kind, View
from rig.vehicle.menus import Function
from testplans.steps import driving

PhoneOf = Callable[[Platform], Phone]
GRANTED = ("accepted", "active")
"""States of a share whose recipient has the key: the owner reads "Unlock and Drive" (AMB-30)."""


def invite(car: Car, owner: Phone, recipient: Phone, /, **request: Any) -> Shared:
    """Share the owner's key; fields of the request as given, by text message without a code."""
    basic: dict[str, Any] = {
        "recipient": recipient.name or "a friend",
        "channel": Channel.SMS,
        "receiver": recipient.platform,
        "code": CodeEntry.NONE,
    }
    return owner.sharing.share(car.keyring.identifier, ShareRequest(**basic | request))


def invite_using_the_key(car: Car, owner: Phone, recipient: Phone, **request: Any) -> Shared:
    """As ``invite``; refused, the owner uses the own key on the vehicle and tries once more.

    A wallet may ask for that when several keys are shared in a row (DK-SHARE-12). Raises
    ActionRefused for what is refused nonetheless.
    """
    try:
        return invite(car, owner, recipient, **request)
    except ActionRefused:
        use_the_key(car, owner)
    return invite(car, owner, recipient, **request)


def use_the_key(car: Car, owner: Phone) -> None:
    """Lay it into the tray, where the vehicle gives out what further shares need, and take it."""
    driving.place(car, owner)
    owner.withdraw()
    car.await_empty("tray")


def share(car: Car, owner: Phone, recipient: Phone, **request: Any) -> Shared:
    """Share, and have the recipient open the link."""
    shared = invite(car, owner, recipient, **request)
    recipient.wallet.open_link(shared.message)
    return shared


def share_using_the_key(car: Car, owner: Phone, recipient: Phone, **request: Any) -> Shared:
    """As ``share``, with the owner's own key used on the vehicle where the wallet asks for it."""
    shared = invite_using_the_key(car, owner, recipient, **request)
    recipient.wallet.open_link(shared.message)
    return shared


def share_with_all(car: Car, owner: Phone, recipients: tuple[Phone, ...]) -> tuple[Shared, ...]:
    """Share with one after the other; each accepts."""
    return tuple(share_using_the_key(car, owner, each) for each in recipients)


def invited(
    car: Car, owner: Phone, recipients: tuple[Phone, ...]
) -> Iterator[tuple[Phone, Shared]]:
    """Invite one after the other, until it is refused; nobody accepts yet."""
    for each in recipients:
        try:
            yield each, invite_using_the_key(car, owner, each)
        except ActionRefused:
            return


def is_accepted(recipient: Phone, shared: Shared) -> bool:
    """Open the link; whether the key is there then."""
    try:
        recipient.wallet.open_link(shared.message)
    except ActionRefused:
        return False
    return has_key(recipient)


def listed(car: Car, owner: Phone, shared: Shared) -> ShareState:
    """The share as the owner's list has it."""
    shares = owner.sharing.shares(car.keyring.identifier)
    return next(each for each in shares if each.share_id == shared.share_id)


def state_of(car: Car, owner: Phone, shared: Shared) -> str:
    """How the share stands in the owner's list."""
    return listed(car, owner, shared).state


def states(car: Car, owner: Phone) -> list[str]:
    """How all shares stand, oldest first."""
    return [each.state for each in owner.sharing.shares(car.keyring.identifier)]


def has_key(recipient: Phone) -> bool:
    """Whether the wallet lists a shared key that is there to be used."""
    keys = [(key.role, key.state) for key in recipient.wallet.listed()]
    return keys == [("shared", "ready")]


def added(car: Car, recipient: Phone) -> VehicleCondition:
    """The key is in the recipient's wallet."""
    return VehicleCondition("key in the wallet", lambda: has_key(recipient), car)


def granted(car: Car, owner: Phone, shared: Shared) -> VehicleCondition:
    """The owner reads that the recipient has the key."""
    return VehicleCondition(
        "granted in the owner's list", lambda: state_of(car, owner, shared) in GRANTED, car
    )


def begin_activation(car: Car, recipient: Phone) -> View:
    """Lay the shared key into the tray, and accept what the display offers."""
    driving.place(car, recipient)
    assert car.head_unit.popup is Function.ACTIVATE_SHARED_KEY, car.head_unit.screen
    view = car.head_unit.confirm()
    return car.head_unit.confirm() if view.kind is Kind.QUESTION else view


def activate(car: Car, recipient: Phone, code: SecretText | None = None) -> None:
    """Activate the shared key on the display; it lies in the tray, and may start, afterwards."""
    view = begin_activation(car, recipient)
    if view.kind is Kind.ENTRY and code is not None:
        view = car.head_unit.type_in(code)
    assert view.kind is Kind.DONE, view.screen
    car.start_authorised.wait()
    car.settle()


def share_activated(car: Car, owner: Phone, recipient: Phone, **request: Any) -> Shared:
    """Share, and go through the first use; the tray is empty again afterwards."""
    shared = share(car, owner, recipient, **request)
    activate(car, recipient)
    recipient.withdraw()
    car.await_empty("tray")
    return shared


def wrong(code: SecretText) -> SecretText:
    """Another code of the same length."""
    text = code.reveal()
    return SecretText("".join("1" if each == "0" else "0" for each in text))
