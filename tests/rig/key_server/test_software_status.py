"""Software statuses compare as the calendar does, and nothing else passes for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.key_server.software_status import SoftwareStatus


@pytest.mark.parametrize(
    ("earlier", "later"), [("22-11", "23-03"), ("22-07", "22-11"), ("09-12", "10-01")]
)
def test_the_year_weighs_more_than_the_month(earlier: str, later: str) -> None:
    assert SoftwareStatus.parse(earlier) < SoftwareStatus.parse(later)
    assert SoftwareStatus.parse(earlier) >= SoftwareStatus.parse(earlier)


@given(st.integers(2000, 2099), st.integers(1, 12))
def test_what_is_written_is_read_again(year: int, month: int) -> None:
    status = SoftwareStatus(year, month)
    assert SoftwareStatus.parse(str(status)) == status


@pytest.mark.parametrize(
    "text", ["", "22", "2211", "22-13", "22-00", "22-1", "2022-11", " 22-11", "22-11\n", "²2-11"]
)
def test_what_is_no_status_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        SoftwareStatus.parse(text)
