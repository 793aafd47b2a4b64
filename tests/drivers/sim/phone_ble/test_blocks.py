"""The phone's own arithmetic of CCC's grid, against the figures of the facts (1.8)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.sim.phone_ble.blocks import Grid


@pytest.mark.parametrize(
    ("chaps", "slots", "rounds"),
    [(3, 12, 8), (4, 12, 6), (6, 12, 4), (8, 12, 3), (9, 12, 2), (12, 12, 2), (6, 9, 5), (6, 6, 8)],
)
def test_so_many_rounds_fit_in_a_block(chaps: int, slots: int, rounds: int) -> None:
    grid = Grid(ran_multiplier=1, chaps=chaps, slots=slots, responders=2)
    assert grid.rounds == rounds
    assert grid.indices_per_block == rounds * slots


def test_a_block_lasts_its_multiple_of_96_ms() -> None:
    assert Grid(ran_multiplier=10, chaps=6, slots=6, responders=1).block_us == 960_000


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"slots": 7}, "no round has 7"),
        ({"responders": 9}, "9 responders in 12"),
        ({"responders": 0}, "0 responders"),
        ({"ran_multiplier": 0}, "no such block"),
        ({"ran_multiplier": 256}, "no such block"),
        ({"chaps": 0}, "no such block or slot"),
        ({"chaps": 24, "slots": 96}, "longer than a block"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, int], why: str) -> None:
    layout = {"ran_multiplier": 1, "chaps": 6, "slots": 12, "responders": 4} | changes
    with pytest.raises(ValueError, match=why):
        Grid(**layout)  # type: ignore[arg-type]


def test_the_index_of_final_data_grows_by_whole_blocks() -> None:
    grid = Grid(ran_multiplier=1, chaps=6, slots=12, responders=4)
    # Poll has index 1 of the round, then come four responses, Final, and its data.
    assert grid.final_indices(1000, 0) == {1000 + 1 + 4 + 1}
    assert grid.final_indices(1000, 7) == {1000 + 7 * 48 + 6}


def test_hopping_moves_it_by_whole_rounds() -> None:
    # t = 5 + 300, t^2 = 93025, mod 65537 = 27488, times 4 rounds >> 16 = 1.
    still = Grid(ran_multiplier=1, chaps=6, slots=12, responders=4, hop_key=300)
    continuous, adaptive = replace(still, hops=True), replace(still, hops=False)
    assert continuous.final_indices(0, 5) == {5 * 48 + 12 + 6}
    assert adaptive.final_indices(0, 5) == {5 * 48 + 6, 5 * 48 + 12 + 6}
    assert still.final_indices(0, 5) == {5 * 48 + 6}
