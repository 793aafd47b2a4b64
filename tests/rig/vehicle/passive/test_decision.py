"""What blocks prove, by tables."""

from __future__ import annotations

import pytest

from rig.vehicle.passive.decision import Finding, has_left, in_unlock_zone
from rig.vehicle.passive.settings import PassiveSettings
from rig.vehicle.passive.tracker import Block
from rig.vehicle.passive.zones import Located, Zone

SETTINGS = PassiveSettings()
BLOCK_NS = 96_000_000
FAR_M = {"u": 0.5, "b": 1.5, "w": 3.0, "i": 0.4}
ZONES = {"u": Zone.UNLOCK, "b": Zone.BETWEEN, "w": Zone.WELCOME, "i": Zone.INSIDE}


def blocks(pattern: str, handle: str = "driver") -> list[Block]:
    """A letter a block: its zone; "-" nothing believed, "!" nothing and inconsistent."""
    return [
        Block(
            i, i * BLOCK_NS, Located(ZONES[c], handle, FAR_M[c]) if c in ZONES else None, c == "!"
        )
        for i, c in enumerate(pattern)
    ]


def at(*metres: float | None, handle: str = "driver") -> list[Block]:
    """A distance to the handle a block; None: nothing believed."""
    return [
        Block(i, i * BLOCK_NS, _located(m, handle) if m is not None else None, inconsistent=False)
        for i, m in enumerate(metres)
    ]


def _located(metres: float, handle: str) -> Located:
    zone = Zone.UNLOCK if metres <= 1.0 else Zone.BETWEEN
    return Located(zone, handle, metres)


@pytest.mark.parametrize(
    ("pattern", "proved"),
    [
        ("bbuuu", True),
        ("u-u-u", True),
        ("uu!bu", True),
        ("uuubu", True),
        ("bbbbu", False),
        ("uu", False),
        ("uuuu-", False),  # the last one has to be there
        ("uuuui", False),
        ("uuuuu----u", False),  # long ago
        ("iiiii", False),
        ("", False),
    ],
)
def test_most_of_the_last_blocks_at_a_handle_unlock(pattern: str, proved: bool) -> None:
    assert in_unlock_zone(blocks(pattern), SETTINGS).proved is proved


def test_who_walks_is_let_in_as_the_zone_is_reached_not_three_blocks_later() -> None:
    """1.4 m/s is 0.134 m a block: the line through the last five is at 0.97 m by now."""
    assert in_unlock_zone(at(1.51, 1.37, 1.24, 1.10, 0.97), SETTINGS).proved
    assert not in_unlock_zone(at(1.64, 1.51, 1.37, 1.24, 1.10), SETTINGS).proved


def test_the_same_walk_with_an_outlier_is_let_in_by_the_others() -> None:
    assert in_unlock_zone(at(1.51, 2.9, 1.24, 1.10, 0.97), SETTINGS).proved


def test_a_last_block_that_agrees_with_no_other_proves_nothing() -> None:
    assert not in_unlock_zone(at(3.0, 3.0, 3.0, 3.0, 0.5), SETTINGS).proved


def test_two_blocks_prove_nothing_however_near() -> None:
    assert not in_unlock_zone(at(None, None, None, 0.3, 0.3), SETTINGS).proved


def test_two_inconsistent_blocks_of_five_forbid_it_and_say_so() -> None:
    assert in_unlock_zone(blocks("u!!uu"), SETTINGS) == Finding(
        False, why_not="inconsistent: 2 of 5"
    )


def test_a_handle_that_does_not_open_passively_proves_nothing() -> None:
    near = at(0.5, 0.5, 0.5, 0.5, 0.5, handle="trunk")
    assert in_unlock_zone(near, SETTINGS).handle == "trunk"
    assert not in_unlock_zone(near, PassiveSettings(sides="doors")).proved


@pytest.mark.parametrize(
    ("pattern", "left"), [("bbwww", True), ("wwwwb", False), ("iiiww", False), ("w-w-w", True)]
)
def test_three_of_five_blocks_beyond_the_lock_radius_have_left(pattern: str, left: bool) -> None:
    assert has_left(blocks(pattern), SETTINGS).proved is left


def test_blocks_at_another_handle_count_for_none_of_this_one() -> None:
    mixed = [*blocks("uuu", "trunk"), *blocks("uu", "driver")]
    assert not in_unlock_zone(mixed, SETTINGS).proved
