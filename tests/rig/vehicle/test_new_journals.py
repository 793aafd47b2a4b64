"""A vehicle that has forgotten how far it counted loses no event by it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.key_server.keys import Functions, KeyState
from rig.vehicle.event_journal import MemoryJournal
from rig.vehicle.keyring import Keyring
from rig.vehicle.telematics import Telematics
from tests.rig.key_server.lab import open_lab
from tests.rig.vehicle.garage import Garage, open_garage
from tests.rig.vehicle.key_holders import friend_of, new_owner, shared


@pytest.fixture
def garage(tmp_path: Path) -> Iterator[Garage]:
    garage = open_garage(tmp_path)
    yield garage
    garage.lab.server.close()


@pytest.mark.parametrize("heard", [0, 1, 2, 3])
@pytest.mark.parametrize("before", [0, 1, 2])
def test_a_deletion_is_told_whatever_number_the_journal_gives_it(
    garage: Garage, heard: int, before: int
) -> None:
    owner = new_owner(garage)
    receipt = shared(garage, owner)
    for _ in range(heard):
        garage.telematics.used(owner)
    garage.telematics.sync()
    friend = friend_of(garage, receipt)
    anew = Telematics(garage.keyring, garage.clock, server=garage.lab.server)
    for _ in range(before):
        anew.used(owner)
    anew.delete(friend)
    anew.sync()
    assert anew.untold == ()
    assert garage.lab.server.tracking.key(receipt.key_id).state is KeyState.DELETED


@pytest.mark.parametrize("heard", [0, 1, 2, 3])
def test_an_activation_before_the_first_word_with_the_server_is_told(
    garage: Garage, heard: int
) -> None:
    owner = new_owner(garage)
    receipt = shared(garage, owner)
    for _ in range(heard):
        garage.telematics.used(owner)
    garage.telematics.sync()
    anew = Telematics(garage.keyring, garage.clock, server=garage.lab.server)
    anew.activate(friend_of(garage, receipt))
    anew.sync()
    assert garage.lab.server.tracking.key(receipt.key_id).functions is Functions.ALL


class WatchedJournal(MemoryJournal):
    """Notes whether another thread could note an event while the numbers change."""

    def __init__(self, keyring: Keyring) -> None:
        super().__init__()
        self.open_meanwhile: list[bool] = []
        self._lock = keyring.lock

    def renumber(self, first: int) -> None:
        other = threading.Thread(target=self._try)
        other.start()
        other.join()
        super().renumber(first)

    def _try(self) -> None:
        taken = self._lock.acquire(blocking=False)
        self.open_meanwhile.append(taken)
        if taken:
            self._lock.release()


@pytest.mark.parametrize("noted", [0, 7])
def test_no_event_is_noted_while_events_are_renumbered(garage: Garage, noted: int) -> None:
    garage.telematics.fob_used()
    garage.telematics.fob_used()
    garage.telematics.sync()
    journal = WatchedJournal(garage.keyring)
    anew = Telematics(garage.keyring, garage.clock, server=garage.lab.server, journal=journal)
    for _ in range(noted):
        anew.fob_used()
    journal.acknowledge(noted - 1)  # one untold, its number ahead of or behind the server's
    anew.fob_used()
    anew.sync()
    assert anew.untold == ()
    assert journal.open_meanwhile == [False]


@pytest.mark.parametrize("heard", [0, 1, 2, 3])
def test_an_activation_is_told_to_another_server_that_has_heard_events_too(
    garage: Garage, tmp_path: Path, heard: int
) -> None:
    other = open_lab(tmp_path / "other.sqlite")
    anew = Telematics(garage.keyring, garage.clock, server=other.server)
    anew.sync()
    other.server.close()
    owner = new_owner(garage)
    receipt = shared(garage, owner)
    for _ in range(heard):
        garage.telematics.used(owner)
    garage.telematics.sync()
    anew.connect(garage.lab.server)
    anew.activate(friend_of(garage, receipt))
    anew.sync()
    assert garage.lab.server.tracking.key(receipt.key_id).functions is Functions.ALL
