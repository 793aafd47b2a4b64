"""Activation codes: shown to the owner, kept out of the message, entered on phone or vehicle."""

from __future__ import annotations

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone import Phone
from drivers.api.secret_text import SecretText
from drivers.api.sharing import CodeEntry, Platform, Shared
from rig.measure.observations import Observe
from rig.measure.outcomes import Inconclusive
from rig.vehicle.car import Car
from rig.vehicle.menu_views import Kind
from testplans.steps import driving, pairing, sharing
from testplans.steps.sharing import PhoneOf

PHONE, VEHICLE, EITHER = CodeEntry.PHONE, CodeEntry.VEHICLE, CodeEntry.EITHER
MANY = 10  # wrong codes in a row, after which a retry policy would have shown itself


def code_of(shared: Shared) -> SecretText:
    """The code that the owner is shown. Raises Inconclusive where there is none."""
    if shared.code is None:
        raise Inconclusive("the owner's phone shows no activation code")
    return shared.code


@pytest.mark.requirement("DK-CODE-01")
@pytest.mark.parametrize("platform", list(Platform))
def test_what_code_a_phone_shows_by_itself_is_recorded(
    car: Car, phone_of: PhoneOf, account: str, platform: Platform, observe: Observe
) -> None:
    owner, recipient = phone_of(platform), phone_of(Platform.PIXEL)
    pairing.pair(car, owner, account)
    shared = sharing.share(car, owner, recipient, code=None)
    shown = "none" if shared.code is None else f"{len(shared.code)} characters"
    observe(f"code shown on {platform}", shown, ambiguity="AMB-05")
    [key] = recipient.wallet.listed()
    observe("the recipient's phone asks for it", key.state == "code needed", ambiguity="AMB-05")
    view = sharing.begin_activation(car, recipient)
    observe("the vehicle asks for it", view.kind is Kind.ENTRY, ambiguity="AMB-05")


@pytest.mark.requirement("DK-CODE-01")
@pytest.mark.parametrize("entry", [PHONE, VEHICLE, EITHER])
def test_a_code_that_is_generated_is_shown_to_the_owner(
    car: Car, owner: Phone, friend_phone: Phone, entry: CodeEntry
) -> None:
    first = sharing.invite(car, owner, friend_phone, code=entry)
    second = sharing.invite(car, owner, friend_phone, code=entry)
    assert first.code, "no code is shown"
    assert first.code != second.code, "two invitations have the same code"


@pytest.mark.requirement("DK-CODE-02")
@pytest.mark.parametrize(
    ("platform", "entry"),
    [(Platform.IOS, PHONE), (Platform.PIXEL, VEHICLE), (Platform.SAMSUNG, EITHER)],
)
def test_the_code_is_not_in_the_message(
    car: Car, phone_of: PhoneOf, account: str, platform: Platform, entry: CodeEntry
) -> None:
    owner, recipient = phone_of(platform), phone_of(Platform.PIXEL)
    pairing.pair(car, owner, account)
    shared = sharing.invite(car, owner, recipient, code=entry)
    code, message = code_of(shared).reveal(), shared.message.reveal()
    # Said without the texts, which are secret.
    is_in_it = code in message or code[::-1] in message or code.encode().hex() in message
    assert not is_in_it, "the message carries the activation code"


@pytest.mark.requirement("DK-CODE-03")
@pytest.mark.parametrize("entry", [PHONE, EITHER])
def test_the_code_entered_on_the_phone_completes_the_activation(
    car: Car, owner: Phone, friend_phone: Phone, entry: CodeEntry
) -> None:
    shared = sharing.share(car, owner, friend_phone, code=entry)
    assert not driving.starts(car, friend_phone)
    assert friend_phone.wallet.listed()[0].state == "code needed"
    friend_phone.wallet.enter_code(car.keyring.identifier, code_of(shared))
    assert sharing.has_key(friend_phone)
    sharing.activate(car, friend_phone)
    assert driving.unlocks(car, friend_phone)
    assert driving.starts(car, friend_phone)
    assert sharing.state_of(car, owner, shared) == "active"


@pytest.mark.requirement("DK-CODE-03", "DK-CODE-05")
@pytest.mark.parametrize("entry", [VEHICLE, EITHER])
def test_the_code_typed_in_at_the_vehicle_completes_the_activation(
    car: Car, owner: Phone, friend_phone: Phone, entry: CodeEntry
) -> None:
    shared = sharing.share(car, owner, friend_phone, code=entry)
    assert not driving.starts(car, friend_phone)
    view = sharing.begin_activation(car, friend_phone)
    assert view.kind is Kind.ENTRY, "the vehicle does not ask for the code"
    assert car.head_unit.type_in(code_of(shared)).kind is Kind.DONE
    car.start_authorised.wait()
    assert driving.unlocks(car, friend_phone)
    assert driving.starts(car, friend_phone)
    assert sharing.state_of(car, owner, shared) == "active"


