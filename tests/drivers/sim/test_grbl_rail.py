"""The virtual controller keeps to GRBL's documentation, asked byte by byte."""

from __future__ import annotations

import re

import pytest

from drivers.sim.grbl_rail.firmware import Firmware
from drivers.sim.grbl_rail.mechanics import Mechanics

TRAVEL_MM = 2000.0
SETTINGS: dict[int, float] = {
    **dict.fromkeys((10, 20, 21, 22), 1.0),
    **dict.fromkeys((13, 23), 0.0),
    11: 0.01,
    24: 600.0,
    25: 60000.0,
    27: 5.0,
    110: 120000.0,
    120: 5000.0,
    130: TRAVEL_MM,
}


class Bench:
    """A controller, and a clock that is moved by hand."""

    def __init__(self, true_mm: float = -700.0, **settings: float) -> None:
        changed = {int(name.removeprefix("s")): value for name, value in settings.items()}
        self.machine = Mechanics((true_mm,), (TRAVEL_MM,), 0.01, 0)
        self.firmware = Firmware(self.machine, {**SETTINGS, **changed})
        self.now_ns = 0
        self.says("")

    def says(self, text: str) -> str:
        """What it answers to these characters, at once."""
        return self.firmware.hear(text.encode("latin-1"), self.now_ns).decode()

    def after(self, duration_s: float) -> str:
        """What it says by itself while time passes."""
        said = ""
        for _ in range(round(duration_s * 100)):
            self.now_ns += 10_000_000
            said += self.firmware.run(self.now_ns).decode()
        return said

    def homed(self) -> Bench:
        assert self.says("$H\n") == ""
        assert self.after(10) == "ok\r\n"
        return self


def test_switched_on_it_is_locked_until_it_is_homed() -> None:
    bench = Bench()
    assert bench.says("\x18") == "\r\nGrbl 1.1h ['$' for help]\r\n[MSG:'$H'|'$X' to unlock]\r\n"
    assert bench.says("?").startswith("<Alarm|MPos:0.000,0.000,0.000|FS:0,0|WCO:")
    assert bench.says("G0X-10\n") == "error:9\r\n"
    bench.homed()
    assert bench.says("?").startswith("<Idle|MPos:-5.000,")
    assert bench.machine.true == pytest.approx((-5.0,))


def test_unlocked_without_homing_it_does_not_know_where_it_is() -> None:
    bench = Bench(-700.0)
    assert bench.says("$X\n") == "[MSG:Caution: Unlocked]\r\nok\r\n"
    bench.says("G1X-100F60000\n")
    bench.after(2)
    assert bench.says("?").startswith("<Idle|MPos:-100.000,")
    assert bench.machine.true == pytest.approx((-800.0,))


def test_it_homes_to_the_other_end_where_its_settings_say_so() -> None:
    assert Bench(s23=1).homed().machine.machine == pytest.approx((5.0 - TRAVEL_MM,))


def test_a_move_gets_up_to_speed_and_slows_down_in_time() -> None:
    bench = Bench().homed()
    assert bench.says("G90G53G1X-1005F60000\n") == "ok\r\n"
    bench.after(0.1)
    assert bench.machine.speed == pytest.approx(500, rel=0.05)  # 5 m/s2
    assert bench.says("?").startswith("<Run|MPos:-")
    bench.after(0.5)
    assert bench.machine.speed == pytest.approx(1000, rel=0.01)
    bench.after(0.45)
    assert 0 < bench.machine.speed < 1000
    bench.after(0.3)  # 1 m at 1 m/s, and 0.2 s for its ends
    assert bench.says("?").startswith("<Idle|MPos:-1005.000,")


