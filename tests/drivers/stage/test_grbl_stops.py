"""Stopping a rail by hand: at once, from any thread, while it drives and while it homes."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from drivers.api.errors import DriverError, LinkLost, LinkTimeout, OperatorDeclined
from drivers.sim.grbl_rail import VirtualRail
from drivers.sim.world import World
from drivers.stage.grbl import GrblStage
from drivers.stage.grbl_drive import Drive
from drivers.stage.grbl_messages import GrblAlarm
from tests.contracts.test_stage import Fob
from tests.drivers.operator.scripted import ScriptedOperator
from tests.drivers.stage.rail_bench import (
    ANSWER_S,
    APPROACH,
    BRAKING_M,
    FAR,
    FRAME,
    NEAR,
    TOP_MPS,
    RailBench,
    rail_bench,
)


def somebody(bench: RailBench, presses: Callable[[], None], when: Callable[[], bool]) -> None:
    """Do it in another thread."""

    def work() -> None:
        while not when():
            bench.world.clock.sleep(0.02)
        presses()

    bench.world.clock.thread(work, "somebody else")


def test_halted_from_another_thread_it_brakes_at_once_and_the_walk_is_over() -> None:
    with rail_bench() as bench:
        walk = bench.stage.walk(Fob(), APPROACH)
        stopped_ns: list[int] = []

        def press() -> None:
            stopped_ns.append(bench.world.clock.now_ns())
            for _ in range(3):
                bench.stage.halt()
            bench.hears(b"!!!")

        somebody(bench, press, when=lambda: bench.rail.mechanics.speed > 1300)
        with pytest.raises(DriverError, match="emergency stop"):
            walk.finish()
        bench.world.clock.sleep(1.0)
        assert bench.stands()
        there = bench.rail.where(stopped_ns[0])
        assert bench.truth_m(there, bench.world.clock.now_ns()) <= BRAKING_M + 0.01
        bench.stage.close()  # which resets it, so that nobody's cycle start lets it go on
        assert bench.rail.heard.endswith(b"\x18")


def test_halted_while_it_homes_it_stands_and_homes_anew_when_all_is_clear() -> None:
    with rail_bench() as bench:

        def press() -> None:
            bench.stage.halt()
            bench.hears(b"\x18")

        somebody(bench, press, when=lambda: bench.rail.firmware.state == "Home")
        with pytest.raises(GrblAlarm, match="ALARM:6"):
            bench.stage.place(Fob(), FAR)
        assert bench.stands()
        bench.stage.place(Fob(), FAR)
        assert len(bench.rail.cleared) == 1
        assert bench.truth_m(FAR, bench.world.clock.now_ns()) < 1e-3


def test_control_c_while_it_homes_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with rail_bench() as bench:
        clock = bench.world.clock
        until_ns, on = clock.now_ns() + 2 * 10**9, clock.sleep

        def interrupted(duration_s: float) -> None:
            if clock.now_ns() > until_ns:
                raise KeyboardInterrupt
            on(duration_s)

        with monkeypatch.context() as patch:
            patch.setattr(clock, "sleep", interrupted)
            with pytest.raises(KeyboardInterrupt):
                bench.stage.place(Fob(), FAR)
        bench.hears(b"\x18")
        bench.stage.close()
        assert bench.stands()


def test_homing_that_finds_no_switch_ends_and_is_cut() -> None:
    with rail_bench(answer_s=0.3) as bench:
        bench.rail.spoil = lambda data: b"" if data == b"ok\r\n" else data
        with pytest.raises(LinkTimeout, match="homing: not done within"):
            bench.stage.place(Fob(), FAR)
        bench.hears(b"\x18")
        assert bench.stands()
        bench.rail.spoil = None


def test_a_fault_of_the_driver_itself_is_no_arrival(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_self: Drive, _place: object) -> None:
        raise ZeroDivisionError

    with rail_bench() as bench:
        bench.stage.place(Fob(), FAR)
        monkeypatch.setattr(Drive, "_follow", broken)
        with pytest.raises(DriverError, match="the drive broke off: ZeroDivisionError"):
            bench.stage.place(Fob(), NEAR)
        assert bench.stands()


def test_a_halt_that_may_not_have_been_heard_is_told() -> None:
    with rail_bench() as bench:
        bench.stage.walk(Fob(), APPROACH)
        bench.world.clock.sleep(1.0)
        bench.rail.unplug()
        with pytest.raises(LinkLost):
            bench.stage.halt()
        bench.world.clock.sleep(1.0)
        assert bench.stands()  # it had no more to drive than a fraction of a second


def test_with_its_door_open_it_does_not_home() -> None:
    with rail_bench() as bench:
        bench.rail.open_door()
        with pytest.raises(DriverError, match="the safety door is open: close it"):
            bench.stage.place(Fob(), FAR)
        assert b"$H" not in bench.rail.heard
        assert "state Door" in bench.stage.self_test()[0].what
        bench.stage.place(Fob(), FAR)  # asked, somebody closes it


def test_who_waits_for_an_answer_in_a_feed_hold_is_given_up() -> None:
    with rail_bench(answer_s=600.0) as bench:
        line = bench.stage._controller.line  # noqa: SLF001 - a moment that no walk is sure to meet
        line.reset(20.0)
        line.command("$X", "unlocking")
        line.hold()
        ended: list[DriverError] = []

        def send() -> None:
            try:
                line.command("G21", "driving")
            except DriverError as exc:
                ended.append(exc)

        waiting = threading.Thread(target=send)
        waiting.start()
        bench.hears(b"G21\n")
        assert not ended
        with line.given_up():
            waiting.join(20.0)
        assert len(ended) == 1


def test_after_a_stop_nothing_moves_before_the_person_has_seen_that_all_is_clear() -> None:
    person = ScriptedOperator(("fix it on the carriage", ""))
    with World(time="virtual") as world, VirtualRail(world, **FRAME) as rail:
        stage = GrblStage(
            rail, person, **FRAME, top_speed_mps=TOP_MPS, answer_s=ANSWER_S, time=world
        )
        with stage:
            fob = Fob()
            stage.place(fob, FAR)
            stage.stop()
            homed = rail.heard.count(b"$H\n")
            person.declines = "there is a child on the rail"
            with pytest.raises(OperatorDeclined):
                stage.place(fob, NEAR)
            assert rail.heard.count(b"$H\n") == homed
            person.declines = ""
            person.expects(("The rail has stopped (emergency stop): see that nothing", ""))
            stage.place(fob, NEAR)
            person.was_asked_all()
