"""The drivers' error tree, and translating a library's exceptions into it."""

from __future__ import annotations

import pytest

from drivers.api.errors import (
    CardLost,
    DeviceRefused,
    DriverError,
    ErrorTable,
    LinkLost,
    LinkTimeout,
    translated,
)

TABLE: ErrorTable = {OSError: LinkLost, TimeoutError: LinkTimeout}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [(OSError, LinkLost), (TimeoutError, LinkTimeout), (ConnectionError, LinkLost)],
)
def test_the_closest_match_wins(theirs: type[Exception], ours: type[DriverError]) -> None:
    with (
        pytest.raises(ours, match="relay 1: set: gone") as caught,
        translated(TABLE, "set", device="relay 1"),
    ):
        raise theirs("gone")
    assert isinstance(caught.value.__cause__, theirs)


def test_what_the_table_does_not_know_passes() -> None:
    with pytest.raises(ValueError, match="mine"), translated(TABLE, "set"):
        raise ValueError("mine")


def test_an_error_names_its_device_once_it_has_one() -> None:
    assert str(LinkLost("gone")) == "gone"
    assert str(LinkLost("gone", device="tray")) == "tray: gone"
    assert str(DeviceRefused(0x6A, "select", device="tray")) == "tray: select: refused with 0x6A"


def test_a_card_that_left_is_a_lost_link() -> None:
    assert issubclass(CardLost, LinkLost)
