"""The UWB comparisons count what they say, and name what they compare with."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from drivers.api.uwb import Measurement, RangeStatus, RangingSession
from tests.bench import uci_decode, uwb_load


class Scripted(RangingSession):
    """Gives the blocks it was made with, and stops whoever takes them."""

    def __init__(self, blocks: list[int], stopping: threading.Event) -> None:
        self._blocks, self._stopping = blocks, stopping

    def next(self, timeout_s: float) -> Measurement | None:
        del timeout_s
        block = self._blocks.pop(0)
        if not self._blocks:
            self._stopping.set()
        return Measurement(0, 2, RangeStatus.OK, 0, 1.0, block=block)

    def on_result(self, notify: object) -> None:
        """Nobody asks."""

    def stop(self) -> None:
        """Nothing runs."""


def test_blocks_that_were_left_out_are_counted_as_lost() -> None:
    stopping = threading.Event()
    tally = uwb_load.Tally()
    tally.take(Scripted([0, 1, 3, 4, 7], stopping), stopping)
    assert (tally.count, tally.lost) == (5, 3)


def test_a_moment_of_load_is_counted_and_nothing_is_lost() -> None:
    load = uwb_load.run(0.3, settle_s=0.1)
    assert load.lost == 0
    assert load.count > 0
    assert load.begin.objects > 1000
    assert load.begin.resident_mib > 1


def test_a_load_that_is_recorded_is_in_the_packets_whole(tmp_path: Path) -> None:
    load = uwb_load.run(0.3, 0.1, tmp_path)
    (path,) = tmp_path.glob("packets.jsonl")
    assert path.read_bytes().count(b'"octets":"6200') >= load.count > 0
    assert load.lost == 0


def test_the_codec_of_pica_is_what_is_compared_with_where_it_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(uci_decode, "_ROUNDS", 1)
    monkeypatch.setattr(uci_decode, "_TIMES", 5)
    monkeypatch.setitem(sys.modules, "pica.packets.uci", ModuleType("pica.packets.uci"))
    judged = [row for row in uci_decode.rows(tmp_path) if row.target is not None]
    assert [row.against for row in judged] == ["bare structs"]
    codec = SimpleNamespace(ControlPacket=SimpleNamespace(parse_all=lambda frame: frame))
    for name in ("pica", "pica.packets"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, "pica.packets.uci", codec)
    judged = [row for row in uci_decode.rows(tmp_path) if row.target is not None]
    assert [(row.against, row.target) for row in judged] == [("google/pica's codec", 0.1)]
