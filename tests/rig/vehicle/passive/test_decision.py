"""What blocks prove, by tables."""

from __future__ import annotations

import pytest

from rig.vehicle.passive.decision import Finding, has_left, in_unlock_zone
from rig.vehicle.passive.settings import PassiveSettings
from rig.vehicle.passive.tracker import Block
from rig.vehicle.passive.zones import Located, Zone

SETTINGS = PassiveSettings()
METRES = {"u": 0.5, "b": 1.5, "w": 3.0, "i": 0.6}
ZONES = {"u": Zone.UNLOCK, "b": Zone.BETWEEN, "w": Zone.WELCOME, "i": Zone.INSIDE}


def blocks(pattern: str, handle: str = "driver") -> list[Block]:
    """A letter a block: its zone, at a distance in it; "-" nothing believed, "!" inconsistent."""
    return [
        Block(
            i,
            i * 96_000_000,
            Located(ZONES[c], handle, METRES[c]) if c in ZONES else None,
            c == "!",
        )
        for i, c in enumerate(pattern)
    ]


def walk(*metres: float | None, handle: str = "driver") -> list[Block]:
    """A distance from the handle a block; None: nothing believed."""
    zone = {True: Zone.UNLOCK, False: Zone.BETWEEN}
    return [
        Block(i, i * 96_000_000, None if m is None else Located(zone[m <= 1.0], handle, m), False)
        for i, m in enumerate(metres)
    ]


@pytest.mark.parametrize(
    ("pattern", "proved"),
    [
        ("uuuuu", True),
        ("u-u-u", True),
        ("uu!-u", True),
        ("uuuu-", False),  # the last one has to be there
        ("uuuuw", False),
        ("uu", False),
        ("uuuuu----u", False),  # long ago
        ("iiiii", False),
        ("", False),
    ],
)
def test_three_of_five_blocks_at_a_handle_unlock(pattern: str, proved: bool) -> None:
    assert in_unlock_zone(blocks(pattern), SETTINGS).proved is proved


@pytest.mark.parametrize(
    ("metres", "proved"),
    [
        ((1.52, 1.39, 1.25, 1.12, 0.98), True),  # 1.4 m/s: the last one alone is inside
        ((1.66, 1.52, 1.39, 1.25, 1.12), False),
        ((1.52, None, 1.25, None, 0.98), True),
        ((1.52, 0.30, 1.25, 1.12, 0.98), True),  # one that lies on no line
        ((3.0, 3.0, 3.0, 3.0, 0.5), False),  # nor does one short range, the last
        ((3.0, 3.0, 3.0, 0.5, 0.5), False),
        ((1.4, 1.3, 1.2, 1.15, 1.1), False),  # it slows down, and is not there
    ],
    ids=lambda given: "" if isinstance(given, bool) else str(given),
)
def test_who_walks_straight_on_opens_where_it_is_by_now(
    metres: tuple[float | None, ...], proved: bool
) -> None:
    assert in_unlock_zone(walk(*metres), SETTINGS).proved is proved


def test_two_inconsistent_blocks_of_five_forbid_it_and_say_so() -> None:
    settings = PassiveSettings(k=3)
    assert in_unlock_zone(blocks("u!!uu"), settings) == Finding(
        False, why_not="inconsistent: 2 of 5"
    )


@pytest.mark.parametrize(
    ("pattern", "left"), [("bbwww", True), ("wwwwb", False), ("iiiww", False), ("w-w-w", True)]
)
def test_three_of_five_blocks_beyond_the_lock_radius_have_left(pattern: str, left: bool) -> None:
    assert has_left(blocks(pattern), SETTINGS).proved is left


def test_the_side_is_the_one_of_most_blocks() -> None:
    mixed = [*blocks("uu", "trunk"), *blocks("uuu", "driver")]
    assert in_unlock_zone(mixed, SETTINGS).handle == "driver"
