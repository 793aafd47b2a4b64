"""The answer to select, from cards that keep the standard and from those that do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.api.errors import FrameError
from drivers.nfc.ats import Ats

UNIT_S = 4096 / 13.56e6

# octets, frame size, waiting time and guard time in units of 4096/fc.
TABLE = [
    ("01", 32, 1 << 4, 0),  # no T0: defaults
    ("0278", None, None, None),  # announces what it has not
    ("0208", 256, 1 << 4, 0),
    ("0577808002", 128, 1 << 8, 0),
    ("03 28 A3", 256, 1 << 10, 1 << 3),  # TB without TA, where nfcpy looks elsewhere
    ("03 48 02", 256, 1 << 4, 0),
    ("03 2C 4F", 256, 1 << 4, 0),  # reserved sizes and times
    ("03 20 F0", 16, 1 << 4, 0),
    ("06 78 80 90 02 AA", 256, 1 << 9, 0),
    ("0478808002", None, None, None),
    ("", None, None, None),
]


@pytest.mark.parametrize(("octets", "size", "waiting", "guard"), TABLE)
def test_an_ats_is_read_as_the_standard_has_it(
    octets: str, size: int | None, waiting: int | None, guard: int | None
) -> None:
    if waiting is None or guard is None:
        with pytest.raises(FrameError):
            Ats.parse(bytes.fromhex(octets))
        return
    ats = Ats.parse(bytes.fromhex(octets))
    assert ats.frame_size == size
    assert (ats.waiting_s, ats.guard_s) == pytest.approx((waiting * UNIT_S, guard * UNIT_S))


@given(st.binary(max_size=20))
def test_any_octets_are_an_ats_or_refused(octets: bytes) -> None:
    try:
        ats = Ats.parse(octets)
    except FrameError:
        return
    assert 16 <= ats.frame_size <= 256
    assert 0 <= ats.guard_s <= ats.waiting_s + 5
