"""The vehicle's half of reconciliation, against the emulated key server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rig.digital_key.secrets import Secret
from rig.key_server.errors import OfferRefused, WrongCode
from rig.key_server.invitations import CodeEntry, Platform
from rig.key_server.keys import (
    EventKind,
    Functions,
)
from rig.key_server.keys import KeyState as ServerState
from rig.key_server.readings import KeyKind
from rig.vehicle.errors import NotEnrolled, Offline
from rig.vehicle.keys import FRIEND, OWNER, Key, KeyState, Origin
from rig.vehicle.readings import VehicleReadings
from tests.rig.key_server.lab import open_lab, public_key
from tests.rig.vehicle.garage import Garage
from tests.rig.vehicle.key_holders import friend_of, invited, kinds, new_owner, shared


@pytest.fixture
def garage(tmp_path: Path) -> Iterator[Garage]:
    garage = Garage(open_lab(tmp_path / "keys.sqlite"))
    yield garage
    garage.lab.server.close()


def test_a_shared_key_comes_with_the_view_and_starts_after_its_activation(garage: Garage) -> None:
    receipt = shared(garage, new_owner(garage))
    garage.telematics.sync()
    key = friend_of(garage, receipt)
    assert (key.role, key.origin, key.slot) == (FRIEND, Origin.VIEW, receipt.slot.identifier)
    assert (key.opens, key.start, key.activated) == (True, True, False)
    garage.telematics.activate(key)
    assert key.activated
    garage.telematics.sync()
    assert key.activated
    record = garage.lab.server.tracking.key(key.key_id)
    assert record.functions is Functions.ALL


def test_a_paired_key_stays_until_the_server_knows_it_and_goes_when_the_server_ends_it(
    garage: Garage,
) -> None:
    lab = garage.lab
    pairing = lab.server.tokens.start_in_app(lab.account_id, lab.vehicle_id)
    key = Key("owner", OWNER, garage.keyring.draw_slot(), lab.new_phone(), origin=Origin.PAIRED)
    garage.telematics.paired(key)
    garage.telematics.sync()
    assert garage.keyring.holds(key)
    lab.server.tracking.track_owner(pairing.pairing_id, key.public, key.slot)
    lab.server.revocation.by_holder(key.key_id)
    garage.telematics.sync()
    assert not garage.keyring.holds(key), "never listed, and yet its slot is spent"


def test_what_the_bench_provisioned_is_no_business_of_the_server(garage: Garage) -> None:
    card = Key("card", "card", b"\x07", public_key(900))
    garage.keyring.enrol(card)
    garage.telematics.sync()
    assert garage.keyring.holds(card)


@pytest.mark.parametrize("kind", [*KeyKind, None])
@pytest.mark.parametrize("counts", [True, False])
def test_pre_deletion_ends_with_a_use_of_what_counts_as_another_key(
    garage: Garage, kind: KeyKind | None, counts: bool
) -> None:
    every = frozenset(KeyKind)
    ends = every if counts else every - {kind} if kind else every
    garage.telematics.readings = VehicleReadings(ends_pre_deletion=ends)
    owner = new_owner(garage)
    card = garage.keyring.enrol(Key("card", "card", b"\x07", public_key(900)))
    receipt = shared(garage, owner)
    garage.lab.server.revocation.by_owner(owner.key_id, receipt.key_id)
    garage.telematics.sync()
    key = friend_of(garage, receipt)
    assert key.state is KeyState.PRE_DELETION
    uses: dict[KeyKind | None, Callable[[], None]] = {
        KeyKind.DIGITAL: lambda: garage.telematics.used(owner),
        KeyKind.CARD: lambda: garage.telematics.used(card),
        KeyKind.FOB: garage.telematics.fob_used,
        None: lambda: garage.telematics.used(key),
    }
    uses[kind]()
    ended = counts and kind is not None
    assert garage.keyring.holds(key) is not ended
    assert (EventKind.PRE_DELETION_OVER in kinds(garage)) is ended
    if ended:
        garage.telematics.sync()
        assert garage.lab.server.tracking.key(key.key_id).state is ServerState.DELETED
        assert not garage.keyring.is_open(receipt.slot.identifier)


def test_two_revoked_keys_do_not_end_each_other(garage: Garage) -> None:
    owner = new_owner(garage)
    receipts = [shared(garage, owner) for _ in range(2)]
    for receipt in receipts:
        garage.lab.server.revocation.by_owner(owner.key_id, receipt.key_id)
    garage.telematics.sync()
    for receipt in receipts:
        garage.telematics.used(friend_of(garage, receipt))
    assert all(garage.keyring.by_id(receipt.key_id) for receipt in receipts)


def test_what_was_deleted_here_does_not_come_back(garage: Garage) -> None:
    receipt = shared(garage, new_owner(garage))
    garage.telematics.sync()
    garage.telematics.delete(friend_of(garage, receipt))
    assert kinds(garage) == [EventKind.DELETED]
    garage.telematics.sync()
    assert garage.keyring.by_id(receipt.key_id) is None
    assert garage.lab.server.tracking.key(receipt.key_id).state is ServerState.DELETED


def test_a_key_that_awaits_its_code_on_the_phone_opens_nothing(garage: Garage) -> None:
    receipt = shared(garage, new_owner(garage), CodeEntry.PHONE)
    garage.telematics.sync()
    key = friend_of(garage, receipt)
    assert not key.opens
    with pytest.raises(NotEnrolled):
        garage.telematics.activate(key)
    assert not key.activated


def test_the_code_is_typed_in_at_the_vehicle_where_it_is_asked_for(garage: Garage) -> None:
    owner = new_owner(garage)
    sent = invited(garage, owner, CodeEntry.VEHICLE)
    receipt = garage.lab.server.sharing.accept(sent.link, garage.lab.new_phone(), Platform.IOS)
    garage.telematics.sync()
    key = friend_of(garage, receipt)
    assert garage.telematics.awaits_code(key)
    assert not garage.telematics.awaits_code(owner)
    with pytest.raises(OfferRefused, match="code"):
        garage.telematics.activate(key)
    with pytest.raises(WrongCode):
        garage.telematics.activate(key, Secret(b"no such code"))
    assert not key.activated
    assert sent.code is not None
    garage.telematics.activate(key, sent.code)
    garage.telematics.sync()
    assert key.activated
    assert not garage.telematics.awaits_code(key)


def test_offline_nothing_is_asked_and_everything_kept(garage: Garage) -> None:
    owner = new_owner(garage)
    receipt = shared(garage, owner)
    garage.telematics.sync()
    garage.telematics.online = False
    garage.telematics.used(owner)
    garage.telematics.fob_used()
    key = friend_of(garage, receipt)
    garage.telematics.activate(key)
    assert garage.telematics.sync() is None
    assert kinds(garage) == [EventKind.USED, EventKind.FOB_USED, EventKind.ACTIVATED]
    with pytest.raises(Offline):
        garage.telematics.activate(key, Secret(b"code"))
    with pytest.raises(Offline):
        garage.telematics.enter_token(Secret(b"token"))
    garage.telematics.online = True
    garage.telematics.sync()
    assert kinds(garage) == []
    assert garage.lab.server.tracking.key(key.key_id).functions is Functions.ALL
