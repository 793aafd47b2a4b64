"""A virtual iPhone is seen after the right call and never without; what was sent is on record."""

from __future__ import annotations

import pytest

from drivers.api.errors import LinkTimeout
from drivers.nfc.ecp import crc_a
from drivers.sim.isodep.faults import RfFault
from drivers.sim.keycard import VirtualKeyCard
from tests.contracts.echo_card import OK, PATIENCE_S
from tests.contracts.nfc_benches import activated
from tests.drivers.nfc.clf_benches import PLACE, SELECT, ClfBench, bench
from tests.drivers.sim.phone.held_in_hand import WALLET

__all__ = ["bench"]
ACCESS = bytes.fromhex("6A02C30201010001")
SELECT_APPLET = bytes.fromhex("00A404000D A000000809434343444B417631 00")
SHORT_S = 0.15


def test_an_iphone_is_never_seen_without_a_call(bench: ClfBench) -> None:
    reader = bench.reader()
    bench.phone()
    assert reader.wait_for_card(SHORT_S) is None
    seen = reader.sightings()
    assert (seen.answered, seen.called, seen.polls > 2) == (0, 0, True)
    assert "never seen" in str(seen)
    assert "no calling frame" in str(seen)


@pytest.mark.parametrize("order", ["after_poll", "before_poll"])
def test_an_iphone_is_seen_after_the_right_call(bench: ClfBench, order: str) -> None:
    reader = bench.reader(ecp=("access",), order=order)
    bench.phone()
    link = activated(reader)
    assert link.transceive(SELECT_APPLET)[-2:] == OK


def test_what_called_it_is_on_record_with_its_bytes_and_time(bench: ClfBench) -> None:
    reader = bench.reader(ecp=("access",))
    before_ns = bench.world.clock.now_ns()
    bench.phone()
    target = activated(reader).target
    assert target.calls
    for call in target.calls:
        assert call.device == "handle"
        assert call.command == ACCESS + crc_a(ACCESS)
        assert (call.response, call.error) == (b"", "")
        assert before_ns < call.sent_ns < call.received_ns < target.seen_ns


@pytest.mark.parametrize(
    "wrong",
    [
        {"ecp": ("6A02430201010001",)},  # not by itself
        {"ecp": ("6A02C30201010001FF",)},  # another length than it says
    ],
    ids=["configuration", "length"],
)
def test_an_iphone_is_never_seen_after_a_frame_that_is_none(
    bench: ClfBench, wrong: dict[str, object]
) -> None:
    reader = bench.reader(**wrong)  # type: ignore[arg-type]
    bench.phone()
    assert reader.wait_for_card(SHORT_S) is None
    seen = reader.sightings()
    assert seen.called > 2
    assert "never seen" in str(seen)
    assert seen.calls[-1].command.hex().upper() in str(seen)


def test_another_makers_call_brings_a_phone_without_the_key(bench: ClfBench) -> None:
    reader = bench.reader(ecp=("access",), maker="mercedes")
    bench.phone()
    assert activated(reader).transceive(SELECT_APPLET) == bytes.fromhex("6A82")


@pytest.mark.parametrize("count", [1, 3])
def test_each_round_sends_as_many_calls_as_it_is_told(bench: ClfBench, count: int) -> None:
    reader = bench.reader(ecp=("access", "pairing"), count=count)
    assert reader.wait_for_card(0) is None
    sent = [call.command[4] for call in reader.sightings().calls]
    assert sent == [0x01] * count + [0x09] * count


def test_calls_are_apart_by_the_guard_time(bench: ClfBench) -> None:
    reader = bench.reader(ecp=("access", "pairing"), guard_ms=20.0)
    assert reader.wait_for_card(0) is None
    first, second = (call.sent_ns for call in reader.sightings().calls)
    assert second - first >= 20_000_000


def test_a_key_card_needs_no_call_and_takes_no_offence(bench: ClfBench) -> None:
    reader = bench.reader(ecp=("access",))
    assert reader.wait_for_card(0) is None
    VirtualKeyCard(bench.world, WALLET, "key_card").present(PLACE)
    assert activated(reader).transceive(SELECT_APPLET)[-2:] == OK


def test_an_iphone_that_stays_is_served_again_and_missed_when_it_goes(bench: ClfBench) -> None:
    reader = bench.reader(ecp=("access",))
    phone = bench.phone()
    activated(reader).close()
    assert not reader.wait_for_removal(0)
    assert activated(reader).transceive(SELECT_APPLET)[-2:] == OK
    phone.withdraw()
    assert reader.wait_for_removal(PATIENCE_S)


def test_a_card_that_is_seen_and_does_not_answer_is_told_from_none(bench: ClfBench) -> None:
    reader = bench.reader()
    bench.hold()
    with bench.chip.rf(RfFault.NO_RATS):
        assert reader.wait_for_card(SHORT_S) is None
    seen = reader.sightings()
    assert seen.answered > 1
    assert "never activated: RATS: nothing answered" in str(seen)
    assert activated(reader).transceive(SELECT) == SELECT + OK
    assert reader.sightings().answered == 0


def test_a_storm_of_requests_for_time_ends_by_the_deadline(bench: ClfBench) -> None:
    reader = bench.reader(apdu_timeout_s=0.2)
    bench.hold()
    link = activated(reader)
    with bench.chip.rf(RfFault.WTX_STORM), pytest.raises(LinkTimeout, match=r"within 0\.2 s"):
        link.transceive(SELECT)
    assert activated(reader).transceive(SELECT) == SELECT + OK
