"""How long what feeds a device is switched off, and how long it is waited for after that."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.api.clock import clock_of
from rig.bench.build import Bench, opened
from rig.bench.description import BenchDescription, Supply
from rig.bench.errors import BenchFileError
from rig.bench.supply import restart

BenchOf = Callable[..., BenchDescription]
WORLD = "space: {driver: sim.world, time: virtual}"
BOARD = "board: {driver: fake.board, serial: A}"
PORT = 'port: {driver: fake.switch, board: "@board", channel: 2}'


def fed(name: str, supply: str) -> str:
    return f"{name}: {{driver: fake.board, serial: {name}, supply: {supply}}}"


@pytest.mark.parametrize(
    ("written", "read"),
    {
        '"@port"': Supply("port", off_s=2.0, back_s=3.0),
        '{switch: "@port"}': Supply("port", off_s=2.0, back_s=3.0),
        '{switch: "@port", off_s: 0.5, back_s: 8}': Supply("port", off_s=0.5, back_s=8.0),
    }.items(),
)
def test_a_bench_file_says_the_switch_and_where_wanted_the_times(
    bench_of: BenchOf, written: str, read: Supply
) -> None:
    assert bench_of(BOARD, PORT, fed("kit", written)).entry("kit").supply == read


WRONG = {
    "no switch": ("{off_s: 1}", "supply of kit names no switch"),
    "an unknown key": (
        '{switch: "@port", of_s: 1}',
        "supply has no 'of_s'; did you mean off_s\\? it has: back_s, off_s, switch",
    ),
    "a time that is none": ('{switch: "@port", off_s: two}', 'off_s must be a number, found "two"'),
    "too little time": ('{switch: "@port", off_s: 0}', "off_s must be at least 0.1"),
    "too much time": ('{switch: "@port", back_s: 61}', "back_s must be less than or equal to 60"),
    "no switch but a board": ('{switch: "@board"}', 'supply must be a reference .* "@board" is a'),
}


@pytest.mark.parametrize(("written", "complaint"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_of_a_supply_is_said_with_its_line(
    bench_of: BenchOf, written: str, complaint: str
) -> None:
    with pytest.raises(BenchFileError, match=f"yaml:5: {complaint}"):
        bench_of(BOARD, PORT, fed("kit", written))


def took(bench: Bench, broken: str) -> tuple[list[str], float]:
    """What was told, and seconds of the bench's clock."""
    clock = clock_of(bench.devices)
    before_ns = clock.now_ns()
    with clock.skipping():
        told = restart(bench, frozenset((broken,)))
    return told, (clock.now_ns() - before_ns) / 1e9


def test_a_device_is_given_the_times_that_its_entry_says(
    bench_of: BenchOf, happened: list[str]
) -> None:
    kit = fed("kit", '{switch: "@port", off_s: 0.5, back_s: 8}')
    with opened(bench_of(WORLD, BOARD, PORT, kit)) as bench:
        happened.clear()
        told, took_s = took(bench, "kit")
    assert told == ["kit switched off and on by port"]
    assert took_s == pytest.approx(8.5)


def test_a_switch_that_feeds_several_takes_the_longest_times(bench_of: BenchOf) -> None:
    slow = fed("slow", '{switch: "@port", off_s: 0.5, back_s: 8}')
    with opened(bench_of(WORLD, BOARD, PORT, slow, fed("plain", '"@port"'))) as bench:
        told, took_s = took(bench, "plain")
    assert told == ["plain switched off and on by port"]
    assert took_s == pytest.approx(10.0)


def test_what_is_not_broken_keeps_its_supply(bench_of: BenchOf) -> None:
    with opened(bench_of(WORLD, BOARD, PORT, fed("kit", '"@port"'))) as bench:
        assert took(bench, "board") == ([], 0.0)
