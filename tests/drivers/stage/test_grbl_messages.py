"""What GRBL says is read as its documentation writes it, and nothing else is taken for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.api.errors import FrameError
from drivers.stage.grbl_messages import (
    GrblAlarm,
    GrblRefused,
    Status,
    read_build,
    read_code,
    read_settings,
    read_status,
)

REPORTS: dict[str, Status] = {
    "<Idle|MPos:0.000,-10.000,5.000|FS:0,0>": Status("Idle", None, (0.0, -10.0, 5.0)),
    "<Run|MPos:-8.529,-0.560,-7.000|FS:500,8000|Ov:100,100,100>": Status(
        "Run", None, (-8.529, -0.56, -7.0)
    ),
    "<Hold:1|WPos:-2.500,0.000,11.000|Bf:15,128|WCO:0.000,1.551,5.664>": Status(
        "Hold", 1, None, (-2.5, 0.0, 11.0), (0.0, 1.551, 5.664)
    ),
    "<Door:2|MPos:1.000,2.000,3.000,4.000|Pn:XYZ|A:SFM>": Status("Door", 2, (1.0, 2.0, 3.0)),
}


@pytest.mark.parametrize("line", REPORTS)
def test_a_status_report_is_read(line: str) -> None:
    assert read_status(line) == REPORTS[line]


BAD_REPORTS = (
    "",
    "ok",
    "<>",
    "<Idle>",
    "<Idle|MPos:0.000,0.000,0.000",
    "<Idle|FS:0,0>",
    "<Walk|MPos:0.000,0.000,0.000>",
    "<Idle:12|MPos:0.000,0.000,0.000>",
    "<Idle|MPos:0.000,0.000>",
    "<Idle|MPos:0.000,0.000,nan>",
    "<Idle|MPos:0.000,0.000,1e9>",
    "<Idle|MPos:0.000,0.000,9999999.000>",
    "<Idle|MPos:0.000,,0.000>",
    "<Idle|MPos:0,0,0|WPos:0,0,0>",
    "<Idle|MPos:0,0,0|MPos:1,0,0>",
    "<Idle|MPos:0,0,0|WCO:x>",
)


@pytest.mark.parametrize("line", BAD_REPORTS)
def test_what_is_no_status_report_is_refused(line: str) -> None:
    with pytest.raises(FrameError):
        read_status(line)


def test_settings_and_build_are_read() -> None:
    lines = ["$10=255", "$11=0.010", "[MSG:Check Door]", "$130=200.000"]
    assert read_settings(lines) == {10: 255.0, 11: 0.01, 130: 200.0}
    assert read_build(["[VER:1.1h.20190830:some text]", "[OPT:VZ,15,128]"]) == (
        "1.1h.20190830",
        "VZ",
    )
    assert read_build(["[VER:v1.1d.20161014:]", "[OPT:VL]"]) == ("1.1d.20161014", "VL")
    assert read_build([]) == ("", "")


BAD: dict[str, Callable[[], object]] = {
    "a setting of words": lambda: read_settings(["$10=on"]),
    "a setting of infinity": lambda: read_settings(["$10=inf"]),
    "a setting twice": lambda: read_settings(["$10=1", "$10=0"]),
    "no setting": lambda: read_settings(["hello"]),
    "an error without a number": lambda: read_code("error:"),
    "an alarm of words": lambda: read_code("ALARM:Hard limit"),
    "a number without end": lambda: read_code("ALARM:1234"),
}


@pytest.mark.parametrize("reading", BAD.values(), ids=BAD)
def test_what_is_none_of_it_is_refused(reading: Callable[[], object]) -> None:
    with pytest.raises(FrameError):
        reading()


def test_errors_and_alarms_say_what_to_do_known_or_not() -> None:
    assert "home again" in str(GrblRefused(9, "driving"))
    assert str(GrblRefused(77, "driving")) == "driving: error:77, see GRBL"
    assert "look at switch and wiring" in str(GrblAlarm(9, "homing"))
    assert GrblAlarm(44, "homing").code == 44
