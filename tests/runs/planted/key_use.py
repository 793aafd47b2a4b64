"""Faults in the use of a key at the handle and in the tray, which the smoke plan catches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rig.digital_key import secure_channel, transaction
from rig.digital_key.crypto import PrivateKey, PublicKey
from rig.vehicle import policy, running, service
from rig.vehicle.body import Body
from rig.vehicle.car import Car, Pressed
from rig.vehicle.keyring import Keyring, KeyState
from rig.vehicle.wiring import CLOSURES
from tests.runs.planted.replacing import replace_in

_KEY = PrivateKey.generate()
_against_key = policy._against_key  # noqa: SLF001


def skip_the_device_signature() -> None:
    replace_in(PublicKey, "verify", lambda *_: None)


def skip_the_mac() -> None:
    replace_in(secure_channel, "same", lambda *_: True)


def accept_any_cryptogram() -> None:
    replace_in(transaction, "same", lambda *_: True)


def accept_any_slot() -> None:
    replace_in(Keyring, "by_slot", lambda self, _slot: next(iter(self)))
    replace_in(PublicKey, "verify", lambda *_: None)


def accept_a_wrong_vehicle() -> None:
    """Keys are kept without the vehicle they are for, and each vehicle says it is the first."""
    rings: list[Keyring] = []
    made, speaking = Keyring.__init__, Car._speaking_for  # noqa: SLF001

    def kept(self: Keyring, *args: Any) -> None:
        made(self, *args)
        rings.append(self)

    def anywhere(_self: Keyring, slot: bytes) -> Any:
        return next((key for ring in rings for key in ring if key.slot == slot), None)

    replace_in(Keyring, "__init__", kept)
    replace_in(Keyring, "by_slot", anywhere)
    replace_in(Car, "_speaking_for", lambda self, _keyring: speaking(self, rings[0]))


def use_one_nonce_for_ever() -> None:
    made = transaction.Transaction.__init__

    def fixed(self: Any, *args: Any, **_kwargs: Any) -> None:
        made(self, *args, ephemeral=lambda: _KEY, random=bytes)

    replace_in(transaction.Transaction, "__init__", fixed)


def _as_if(**fields: Any) -> None:
    """Let the policy see every key with these fields instead of its own."""
    replace_in(
        policy, "_against_key", lambda key, *rest: _against_key(replace(key, **fields), *rest)
    )


def ignore_deletion_and_deactivation() -> None:
    _as_if(state=KeyState.ACTIVE)


def ignore_the_validity() -> None:
    _as_if(valid_until=None)


def ignore_the_right_to_start() -> None:
    _as_if(start=True)


def forget_the_doors() -> None:
    replace_in(policy, "_against_state", lambda *_: None)


def open_all_whatever_the_setting() -> None:
    replace_in(Body, "locks_to_open", lambda _: CLOSURES)


def lock_the_driver_door_only() -> None:
    replace_in(service, "DOORS", ("driver",))
    replace_in(service, "TRUNK", "driver")


def start_without_a_key() -> None:
    replace_in(Car, "press_start_stop", lambda _: Pressed(True, "started"))


def release_the_trunk_without_a_key() -> None:
    replace_in(Car, "press_trunk_button", lambda _: Pressed(True, "released"))


def forget_that_the_tray_is_empty() -> None:
    replace_in(running.RunningVehicle, "left", lambda *_: None)


CAUGHT_BY: dict[Callable[[], None], str] = {
    skip_the_device_signature: "claims_anothers_slot",
    skip_the_mac: "altered_message and MAC",
    accept_any_cryptogram: "cannot_be_replayed and fast",
    accept_any_slot: "never_enrolled",
    accept_a_wrong_vehicle: "second_vehicle_does_not_react",
    use_one_nonce_for_ever: "cannot_be_replayed and standard",
    ignore_deletion_and_deactivation: "deleted_key or deactivated_card",
    ignore_the_validity: "outside_its_validity",
    ignore_the_right_to_start: "shared_key_starts",
    forget_the_doors: "open_door_prevents",
    open_all_whatever_the_setting: "changed_unlock_setting",
    lock_the_driver_door_only: "tap_at_the_handle_locks",
    start_without_a_key: "without_a_device_in_the_tray",
    release_the_trunk_without_a_key: "empty_tray",
    forget_that_the_tray_is_empty: "taken_from_the_tray",
}
