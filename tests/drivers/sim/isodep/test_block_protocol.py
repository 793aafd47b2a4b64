"""The chip's rules of ISO 14443-4, 7.5, exchange by exchange, after the standard's scenarios."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest

from drivers.sim.contactless import Front
from drivers.sim.isodep.blocks import FRAME_SIZES, Block, Kind, decode
from tests.contracts.echo_card import PATIENCE_S
from tests.drivers.sim.isodep.air_bench import WUPA, Air, FrontedCard

QUICK = Front(fwi=0)  # 0.3 ms, so that it asks for more time soon


def hexed(data: str) -> bytes:
    return bytes.fromhex(data)


def test_apdus_come_back_with_alternating_block_numbers(air: Air) -> None:
    air.activate()
    for number in (0, 1, 0, 1):
        assert air.send(f"0{2 + number} 00A4") == hexed(f"0{2 + number} 00A4 9000")


def test_a_chained_command_is_acknowledged_part_by_part(air: Air) -> None:
    air.activate()
    assert air.send("12 0102") == hexed("A2")
    assert air.send("13 0304") == hexed("A3")
    assert air.send("02 05") == hexed("02 0102030405 9000")


def test_a_long_answer_is_chained_in_the_readers_frames() -> None:
    with closing(Air()) as air:
        air.activate("E000")  # 16 octets: 13 of information
        assert air.send("02" + "AB" * 13) == hexed("12" + "AB" * 13)
        assert air.send("A3") == hexed("03 9000")


@pytest.mark.parametrize("code", range(9))
def test_frames_are_as_long_as_the_reader_takes_them(code: int) -> None:
    with closing(Air()) as air:
        air.activate(f"E0{code}0")
        for block in ("12", "13"):
            air.send(block + "00" * 200)
        answer = air.send("02" + "00" * 200)
        assert answer is not None
        assert len(answer) + 2 == FRAME_SIZES[code]


def test_rule_11_the_last_block_is_sent_again(air: Air) -> None:
    air.activate()
    first = air.send("02 00A4")
    assert air.send("B2") == first  # R(NAK)
    assert air.send("A2") == first  # R(ACK)
    assert air.send("03 00A5") == hexed("03 00A5 9000")


def test_rule_12_a_block_that_never_came_is_asked_for(air: Air) -> None:
    air.activate()
    air.send("02 00A4")
    # The reader's next I-block, 03, was lost on its way; it asks.
    assert air.send("B3") == hexed("A2")
    assert air.send("03 00A5") == hexed("03 00A5 9000")


def test_rule_13_a_chain_goes_on_and_a_part_of_it_is_repeated() -> None:
    with closing(Air()) as air:
        air.activate("E000")
        air.send("12" + "01" * 13)
        air.send("13" + "02" * 13)
        assert air.send("02" + "03" * 13) == hexed("12" + "01" * 13)
        assert air.send("A3") == hexed("13" + "02" * 13)
        assert air.send("A3") == hexed("13" + "02" * 13)  # the reader did not hear it
        assert air.send("A2") == hexed("12" + "03" * 13)
        assert air.send("A3") == hexed("03 9000")
        assert air.send("A2") is None  # nothing left to go on with


def test_a_lost_acknowledgement_of_a_chain_is_repeated(air: Air) -> None:
    air.activate()
    assert air.send("12 0102") == hexed("A2")
    assert air.send("B2") == hexed("A2")
    assert air.send("03 03") == hexed("03 010203 9000")


def test_an_empty_block_asks_whether_it_is_there(air: Air) -> None:
    air.activate()
    assert air.send("02") == hexed("02")
    assert not air.card.asked.is_set()


def test_one_octet_is_no_apdu(air: Air) -> None:
    air.activate()
    assert air.send("02 00") == hexed("02 6700")


def test_it_asks_for_time_while_its_application_works() -> None:
    with closing(Air(FrontedCard(QUICK))) as air:
        air.activate()
        air.card.may_answer.clear()
        assert air.send("02 00A4") == hexed("F2 04")
        assert air.send("B2") == hexed("F2 04")  # not heard: again
        assert air.send("F2 03") is None  # not what it asked for
        air.send("02 00A4")
        air.card.may_answer.set()
        answer = air.send("F2 04")
        while answer == hexed("F2 04"):
            answer = air.send("F2 04")
        assert answer is not None
        assert answer[1:] == hexed("00A4 9000")


def test_a_grant_that_nobody_asked_for_is_not_answered(air: Air) -> None:
    air.activate()
    assert air.send("F2 04") is None


def test_a_reader_that_waits_too_short_gets_the_answer_later() -> None:
    with closing(Air()) as air:
        air.activate()
        air.card.may_answer.clear()
        assert air.send("02 00A4", within_s=0.0) is None
        air.card.may_answer.set()
        assert air.send("B2") == hexed("02 00A4 9000")


def test_an_answer_that_nobody_waited_for_is_not_the_next_ones() -> None:
    with closing(Air()) as air:
        air.activate()
        air.card.may_answer.clear()
        assert air.send("02 00A4", within_s=0.0) is None
        air.card.may_answer.set()
        assert air.send("03 00A5") == hexed("03 00A5 9000")


def test_a_mute_card_does_not_ask_for_time_and_repeats_nothing_old(air: Air) -> None:
    air.activate()
    air.send("02 00A4")
    air.card.mute = True
    assert air.send("03 00A5") is None
    assert air.send("B3") is None


def test_deselected_it_is_found_by_wake_up_and_begins_anew(air: Air) -> None:
    air.activate()
    air.send("02 00A4")
    assert air.send("C2") == hexed("C2")
    assert air.send("02 00A4") is None
    assert air.poll() is None
    assert air.card.powers == [True]
    assert air.poll(WUPA) is not None


def test_with_a_cid_it_answers_to_its_own_only(air: Air) -> None:
    air.activate("E085")
    assert air.send("0A05 00A4") == hexed("0A05 00A4 9000")
    assert air.send("0B06 00A4") is None
    assert air.send("03 00A4") is None
    assert air.send("BA05") == hexed("0A05 00A4 9000")
    assert air.send("CA05") == hexed("CA05")


def test_with_cid_0_it_answers_with_and_without(air: Air) -> None:
    air.activate()
    assert air.send("0A00 00A4") == hexed("0A00 00A4 9000")
    assert air.send("03 00A4") == hexed("03 00A4 9000")


def test_a_card_without_cid_does_not_answer_to_one() -> None:
    with closing(Air(FrontedCard(Front(takes_cid=False, fwi=14)))) as air:
        assert air.activate()[4] == 0x00
        assert air.send("0A00 00A4") is None


def test_a_nad_is_answered_with_its_halves_swapped_or_not_at_all() -> None:
    with closing(Air(FrontedCard(Front(takes_nad=True, fwi=14)))) as air:
        air.activate()
        assert air.send("06 21 00A4") == hexed("06 12 00A4 9000")
    with closing(Air()) as air:
        air.activate()
        assert air.send("06 21 00A4") is None


def test_pps_keeps_the_only_speed_there_is(air: Air) -> None:
    air.activate()
    assert air.send("D0 11 00") == hexed("D0")
    assert air.send("02 00A4") is not None


@pytest.mark.parametrize("pps", ["D0 11 05", "D1 11 00"])
def test_pps_for_another_speed_or_card_is_not_answered(air: Air, pps: str) -> None:
    air.activate()
    assert air.send(pps) is None
    assert air.send("D0 11 00") is None  # too late: PPS comes first or not at all


def test_a_frame_beyond_what_it_takes_is_not_answered() -> None:
    with closing(Air(FrontedCard(Front(fsci=0, fwi=14)))) as air:
        air.activate()
        assert air.send("02" + "00" * 14) is None
        assert air.send("02" + "00" * 13) is not None


def test_a_command_without_end_is_given_up(air: Air) -> None:
    air.activate()
    number = 0
    answers = []
    for _ in range(300):
        answers.append(air.send(f"1{2 + number}" + "00" * 250))
        number ^= 1
    assert None in answers
    assert not air.card.asked.is_set()


NO_BLOCKS = {
    "nothing": "00",
    "R-block with data": "A2 00",
    "S(WTX) without its octet": "F2",
    "S(WTX) with two": "F2 01 02",
    "CID bit and no CID": "0A",
    "reserved": "E2",
    "PPS in the middle": "D0 01",
    "HLTA": "50 00",
}


@pytest.mark.parametrize("data", NO_BLOCKS.values(), ids=NO_BLOCKS)
def test_what_is_no_block_changes_nothing(air: Air, data: str) -> None:
    air.activate()
    first = air.send("02 00A4")
    assert air.send(data) is None
    assert air.send("B2") == first


def test_blocks_read_back_as_they_were_written() -> None:
    for block in (
        Block(Kind.INFORMATION, 1, True, 3, 0x21, b"abc"),
        Block(Kind.INFORMATION),
        Block(Kind.ACK, 1),
        Block(Kind.NAK, 0, cid=14),
        Block(Kind.DESELECT, cid=2),
        Block(Kind.WAITING, inf=b"\x3b"),
    ):
        assert decode(block.encode()) == block


@pytest.mark.parametrize("leaves", [lambda air: air.picc.end(), lambda air: air.picc.close()])
def test_a_card_that_leaves_in_the_middle_of_an_apdu_says_no_more(
    leaves: Callable[[Air], None],
) -> None:
    with closing(Air()) as air:
        air.activate()
        air.card.may_answer.clear()
        assert air.send("02 00A4", within_s=0.0) is None
        air.card.asked.wait(PATIENCE_S)
        leaves(air)
        assert air.send("B2") is None
        air.card.may_answer.set()
