"""Which approaches somebody was judged by, though the phone was cut off afterwards."""

from __future__ import annotations

import pytest

from rig.digital_key.ble_messages import (
    ApduKind,
    ApduRequest,
    DkMessage,
    Event,
    EventCategory,
    FirstApproachResponse,
    RangingCapabilityRequest,
    RangingStatus,
    encode,
)
from rig.measure.outcomes import Inconclusive
from rig.vehicle.bench_witness import BenchWitness, WitnessedEntry
from rig.vehicle.passive.approach import Approach, ApproachEnding, PhoneGone
from rig.vehicle.visit_log import VisitLog
from tests.rig.vehicle.passive.scene import scene
from tests.rig.vehicle.passive.test_sequence import begun, ended

CAN = RangingCapabilityRequest(versions=(0x0100,), configs=(0,), combos=b"\x00")
EXPOSING: dict[str, DkMessage] = {
    "what it can range": CAN,
    "an APDU": ApduRequest(ApduKind.FRAMEWORK, bytes.fromhex("80 CA 7F 20 00")),
}
FIT_FOR_ALL: dict[str, DkMessage] = {
    "its half of the pairing": FirstApproachResponse(bytes(6), bytes(16), bytes(16)),
    "why it refuses": Event(EventCategory.RANGING_STATUS, RangingStatus.TERMINATED),
}


def said(message: DkMessage, *marks: str) -> Approach:
    """An approach in which the vehicle said this, and which was cut off then."""
    approach = Approach("D0:00:00:00:00:01", "radio")
    for mark in ("connected", "channel", *marks):
        approach.timeline.mark(mark, 0)
    approach.said(message, encode(message), 1)
    approach.end_with(PhoneGone("the connection ended"), "ranging set-up")
    return approach


@pytest.mark.parametrize("message", EXPOSING.values(), ids=EXPOSING)
def test_a_vehicle_that_says_on_an_open_link_what_belongs_on_an_encrypted_one_is_judged(
    message: DkMessage,
) -> None:
    assert said(message).exposed
    assert not said(message, "encrypted").exposed


@pytest.mark.parametrize("message", FIT_FOR_ALL.values(), ids=FIT_FOR_ALL)
def test_what_any_phone_may_hear_judges_nobody(message: DkMessage) -> None:
    assert not said(message).exposed


@pytest.mark.parametrize(("marks", "judged"), [((), True), (("encrypted",), False)])
def test_the_witness_lets_such_a_vehicle_fail(marks: tuple[str, ...], judged: bool) -> None:
    with scene() as s:
        entry = WitnessedEntry(s.radio, {}, s.clock, s.service)
        witness = BenchWitness((), VisitLog(s.clock), entry)
        entry.start()
        witness.begin()
        entry.ended.append(said(CAN, *marks))
        objection = witness.objection(failed=True)
        entry.stop()
    assert (objection is None) is judged
    assert judged or isinstance(objection, Inconclusive)


def test_a_record_tells_a_preparation_from_what_is_judged_and_whether_it_was_ranged() -> None:
    with scene() as s:
        with s.entry.preparing():
            phone = begun(s)
            s.clock.sleep(2.0)
        assert phone.link is not None
        phone.link.disconnect()
        first = ended(s).to_record("t", 1, 1)
    assert (first.prepares, first.ranged) == (True, True)
    cut_off = said(CAN)
    cut_off.timeline.mark("set_up", 2)
    told = cut_off.to_record("t", 1, 2)
    assert (told.prepares, told.ranged) == (False, False)
    assert told.outcome == ApproachEnding.INTERRUPTED
