"""Where the key lives: in a secure element that works while the phone's processor is off."""

from __future__ import annotations

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone import Phone
from drivers.api.sharing import Platform
from rig.digital_key.pairing_messages import Flow
from rig.measure.observations import Observe
from rig.vehicle.car import Car
from rig.vehicle.visit import Ending
from testplans.steps import driving, pairing
from testplans.steps.phones import EACH_PLATFORM, PhoneOf

pytestmark = pytest.mark.requirement("DK-SEC-01")


@EACH_PLATFORM
def test_the_key_signs_while_the_application_processor_is_off(
    car: Car, paired_phone: Phone, observe: Observe
) -> None:
    paired_phone.battery.drain()
    with pytest.raises(ActionRefused):
        paired_phone.screen.authenticate(paired_phone.screen.methods()[0])
    car.keyring.forget_fast()
    visit = driving.tap(car, paired_phone)
    assert visit.ending is Ending.UNLOCKED, visit.explanation
    assert not visit.fast, "a fast transaction shows no signature"
    observe("signature with the private key, application processor off", visit.explanation)


@EACH_PLATFORM
def test_a_key_no_maker_of_devices_vouches_for_becomes_no_main_key(
    car: Car, account: str, phone_of: PhoneOf, platform: Platform
) -> None:
    """An exported or imported key has no chain that says it was made inside of the device."""
    phone = phone_of(platform)
    pairing.begin_pairing(car, phone, account)
    with car.pairing.trusting(pairing.without_makers(car)):
        visit = driving.place(car, phone)
    assert visit.ending is Ending.PAIRING_FAILED, visit.explanation
    assert visit.flow == Flow.BAD_CERTIFICATE
    assert not list(car.keyring)
    assert not phone.wallet.listed()
