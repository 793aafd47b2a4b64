"""5 and 18 shares, and what counts as one under each counting rule."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Literal

import pytest

from rig.key_server.errors import SharesExhausted
from rig.key_server.keys import EventKind, Receipt
from rig.key_server.readings import Counting, Readings
from rig.key_server.vehicles import Body, Variant, VehicleRecord
from tests.rig.key_server.conftest import MakeLab
from tests.rig.key_server.lab import COOPER, Lab, an_offer

SECOND = replace(COOPER, vehicle_id=bytes.fromhex("99aabbccddeeff00"))


@pytest.mark.parametrize(("body", "limit"), [(Body.CONVERTIBLE, 5), (Body.HATCH, 18)])
def test_the_variant_decides_how_many_shares_there_are(
    make_lab: MakeLab, body: Body, limit: int
) -> None:
    lab = make_lab(record=replace(COOPER, body=body))
    main = lab.pair()
    shared = {lab.share(main).key_id for _ in range(limit)}
    with pytest.raises(SharesExhausted) as refusal:
        lab.invite(main)
    assert (refusal.value.usage.limit, refusal.value.usage.counted) == (limit, limit)
    assert lab.held() == shared | {main.key_id}, "a refusal leaves the others as they are"


def limited(counting: Counting, limit: int = 2) -> Readings:
    return Readings(counting=counting, limits=dict.fromkeys(Variant, limit))


def test_pending_invitations_count_or_the_acceptance_is_refused(make_lab: MakeLab) -> None:
    counted, uncounted = (make_lab(limited(Counting(pending=p))) for p in (True, False))
    main = counted.pair()
    for _ in range(2):
        counted.invite(main)
    with pytest.raises(SharesExhausted):
        counted.invite(main)

    main = uncounted.pair()
    sent = [uncounted.invite(main) for _ in range(3)]
    for each in sent[:2]:
        uncounted.accept(each)
    with pytest.raises(SharesExhausted):
        uncounted.accept(sent[2])
    usage = uncounted.server.shares.usage(uncounted.vehicle_id)
    assert (usage.counted, usage.pending, usage.held) == (2, 1, 2)


@pytest.mark.parametrize("counts", [True, False])
def test_a_key_in_pre_deletion_counts_as_the_rule_says(make_lab: MakeLab, counts: bool) -> None:
    lab = make_lab(limited(Counting(pre_deletion=counts), limit=1))
    main = lab.pair()
    friend = lab.share(main)
    lab.server.revocation.by_owner(main.key_id, friend.key_id)
    if counts:
        with pytest.raises(SharesExhausted):
            lab.invite(main)
        lab.report((EventKind.USED, main.key_id))
    lab.invite(main)


def share_with_watch(lab: Lab, main: Receipt) -> None:
    friend = lab.share(main)
    lab.server.tracking.track_watch(friend.key_id, lab.new_phone())


def test_a_watch_copy_counts_as_the_rule_says(make_lab: MakeLab) -> None:
    free = make_lab(limited(Counting(watch_copies=False)))
    main = free.pair()
    share_with_watch(free, main)
    share_with_watch(free, main)

    counted = make_lab(limited(Counting(watch_copies=True)))
    main = counted.pair()
    share_with_watch(counted, main)
    with pytest.raises(SharesExhausted):
        counted.invite(main)
    counted.server.tracking.track_watch(main.key_id, counted.new_phone())  # the owner's is free


def pair_with(lab: Lab, vehicle: VehicleRecord) -> Receipt:
    pairing = lab.server.tokens.start_in_app(lab.account_id, vehicle.vehicle_id)
    return lab.server.tracking.track_owner(pairing.pairing_id, lab.new_phone())


@pytest.mark.parametrize("scope", ["vehicle", "account"])
def test_shares_are_counted_for_the_vehicle_or_for_the_account(
    make_lab: MakeLab, scope: Literal["vehicle", "account"]
) -> None:
    lab = make_lab(limited(Counting(scope=scope)))
    lab.server.vehicles.put(SECOND)
    lab.server.accounts.add_vehicle(lab.account_id, SECOND.vehicle_id)
    first, second = pair_with(lab, COOPER), pair_with(lab, SECOND)
    for _ in range(2):
        lab.share(first)
    if scope == "account":
        with pytest.raises(SharesExhausted):
            lab.server.sharing.invite(second.key_id, an_offer())
    else:
        lab.server.sharing.invite(second.key_id, an_offer())


def test_a_freed_slot_is_taken_again_under_another_identifier(lab: Lab) -> None:
    main = lab.pair()
    first, second = lab.share(main), lab.share(main)
    assert [r.slot.number for r in (main, first, second)] == [0, 1, 2]
    lab.server.revocation.by_holder(first.key_id)
    third = lab.share(main)
    assert third.slot.number == first.slot.number
    assert third.slot.identifier != first.slot.identifier


def test_threads_that_share_at_once_get_no_more_than_there_are(lab: Lab) -> None:
    main = lab.pair()

    def share(_turn: int) -> bool:
        try:
            lab.invite(main)
        except SharesExhausted:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(share, range(40))) == 18
