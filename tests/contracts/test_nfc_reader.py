"""What every contactless reader does, whichever way it reaches its card."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from drivers.api.errors import CardLost, LinkLost, LinkTimeout
from tests.contracts.echo_card import ATR, OK, PATIENCE_S, EchoCard
from tests.contracts.nfc_benches import ClfBench, NfcBench, PcscBench, activated

SELECT = bytes.fromhex("00A4 0400 00")


@pytest.fixture(params=[NfcBench, PcscBench, ClfBench], ids=["in process", "PC/SC", "nfcpy"])
def bench(request: pytest.FixtureRequest) -> Iterator[NfcBench]:
    opened: NfcBench = request.param()
    with opened.stack:
        yield opened


def test_an_empty_field_has_no_card(bench: NfcBench) -> None:
    assert bench.reader("handle").wait_for_card(0) is None


def test_an_empty_field_is_removed_already(bench: NfcBench) -> None:
    assert bench.reader("handle").wait_for_removal(0)


def test_a_card_that_comes_is_seen_with_its_atr_and_time(bench: NfcBench) -> None:
    reader = bench.reader("handle")
    before_ns = time.perf_counter_ns()
    bench.world.bring(EchoCard(), "handle")
    target = activated(reader).target
    assert target.atr == bench.shown(ATR)
    assert before_ns < target.seen_ns < time.perf_counter_ns()


def test_a_card_that_was_there_first_is_seen(bench: NfcBench) -> None:
    bench.world.bring(EchoCard(), "handle")
    assert activated(bench.reader("handle")).transceive(SELECT) == SELECT + OK


@pytest.mark.parametrize("size", [4, 5, 261, 4096, 32 * 1024])
def test_an_apdu_and_its_answer_pass_whole(bench: NfcBench, size: int) -> None:
    reader = bench.reader("handle")
    bench.world.bring(EchoCard(), "handle")
    apdu = (bytes(range(256)) * 128)[:size]
    assert activated(reader).transceive(apdu) == apdu + OK


def test_a_visit_ends_when_the_card_goes(bench: NfcBench) -> None:
    reader, card = bench.reader("handle"), EchoCard()
    bench.world.bring(card, "handle")
    activated(reader).close()
    assert not reader.wait_for_removal(0)
    bench.world.take(card)
    assert reader.wait_for_removal(PATIENCE_S)
    assert reader.wait_for_card(0) is None


def test_a_card_that_stays_is_served_again_at_once(bench: NfcBench) -> None:
    reader = bench.reader("handle")
    bench.world.bring(EchoCard(), "handle")
    activated(reader).close()
    again = reader.wait_for_card(0)
    assert again is not None
    assert again.transceive(SELECT) == SELECT + OK


def test_a_card_that_comes_while_waiting_ends_the_wait(bench: NfcBench) -> None:
    reader = bench.reader("handle")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(reader.wait_for_card, PATIENCE_S)
        bench.world.bring(EchoCard(), "handle")
        assert waiting.result() is not None


def test_a_card_pulled_in_mid_apdu_is_lost(bench: NfcBench) -> None:
    reader, card = bench.reader("handle"), EchoCard()
    bench.world.bring(card, "handle")
    link = activated(reader)
    card.may_answer.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(link.transceive, SELECT)
        assert card.asked.wait(PATIENCE_S)
        bench.world.take(card)
        lost = waiting.exception(PATIENCE_S)
    card.may_answer.set()
    assert isinstance(lost, CardLost)
    assert lost.device == "handle"


def test_a_card_that_has_left_is_lost(bench: NfcBench) -> None:
    reader, card = bench.reader("handle"), EchoCard()
    bench.world.bring(card, "handle")
    link = activated(reader)
    bench.world.take(card)
    with pytest.raises(CardLost):
        link.transceive(SELECT)
    link.close()
    link.close()


def test_a_mute_card_ends_in_a_timeout_and_the_next_one_is_served(bench: NfcBench) -> None:
    reader, card = bench.reader("handle", apdu_timeout_s=0.2), EchoCard()
    bench.world.bring(card, "handle")
    card.mute = True
    with pytest.raises(LinkTimeout) as mute:
        activated(reader).transceive(SELECT)
    assert mute.value.device == "handle"
    bench.world.take(card)
    assert reader.wait_for_removal(PATIENCE_S)
    bench.world.bring(EchoCard(), "handle")
    assert activated(reader).transceive(SELECT) == SELECT + OK


def test_a_link_that_met_a_mute_card_has_ended(bench: NfcBench) -> None:
    reader, card = bench.reader("handle", apdu_timeout_s=0.1), EchoCard()
    bench.world.bring(card, "handle")
    card.mute = True
    link = activated(reader)
    with pytest.raises(LinkTimeout):
        link.transceive(SELECT)
    with pytest.raises(LinkLost):
        link.transceive(SELECT)
    link.close()


def test_a_mute_card_does_not_disturb_the_other_reader(bench: NfcBench) -> None:
    handle, tray = bench.reader("handle", apdu_timeout_s=0.5), bench.reader("tray")
    mute = EchoCard()
    mute.mute = True
    bench.world.bring(mute, "handle")
    bench.world.bring(EchoCard(), "tray")
    silent, talking = activated(handle), activated(tray)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(silent.transceive, SELECT)
        assert mute.asked.wait(PATIENCE_S)
        assert talking.transceive(SELECT) == SELECT + OK
        assert not waiting.done()
        assert isinstance(waiting.exception(), LinkTimeout)
    assert talking.transceive(SELECT) == SELECT + OK


def test_two_readers_work_at_once(bench: NfcBench) -> None:
    readers = {place: bench.reader(place) for place in ("handle", "tray")}
    for place in readers:
        bench.world.bring(EchoCard(), place)
    links = {place: activated(reader) for place, reader in readers.items()}

    def talk(place: str) -> bool:
        apdus = [f"{place} {number}".encode() for number in range(200)]
        return all(links[place].transceive(apdu) == apdu + OK for apdu in apdus)

    with ThreadPoolExecutor(2) as pool:
        assert all(pool.map(talk, readers))


@pytest.mark.parametrize("cold", [True, False], ids=["cold", "warm"])
def test_a_reset_takes_the_cards_volatile_state(bench: NfcBench, cold: bool) -> None:
    reader, card = bench.reader("handle"), EchoCard()
    bench.world.bring(card, "handle")
    link = activated(reader)
    assert link.transceive(SELECT) == SELECT + OK  # by now the card was told of its power
    before = len(card.powers)
    link.reset(cold=cold)
    assert link.transceive(SELECT) == SELECT + OK
    assert card.powers[before:] == [False, True]


def test_a_card_taken_to_another_reader_loses_power_in_between(bench: NfcBench) -> None:
    handle, tray, card = bench.reader("handle"), bench.reader("tray"), EchoCard()
    bench.world.bring(card, "handle")
    activated(handle)
    bench.world.bring(card, "tray")
    assert activated(tray).transceive(SELECT) == SELECT + OK
    assert card.powers == [True, False, True]
    assert handle.wait_for_removal(PATIENCE_S)


def test_a_card_moved_in_mid_apdu_ends_one_visit_before_the_next(bench: NfcBench) -> None:
    handle, tray, card = bench.reader("handle"), bench.reader("tray"), EchoCard()
    bench.world.bring(card, "handle")
    link = activated(handle)
    card.may_answer.clear()
    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(link.transceive, SELECT)
        assert card.asked.wait(PATIENCE_S)
        bench.world.bring(card, "tray")
        assert isinstance(waiting.exception(PATIENCE_S), CardLost)
        coming = pool.submit(lambda: activated(tray).transceive(SELECT))
        with pytest.raises(TimeoutError):  # the card still thinks in its first visit
            coming.result(0.6)
        assert card.powers == [True]
        card.may_answer.set()
        assert coming.result(PATIENCE_S) == SELECT + OK
    assert card.powers == [True, False, True]


def test_a_card_that_left_and_came_back_unseen_begins_a_new_visit(bench: NfcBench) -> None:
    reader, card, other = bench.reader("handle"), EchoCard(), EchoCard()
    bench.world.bring(card, "handle")
    link = activated(reader)
    bench.world.take(card)
    with pytest.raises(CardLost):
        link.transceive(SELECT)
    bench.world.bring(other, "handle")
    assert reader.wait_for_removal(PATIENCE_S)
    assert activated(reader).transceive(SELECT) == SELECT + OK


def test_closing_ends_a_wait_in_another_thread(bench: NfcBench) -> None:
    reader = bench.reader("handle")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(reader.wait_for_card, PATIENCE_S)
        reader.close()
        assert isinstance(waiting.exception(), LinkLost)


def test_a_closed_reader_says_so(bench: NfcBench) -> None:
    reader = bench.reader("handle")
    reader.close()
    reader.close()
    with pytest.raises(LinkLost, match="closed"):
        reader.wait_for_card(0)


def test_a_reader_says_who_it_is_and_is_well(bench: NfcBench) -> None:
    reader = bench.reader("handle")
    assert reader.identity().model
    assert all(finding.ok for finding in reader.self_test())
