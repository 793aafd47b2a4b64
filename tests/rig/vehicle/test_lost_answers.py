"""Reconciliation when answers are lost, late, or of a server that knows otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from drivers.api.sharing import Restrictions
from rig.digital_key.crypto import PublicKey
from rig.key_server import contract
from rig.key_server.errors import StoreError
from rig.key_server.keys import (
    Functions,
    KeyEntry,
    Role,
    Slot,
    VehicleReport,
    VehicleView,
    key_identifier,
)
from rig.key_server.keys import KeyState as ServerState
from rig.vehicle.keys import OWNER, Key, Origin
from rig.vehicle.server_view import apply_view
from rig.vehicle.telematics import Telematics
from tests.rig.key_server.lab import Lab, open_lab, public_key
from tests.rig.vehicle.garage import Garage
from tests.rig.vehicle.key_holders import friend_of, kinds, new_owner, shared


@pytest.fixture
def garage(tmp_path: Path) -> Iterator[Garage]:
    garage = Garage(open_lab(tmp_path / "keys.sqlite"))
    yield garage
    garage.lab.server.close()


@dataclass
class Mediator(contract.Reconciliation):
    """Stands before a server's reconciliation; a test says what becomes of request and answer."""

    under: contract.Reconciliation
    lose_answers: int = 0
    meanwhile: list[Callable[[], object]] = field(default_factory=list)
    reports: list[VehicleReport] = field(default_factory=list)

    def reconcile(self, report: VehicleReport) -> VehicleView:
        self.reports.append(report)
        view = self.under.reconcile(report)
        while self.meanwhile:
            self.meanwhile.pop()()
        if self.lose_answers:
            self.lose_answers -= 1
            raise StoreError("the answer was lost")
        return view


def mediated(lab: Lab) -> Mediator:
    mediator = Mediator(lab.server.reconciliation)
    lab.server.reconciliation = mediator
    return mediator


def test_an_answer_that_is_lost_is_made_good_by_telling_again(garage: Garage) -> None:
    owner = new_owner(garage)
    receipt = shared(garage, owner)
    garage.telematics.sync()
    mediator = mediated(garage.lab)
    mediator.lose_answers = 2
    garage.telematics.delete(friend_of(garage, receipt))
    for _ in range(2):
        with pytest.raises(StoreError):
            garage.telematics.sync()
        garage.telematics.used(owner)
    garage.telematics.sync()
    assert [len(report.events) for report in mediator.reports] == [1, 2, 3]
    assert kinds(garage) == []


def test_what_happens_while_the_server_answers_holds_against_the_answer(garage: Garage) -> None:
    owner = new_owner(garage)
    first, second, revoked = (shared(garage, owner) for _ in range(3))
    garage.lab.server.revocation.by_owner(owner.key_id, revoked.key_id)
    garage.telematics.sync()
    doomed, waiting = friend_of(garage, first), friend_of(garage, second)
    mediator = mediated(garage.lab)
    mediator.meanwhile = [
        lambda: garage.telematics.delete(doomed),
        lambda: garage.telematics.activate(waiting),
        garage.telematics.fob_used,
    ]
    garage.telematics.sync()
    assert not garage.keyring.holds(doomed)
    assert waiting.activated
    assert garage.keyring.by_id(revoked.key_id) is None
    garage.telematics.sync()
    assert {key.key_id for key in garage.keyring} == {owner.key_id, waiting.key_id}


def test_a_key_paired_while_the_server_answers_is_not_taken_for_one_it_ended(
    garage: Garage,
) -> None:
    new = Key("new", OWNER, garage.keyring.draw_slot(), public_key(901), origin=Origin.PAIRED)

    def pair() -> None:
        garage.telematics.paired(new)
        new.tracked = True  # its receipt says so

    garage.telematics.sync()  # the two have agreed on the numbers of events before
    mediated(garage.lab).meanwhile = [pair]
    garage.telematics.sync()
    assert garage.keyring.holds(new)


def test_a_server_that_was_put_back_is_told_in_its_own_numbers(
    garage: Garage, tmp_path: Path
) -> None:
    for _ in range(3):
        garage.telematics.fob_used()
    garage.telematics.sync()
    garage.telematics.fob_used()
    other = open_lab(tmp_path / "other.sqlite")
    garage.lab.server.reconciliation = other.server.reconciliation
    garage.telematics.sync()
    assert kinds(garage) == []
    assert other.server.reconciliation.reconcile(VehicleReport(other.vehicle_id)).acknowledged == 1
    other.server.close()


def test_a_vehicle_that_lost_its_memory_finds_new_numbers(garage: Garage) -> None:
    for _ in range(3):
        garage.telematics.fob_used()
    garage.telematics.sync()
    owner = new_owner(garage)
    receipt = shared(garage, owner)
    garage.telematics.sync()
    server = garage.lab.server
    forgetful = Telematics(garage.keyring, garage.clock, server=server)
    forgetful.delete(friend_of(garage, receipt))
    forgetful.sync()
    assert server.tracking.key(receipt.key_id).state is ServerState.DELETED


def test_a_view_that_brings_back_a_burnt_slot_is_not_believed(garage: Garage) -> None:
    burnt, public = b"\x05" * 8, public_key(902)
    garage.keyring.burn(burnt)
    apply_view(garage.keyring, view_of(garage, public, burnt), set())
    assert list(garage.keyring) == []


def view_of(garage: Garage, public: PublicKey, slot: bytes) -> VehicleView:
    entry = KeyEntry(
        key_id=key_identifier(public),
        public=public,
        slot=Slot(1, slot),
        role=Role.SHARED,
        state=ServerState.ACTIVE,
        functions=Functions.ALL,
        restrictions=Restrictions(),
    )
    return VehicleView(garage.lab.vehicle_id, (entry,), 0)
