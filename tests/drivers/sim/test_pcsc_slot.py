"""A virtual slot is a reader to any PC/SC program, not only to ours."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from drivers.api.errors import LinkLost
from tests.contracts.echo_card import ATR, OK, PATIENCE_S, EchoCard
from tests.contracts.nfc_benches import PcscBench, activated


@pytest.fixture
def bench() -> Iterator[PcscBench]:
    opened = PcscBench()
    with opened.stack:
        yield opened


def opensc(*arguments: str) -> str:
    program = shutil.which("opensc-tool")
    if program is None:
        pytest.skip("opensc-tool is not installed: apt install opensc")
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, timeout=30, check=True
    )
    return done.stdout


@pytest.fixture
def card(bench: PcscBench) -> EchoCard:
    """A card in the first slot, seen by pcscd."""
    card = EchoCard()
    reader = bench.reader("handle")
    bench.world.bring(card, "handle")
    activated(reader).close()
    return card


def test_opensc_lists_the_virtual_reader(card: EchoCard) -> None:
    del card
    listing = opensc("-l")
    assert "Rig Reader 0 00 00" in listing


def test_opensc_reads_the_virtual_cards_atr(card: EchoCard) -> None:
    del card
    atr = opensc("-r", "Rig Reader 0 00 00", "-a").strip()
    assert atr == ATR.hex(":")


def test_opensc_exchanges_an_apdu_with_the_virtual_card(card: EchoCard) -> None:
    shown = opensc("-r", "Rig Reader 0 00 00", "-s", "80CA123400")
    assert "received (sw1=0x90, sw2=0x00)" in shown.lower()
    assert "80 CA 12 34" in shown
    assert card.asked.is_set()


def test_a_card_has_one_visit_at_a_time_in_one_thread(bench: PcscBench) -> None:
    reader, card = bench.reader("handle"), EchoCard()
    for _ in range(2):
        card.threads.clear()
        bench.world.bring(card, "handle")
        link = activated(reader)
        for number in range(10):
            link.transceive(b"apdu%d" % number)
        assert len(card.threads) == 1
        bench.world.take(card)
        assert reader.wait_for_removal(PATIENCE_S)
    assert card.powers[:3] == [True, False, True]


def test_a_card_held_to_a_dead_reader_is_served_after_the_restart(bench: PcscBench) -> None:
    reader = bench.reader("handle")
    bench.pcscd.kill()
    bench.world.bring(EchoCard(), "handle")
    with pytest.raises(LinkLost):
        reader.wait_for_card(0)
    bench.pcscd.restart()
    assert activated(reader).transceive(b"apdu") == b"apdu" + OK
