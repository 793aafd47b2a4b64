"""The doctor looks at each device by itself and moves none."""

from __future__ import annotations

from collections.abc import Callable

from rig.bench.description import BenchDescription
from rig.bench.doctor import examine

BenchOf = Callable[..., BenchDescription]
BOARD = "board: {driver: fake.board, serial: A}"
LATCH = 'latch: {driver: fake.switch, board: "@board", channel: 2}'


def broken(fault: str) -> str:
    return f"bad: {{driver: fake.board, serial: B, fault: {fault}}}"


def test_a_healthy_bench_is_well_and_nothing_is_set(bench_of: BenchOf, happened: list[str]) -> None:
    found = list(examine(bench_of(BOARD, LATCH)))
    assert [(d.device, d.driver, d.well) for d in found] == [
        ("board", "fake.board", True),
        ("latch", "fake.switch", True),
    ]
    assert found[0].identity.make == "Fake"
    assert [f.what for f in found[0].findings] == ["fake"]
    assert not [line for line in happened if line.startswith("set ")]
    assert happened[-1] == "close board"


def test_a_device_that_is_missing_does_not_hide_the_others(bench_of: BenchOf) -> None:
    on_bad = 'lamp: {driver: fake.switch, board: "@bad"}'
    bad, lamp, board = examine(bench_of(broken("not found"), on_bad, BOARD))
    assert not bad.found
    assert bad.problem == "nothing answers"
    assert "check power" in bad.advice
    assert bad.advice.endswith(" (line 3)")
    assert lamp.problem == "not examined because bad failed"
    assert lamp.advice == "see bad"
    assert board.well


def test_a_missing_library_is_told_with_what_to_do(bench_of: BenchOf) -> None:
    [bad] = examine(bench_of(broken("missing library")))
    assert bad.problem == "libfake is not installed"
    assert bad.advice.startswith("install")


def test_a_fault_of_a_driver_is_not_blamed_on_the_device(bench_of: BenchOf) -> None:
    bad, board = examine(bench_of(broken("bug"), BOARD))
    assert bad.problem == "TypeError: a fault of the driver"
    assert "fault of the driver, not of the device" in bad.advice
    assert board.well


def test_a_device_that_fails_its_self_test_is_found_and_not_well(bench_of: BenchOf) -> None:
    [bad] = examine(bench_of(broken("self-test")))
    assert bad.found
    assert bad.identity.make == "Fake"
    assert bad.problem == "gone"
    assert not bad.well


def test_a_device_that_does_not_close_is_told_at_the_end(bench_of: BenchOf) -> None:
    first, _, again = examine(bench_of(broken("close"), BOARD))
    assert first.well
    assert (again.device, again.problem) == ("bad", "would not close: does not let go")


def test_a_doctor_who_is_sent_away_leaves_nothing_open(
    bench_of: BenchOf, happened: list[str]
) -> None:
    visit = examine(bench_of(BOARD, LATCH))
    next(visit)
    visit.close()  # type: ignore[attr-defined]
    assert happened[-1] == "close board"


def test_another_device_than_the_one_expected_needs_attention(bench_of: BenchOf) -> None:
    entry = "board: {driver: fake.board, serial: A, expect: {model: Other}}"
    (found,) = examine(bench_of(entry))
    assert not found.well
    assert found.problem == "model is FakeBoard, and the bench file expects Other"
    assert "expect" in found.advice


def test_an_overdue_calibration_is_a_warning_about_a_device_that_is_well(bench_of: BenchOf) -> None:
    overdue = "calibrated: {date: 2020-01-02, due: 2021-01-01}"
    valid = "calibrated: {date: 2020-01-02, due: 2999-01-01}"
    board, other = examine(
        bench_of(
            f"board: {{driver: fake.board, serial: A, {overdue}}}",
            f"other: {{driver: fake.board, serial: B, {valid}}}",
        )
    )
    assert board.well
    (warning,) = board.warnings
    assert warning.startswith("calibration overdue since 2021-01-01: until it is calibrated")
    assert other.warnings == ()
