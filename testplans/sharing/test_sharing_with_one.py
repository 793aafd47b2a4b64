"""Sharing with one recipient: the link, the wallet, the first use."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from rig.vehicle.car import Car
from testplans.steps import driving, pairing, sharing


@pytest.mark.requirement("DK-SHARE-08", "DK-SHARE-09", "DK-SHARE-10")
@pytest.mark.parametrize("online", [True, False], ids=["vehicle online", "vehicle offline"])
def test_a_recipient_without_app_and_account_opens_the_link_and_unlocks(
    car: Car, owner_phone: Phone, friend_phone: Phone, account: str, online: bool
) -> None:
    pairing.pair(car, owner_phone, account)
    car.telematics.online = online
    sharing.share(car, owner_phone, friend_phone)
    assert [key.role for key in friend_phone.wallet.listed()] == ["shared"]
    assert driving.unlocks(car, friend_phone)
