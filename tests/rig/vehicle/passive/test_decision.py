"""What blocks prove, by tables."""

from __future__ import annotations

import pytest

from rig.vehicle.passive.decision import Finding, has_left, in_unlock_zone
from rig.vehicle.passive.settings import PassiveSettings
from rig.vehicle.passive.tracker import Block
from rig.vehicle.passive.zones import Located, Zone

SETTINGS = PassiveSettings()
ZONES = {"u": Zone.UNLOCK, "b": Zone.BETWEEN, "w": Zone.WELCOME, "i": Zone.INSIDE}


def blocks(pattern: str, handle: str = "driver") -> list[Block]:
    """A letter a block: its zone; "-" nothing believed, "!" nothing and inconsistent."""
    return [
        Block(i, i * 96_000_000, Located(ZONES[c], handle, 0.5) if c in ZONES else None, c == "!")
        for i, c in enumerate(pattern)
    ]


@pytest.mark.parametrize(
    ("pattern", "proved"),
    [
        ("bbuuu", True),
        ("u-u-u", True),
        ("uu!bu", True),
        ("buubu", True),
        ("bbbuu", False),
        ("uuubu", True),
        ("uuuub", False),  # the last one has to be there
        ("uu", False),
        ("uuuuu----u", False),  # long ago
        ("iiiii", False),
        ("", False),
    ],
)
def test_three_of_five_blocks_at_a_handle_unlock(pattern: str, proved: bool) -> None:
    assert in_unlock_zone(blocks(pattern), SETTINGS).proved is proved


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
