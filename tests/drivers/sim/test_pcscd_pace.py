"""A private pcscd looks for cards as often as it is told, where libfaketime is installed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.api.errors import DriverUnavailable
from drivers.nfc.pcsc import PcscReader
from drivers.sim import pcscd_pace
from drivers.sim.pcsc_slot import PcscSlot
from drivers.sim.pcscd import PrivatePcscd
from drivers.sim.pcscd_pace import COMPILED_MS, pace
from drivers.sim.world import World
from tests.contracts.echo_card import OK, EchoCard

TAPS = 8


def opened(poll_ms: float) -> PrivatePcscd:
    try:
        return PrivatePcscd(poll_ms=poll_ms)
    except DriverUnavailable as exc:
        pytest.skip(str(exc))


@pytest.fixture
def fast() -> Iterator[PrivatePcscd]:
    if pace(20).lacks:
        pytest.skip(f"libfaketime is not installed: {pcscd_pace.FASTER_BY}")
    with opened(20) as pcscd:
        yield pcscd


def seconds_of_taps(pcscd: PrivatePcscd) -> float:
    """How long it takes to bring one card after the other, each answering an APDU."""
    with World() as world, PcscSlot(world, pcscd, "tray") as slot, PcscReader(slot) as reader:
        begun = time.monotonic()
        for number in range(TAPS):
            card = EchoCard()
            world.bring(card, "tray")
            link = reader.wait_for_card(20)
            assert link is not None
            assert link.transceive(b"tap %d" % number) == b"tap %d" % number + OK
            world.take(card)
            assert reader.wait_for_removal(20)
        return time.monotonic() - begun


def test_cards_are_noticed_much_sooner_at_a_faster_pace(fast: PrivatePcscd) -> None:
    hurried = seconds_of_taps(fast)
    fast.close()
    with opened(COMPILED_MS) as leisurely:
        assert seconds_of_taps(leisurely) > 4 * hurried


def test_only_pcscd_lives_in_the_faster_time(fast: PrivatePcscd) -> None:
    environment = Path(f"/proc/{fast.pid}/environ").read_bytes()
    assert b"FAKETIME=+0 x20\0" in environment
    assert not [name for name in os.environ if name.startswith(("FAKETIME", "LD_PRELOAD"))]


def test_a_killed_pcscd_leaves_no_shared_memory(fast: PrivatePcscd) -> None:
    pid = fast.pid
    fast.kill()
    assert not list(pcscd_pace.SHARED_MEMORY.glob(f"*faketime*_{pid}"))


def test_it_says_how_often_it_looks(fast: PrivatePcscd) -> None:
    assert fast.identity().model == "private pcscd with vpcd, looks for cards every 20 ms"
    assert [f.what for f in fast.self_test()][1:] == ["looks for cards every 20 ms"]


def test_without_the_library_it_is_slow_and_names_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pcscd_pace, "_LIBRARIES", tmp_path)
    with opened(20) as pcscd:
        said = "looks for cards every 400 ms, not every 20 ms: apt install libfaketime"
        assert pcscd.identity().model == f"private pcscd with vpcd, {said}"
        assert [(f.what, f.ok) for f in pcscd.self_test()][1:] == [(said, True)]
        assert b"FAKETIME" not in Path(f"/proc/{pcscd.pid}/environ").read_bytes()
        assert pcscd.looks_every_s == 0.4


@pytest.mark.parametrize("poll_ms", [0.5, 400.5, 0, -20, float("nan")])
def test_a_pace_that_no_pcscd_can_keep_is_refused(poll_ms: float) -> None:
    with pytest.raises(ValueError, match="every 1 to 400 ms"):
        PrivatePcscd(poll_ms=poll_ms)
