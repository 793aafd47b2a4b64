"""Which phones are offered a digital key, and what they need to have installed."""

from __future__ import annotations

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.maker_app import AppAction, AppState, Installed
from drivers.api.phone import Phone
from rig.key_server.contract import KeyServer
from rig.key_server.phone_side.messages import mail_of
from rig.measure.observations import Observe
from rig.vehicle.car import Car
from testplans.steps import driving, pairing, sharing

SUPPORTED = {"ios": "owner_phone", "pixel": "friend_phone", "samsung": "third_phone"}
UNSUPPORTED = {"model": "old_phone", "system": "outdated_phone", "market": "foreign_phone"}


@pytest.fixture
def named_phone(request: pytest.FixtureRequest) -> Phone:
    """The phone of the bench that the test's parameter names."""
    phone: Phone = request.getfixturevalue(request.param)
    return phone


supported = pytest.mark.parametrize("named_phone", SUPPORTED.values(), ids=SUPPORTED, indirect=True)
unsupported = pytest.mark.parametrize(
    "named_phone", UNSUPPORTED.values(), ids=UNSUPPORTED, indirect=True
)


@pytest.mark.requirement("DK-ELIG-01")
@supported
def test_a_supported_phone_is_offered_a_digital_key(
    car: Car, named_phone: Phone, account: str
) -> None:
    view = pairing.open_page(car, named_phone, account)
    assert view.tile == car.interior.variant
    assert AppAction.OPEN_TILE in view.actions


@pytest.mark.requirement("DK-ELIG-01")
@unsupported
def test_a_phone_outside_the_availability_matrix_is_offered_none(
    car: Car, named_phone: Phone, account: str, observe: Observe
) -> None:
    view = pairing.open_page(car, named_phone, account)
    assert view.tile == ""
    assert AppAction.OPEN_TILE not in view.actions
    observe("reason the app gives", view.message)


@pytest.mark.requirement("DK-ELIG-01")
@unsupported
def test_a_phone_outside_the_availability_matrix_gets_none_by_the_letter_either(
    car: Car, named_phone: Phone, key_server: KeyServer, account: str
) -> None:
    (letter,) = key_server.letters.sent(account)
    with pytest.raises(ActionRefused):
        named_phone.wallet.open_link(mail_of(letter).body)
    assert car.pairing.pairing is None


@pytest.mark.requirement("DK-ELIG-01")
def test_in_a_market_outside_the_availability_matrix_no_vehicle_offers_one(
    car: Car, owner_phone: Phone, account: str, observe: Observe
) -> None:
    with car.recoded(market="ZZ"):
        view = pairing.open_page(car, owner_phone, account)
        assert view.tile == ""
        observe("reason the app gives", view.message)


@pytest.mark.requirement("DK-ELIG-06")
@supported
def test_each_listed_family_of_phones_pairs_and_unlocks(
    car: Car, named_phone: Phone, account: str
) -> None:
    pairing.pair(car, named_phone, account)
    assert pairing.has_main_key(car, named_phone)
    assert driving.unlocks(car, named_phone)


@pytest.mark.requirement("DK-ELIG-07")
@pytest.mark.parametrize("installed", [Installed.OUTDATED, Installed.MISSING])
def test_a_key_is_set_up_only_with_an_app_that_is_up_to_date(
    car: Car, owner_phone: Phone, account: str, installed: Installed
) -> None:
    owner_phone.app.sign_in(account)
    asked_for = {
        Installed.OUTDATED: AppState.UPDATE_NEEDED,
        Installed.MISSING: AppState.MISSING,
    }[installed]
    assert owner_phone.app.install(installed).state is asked_for
    assert owner_phone.app.open().state is asked_for
    owner_phone.app.install(Installed.CURRENT)
    assert pairing.open_page(car, owner_phone, account).tile


@pytest.mark.requirement("DK-ELIG-07")
@pytest.mark.parametrize("installed", [Installed.OUTDATED, Installed.MISSING])
def test_a_key_is_shared_only_with_an_app_that_is_up_to_date(
    car: Car, owner: Phone, friend_phone: Phone, installed: Installed
) -> None:
    owner.app.install(installed)
    with pytest.raises(ActionRefused):
        sharing.invite(car, owner, friend_phone)
    owner.app.install(Installed.CURRENT)
    sharing.share(car, owner, friend_phone)
    assert driving.unlocks(car, friend_phone)


@pytest.mark.requirement("DK-ELIG-07")
def test_the_letter_opens_a_pairing_only_with_an_app_that_is_up_to_date(
    car: Car, owner_phone: Phone, key_server: KeyServer, account: str
) -> None:
    (letter,) = key_server.letters.sent(account)
    owner_phone.app.install(Installed.OUTDATED)
    with pytest.raises(ActionRefused):
        owner_phone.wallet.open_link(mail_of(letter).body)
    assert car.pairing.pairing is None
    owner_phone.app.install(Installed.CURRENT)
    owner_phone.wallet.open_link(mail_of(letter).body)
    assert car.pairing.pairing is not None
