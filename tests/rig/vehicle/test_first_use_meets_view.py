"""A friend's first use while the key server tells the vehicle of the same key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rig.digital_key.attestation import Entitlement
from rig.digital_key.dissect import name_of
from rig.digital_key.messages import Outcome
from rig.key_server.invitations import Platform
from rig.vehicle import first_use, service
from rig.vehicle.keys import OWNER, Key, Origin
from rig.vehicle.visit import Ending
from tests.rig.vehicle import friends
from tests.rig.vehicle.garage import Garage, TestLine, open_garage
from tests.rig.vehicle.key_holders import invited


@pytest.fixture
def garage(tmp_path: Path) -> Iterator[Garage]:
    garage = open_garage(tmp_path)
    yield garage
    garage.lab.server.close()


def attested_by_the_server(garage: Garage) -> Entitlement:
    """A share that was accepted and signed, of which the vehicle has not heard."""
    lab = garage.lab
    slot = garage.keyring.draw_slot()
    owner = Key("owner", OWNER, slot, friends.OWNER.public, origin=Origin.PAIRED)
    pairing = lab.server.tokens.start_in_app(lab.account_id, lab.vehicle_id)
    garage.telematics.paired(owner)
    lab.server.tracking.track_owner(pairing.pairing_id, owner.public, owner.slot)
    garage.telematics.sync()
    sent = invited(garage, owner)
    lab.server.sharing.accept(sent.link, friends.FRIEND.public, Platform.IOS)
    (waiting,) = lab.server.signing.to_sign(owner.key_id)
    return Entitlement.decode(waiting.entitlement)


@pytest.mark.parametrize(
    ("step", "occasion"),
    [("AUTH0", 0), ("AUTH0", 1), ("AUTH1", 1), ("EXCHANGE", 0), ("EXCHANGE", 3)],
)
def test_a_view_that_comes_in_the_middle_of_a_first_use_does_not_refuse_it(
    garage: Garage, step: str, occasion: int
) -> None:
    entitlement = attested_by_the_server(garage)
    met: list[int] = []

    def told(number: int, apdu: bytes) -> bytes:
        if name_of(apdu) == step:
            met.append(number)
            if len(met) == occasion + 1:
                garage.telematics.sync()
        return apdu

    visit = garage.tap(TestLine(friends.friend(garage, entitlement), on_command=told))
    assert visit.ending is Ending.UNLOCKED, f"{visit.outcome}: {visit.explanation}"


def test_the_key_that_is_enrolled_is_the_key_in_the_tray(garage: Garage) -> None:
    entitlement = attested_by_the_server(garage)

    def told(_number: int, apdu: bytes) -> bytes:
        if name_of(apdu) == "EXCHANGE":
            garage.telematics.sync()
        return apdu

    garage.put_into_tray(TestLine(friends.friend(garage, entitlement), on_command=told))
    assert garage.in_tray is not None
    assert garage.keyring.holds(garage.in_tray.key)


@pytest.mark.parametrize("end", ["deleted", "replaced"])
def test_a_key_whose_owner_ends_in_the_middle_of_its_first_use_is_not_taken_in(
    garage: Garage, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    entitlement = attested_by_the_server(garage)
    (owner,) = garage.keyring.owners()
    garage.telematics.online = False
    examine = first_use.introduced

    def then_the_owner_ends(*about: Any) -> Key:
        key = examine(*about)
        if end == "deleted":
            garage.telematics.delete(owner)
        else:
            slot = garage.keyring.draw_slot()
            garage.telematics.paired(Key("new", OWNER, slot, friends.STRANGER.public))
        return key

    monkeypatch.setattr(service, "introduced", then_the_owner_ends)
    visit = garage.tap(TestLine(friends.friend(garage, entitlement)))
    assert visit.refused
    assert visit.outcome is Outcome.KEY_NOT_TRUSTED
    assert garage.keyring.by_slot(entitlement.slot) is None