def test_moves_in_one_line_go_over_into_each_other_and_a_turn_back_stops() -> None:
    bench = Bench().homed()
    for target in range(-100, -1000, -100):
        assert bench.says(f"G1X{target}F60000\n") == "ok\r\n"
    bench.after(0.5)
    assert bench.machine.speed == pytest.approx(1000, rel=0.01)
    bench.says("G1X-100\n")
    speeds = []
    for _ in range(100):
        bench.after(0.01)
        speeds.append(bench.machine.speed)
    assert min(speeds) < 100


def test_only_so_many_moves_wait_and_the_next_is_answered_when_there_is_room() -> None:
    bench = Bench().homed()
    said = "".join(bench.says(f"G1X-{10 + n}F600\n") for n in range(18))
    assert said == "ok\r\n" * 15
    assert "ok" in bench.after(2)


def test_in_a_feed_hold_no_line_is_looked_at_before_the_cycle_start() -> None:
    bench = Bench().homed()
    bench.says("G1X-1500F60000\n")
    bench.after(0.5)
    assert bench.says("!G1X-100\n") == bench.after(1) == ""
    assert bench.says("~") == "ok\r\n"


def test_a_target_beyond_the_travel_is_an_alarm_until_it_is_reset() -> None:
    bench = Bench().homed()
    assert bench.says("G1X-2001F600\n") == "ALARM:2\r\n[MSG:Reset to continue]\r\n"
    assert bench.says("?") == bench.says("$X\n") == ""
    assert "unlock" in bench.says("\x18")


def test_feed_hold_slows_down_and_keeps_what_was_left() -> None:
    bench = Bench().homed()
    bench.says("G1X-1500F60000\n")
    bench.after(0.5)
    bench.says("!")
    assert bench.says("?").startswith("<Hold:1|")
    bench.after(0.3)
    assert bench.says("?").startswith("<Hold:0|")
    bench.says("~")
    bench.after(3)
    assert bench.says("?").startswith("<Idle|MPos:-1500.000,")


def test_a_reset_at_rest_keeps_the_place_and_one_in_motion_loses_it() -> None:
    bench = Bench().homed()
    assert "ALARM" not in bench.says("\x18")
    assert bench.says("?").startswith("<Idle|MPos:-5.000,")
    bench.says("G1X-1500F60000\n")
    bench.after(0.5)
    assert re.match(r"ALARM:3\r\n\r\nGrbl 1\.1h .*unlock", bench.says("\x18"), re.DOTALL)
    assert bench.machine.true != pytest.approx(bench.machine.machine)
    bench.homed()
    assert bench.machine.true == pytest.approx(bench.machine.machine)


def test_it_runs_into_the_end_of_the_rail_when_it_is_lost() -> None:
    bench = Bench(-1800.0, s20=0)
    bench.says("$X\n")
    bench.says("G1X-900F60000\n")
    assert "ALARM:1" in bench.after(2)
    assert bench.machine.true[0] >= -TRAVEL_MM - 1e-3


REFUSED = {
    "$Q\n": 3,
    "hello\n": 2,
    "G1X1O3F5\n": 20,
    "G77\n": 20,
    "G1X-10\n": 22,
    "%\n": 1,
    f"(a{'b' * 90})\n": 11,
}


@pytest.mark.parametrize("line", REFUSED, ids=lambda line: line[:8].strip())
def test_a_line_that_it_does_not_know_is_refused_by_number(line: str) -> None:
    assert Bench().homed().says(line) == f"error:{REFUSED[line]}\r\n"


def test_settings_are_told_at_rest_alone() -> None:
    bench = Bench().homed()
    assert "$130=2000.000\r\n" in bench.says("$$\n")
    assert bench.says("$I\n").startswith("[VER:1.1h.")
    bench.says("G1X-1500F60000\n")
    bench.after(0.1)
    assert bench.says("$$\n") == "error:8\r\n"


def test_while_it_homes_nobody_is_told_where_it_is() -> None:
    bench = Bench()
    bench.says("$H\n")
    assert bench.says("?") == ""
    bench.after(0.1)
    assert bench.says("\x18").startswith("ALARM:6")
