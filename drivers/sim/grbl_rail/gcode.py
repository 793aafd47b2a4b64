"""The little G-code that a rail needs: words of a line, and what of it this GRBL executes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_WORD = re.compile(r"([A-Z])(-?\d*\.?\d+)")
_LETTER, _NUMBER, _UNKNOWN, _NO_RATE = 1, 2, 20, 22
_IGNORED_G = frozenset({17.0, 54.0, 94.0})
_INCH_MM = 25.4


class Refused(Exception):
    """``error:n``."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Modes:
    """What stays in force from line to line."""

    rapid: bool = True
    inches: bool = False
    relative: bool = False
    feed: float = 0.0  # mm a minute


@dataclass(slots=True)
class Move:
    """What one line asks for; ``axes`` is empty where it moves nothing."""

    axes: dict[str, float] = field(default_factory=dict)  # mm
    rapid: bool = False


def execute(line: str, modes: Modes) -> Move:
    """Take in a line. Raises Refused, and then leaves the modes as they were half way."""
    move = Move()
    for letter, number in _words(line):
        if letter == "G":
            _general(number, modes)
        elif letter in "XYZ":
            move.axes[letter] = number
        elif letter == "F":
            modes.feed = number
        elif letter not in "MNS":
            raise Refused(_UNKNOWN)
    if modes.inches:
        move.axes = {axis: value * _INCH_MM for axis, value in move.axes.items()}
    move.rapid = modes.rapid
    if move.axes and not move.rapid and modes.feed <= 0:
        raise Refused(_NO_RATE)
    return move


def _words(line: str) -> list[tuple[str, float]]:
    text = re.sub(r"\(.*?\)|\s", "", line).upper()
    found, position = [], 0
    while position < len(text):
        match = _WORD.match(text, position)
        if match is None:
            raise Refused(_NUMBER if text[position].isalpha() else _LETTER)
        found.append((match[1], float(match[2])))
        position = match.end()
    return found


def _general(number: float, modes: Modes) -> None:
    if number in (0.0, 1.0):
        modes.rapid = number == 0.0
    elif number in (20.0, 21.0):
        modes.inches = number == 20.0
    elif number in (90.0, 91.0):
        modes.relative = number == 91.0
    elif number != 53.0 and number not in _IGNORED_G:
        raise Refused(_UNKNOWN)