@pytest.mark.requirement("DK-CODE-05")
def test_a_phone_of_the_case_that_wants_it_has_its_code_asked_for_by_the_vehicle(
    car: Car, phone_of: PhoneOf, account: str
) -> None:
    owner, recipient = phone_of(Platform.SAMSUNG), phone_of(Platform.IOS)
    pairing.pair(car, owner, account)
    shared = sharing.share(car, owner, recipient, code=None)
    code = code_of(shared)
    view = sharing.begin_activation(car, recipient)
    if view.kind is not Kind.ENTRY:
        raise Inconclusive("this phone's code is not asked for by the vehicle")
    assert car.head_unit.type_in(code).kind is Kind.DONE
    car.start_authorised.wait()
    assert driving.starts(car, recipient)


@pytest.mark.requirement("DK-CODE-04")
def test_wrong_codes_on_the_phone_activate_nothing(
    car: Car, owner: Phone, friend_phone: Phone, observe: Observe
) -> None:
    shared = sharing.share(car, owner, friend_phone, code=PHONE)
    code = code_of(shared)
    said: list[str] = []
    while len(said) < MANY and friend_phone.wallet.listed():
        with pytest.raises(ActionRefused) as refused:
            friend_phone.wallet.enter_code(car.keyring.identifier, sharing.wrong(code))
        said.append(refused.value.reason)
        assert not sharing.has_key(friend_phone)
    observe("wrong codes until the key ended", len(said), ambiguity="AMB-05")
    observe("what the phone said", "; ".join(said))
    assert driving.opens_nothing(car, friend_phone)
    assert driving.starts_nothing(car, friend_phone)


@pytest.mark.requirement("DK-CODE-04")
def test_wrong_codes_at_the_vehicle_activate_nothing(
    car: Car, owner: Phone, friend_phone: Phone, observe: Observe
) -> None:
    shared = sharing.share(car, owner, friend_phone, code=VEHICLE)
    code = code_of(shared)
    said: list[str] = []
    sharing.begin_activation(car, friend_phone)
    while len(said) < MANY and sharing.state_of(car, owner, shared) == "accepted":
        with pytest.raises(ActionRefused) as refused:
            car.head_unit.type_in(sharing.wrong(code))
        said.append(refused.value.reason)
        assert not car.start_authorised
    has_ended = sharing.state_of(car, owner, shared) == "ended"
    observe("wrong codes until the key ended", len(said), ambiguity="AMB-05")
    observe("what the vehicle said", "; ".join(said))
    car.settle()
    assert not has_ended or driving.opens_nothing(car, friend_phone), "a key that has ended opens"
    assert driving.starts_nothing(car, friend_phone)


@pytest.mark.requirement("DK-CODE-04", "DK-CODE-05")
@pytest.mark.parametrize("heard", [True, False], ids=["told of the key", "never told of it"])
def test_a_vehicle_that_is_offline_does_not_do_without_the_code(
    car: Car, owner: Phone, friend_phone: Phone, observe: Observe, heard: bool
) -> None:
    car.telematics.online = heard
    code = code_of(sharing.share(car, owner, friend_phone, code=VEHICLE))
    car.telematics.online = False
    view = sharing.begin_activation(car, friend_phone)
    assert view.kind is Kind.ENTRY, "the vehicle does not ask for the code"
    try:
        said = car.head_unit.type_in(code).text
    except ActionRefused as refusal:
        said = refusal.reason
        assert driving.starts_nothing(car, friend_phone)
    observe("a code typed in while the vehicle is offline", said, ambiguity="AMB-05")
    car.telematics.online = True
    sharing.activate(car, friend_phone, code)
    assert driving.starts(car, friend_phone)


@pytest.mark.requirement("DK-CODE-04")
@pytest.mark.parametrize("entry", [PHONE, VEHICLE])
def test_after_one_wrong_code_the_right_one_is_taken(
    car: Car, owner: Phone, friend_phone: Phone, entry: CodeEntry
) -> None:
    shared = sharing.share(car, owner, friend_phone, code=entry)
    code = code_of(shared)
    if entry is PHONE:
        with pytest.raises(ActionRefused):
            friend_phone.wallet.enter_code(car.keyring.identifier, sharing.wrong(code))
        friend_phone.wallet.enter_code(car.keyring.identifier, code)
        sharing.activate(car, friend_phone)
    else:
        sharing.begin_activation(car, friend_phone)
        with pytest.raises(ActionRefused):
            car.head_unit.type_in(sharing.wrong(code))
        assert car.head_unit.type_in(code).kind is Kind.DONE
        car.start_authorised.wait()
    assert driving.starts(car, friend_phone)
