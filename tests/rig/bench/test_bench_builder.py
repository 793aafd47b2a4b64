"""Opening a bench in order, closing it in reverse, and standing in for what is missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.api.errors import DeviceNotFound, DriverUnavailable, LinkLost
from drivers.api.relay import RelayBoard, Switch
from drivers.api.sensor import Sensor
from rig.bench.build import opened, partial, switch_names
from rig.bench.description import BenchDescription
from rig.bench.errors import BenchError, BenchUnavailable

BenchOf = Callable[..., BenchDescription]
BOARD = "board: {driver: fake.board, serial: A}"
LATCH = 'latch: {driver: fake.switch, board: "@board", channel: 2}'
DOOR = 'door: {driver: fake.sensor, board: "@board", channel: 2}'


def test_devices_open_in_order_and_close_in_reverse(bench_of: BenchOf, happened: list[str]) -> None:
    with opened(bench_of(BOARD, LATCH, DOOR)) as bench:
        assert list(bench.devices) == ["board", "latch", "door"]
        happened.clear()
    assert happened == ["close door", "safe latch", "close latch", "close board"]


def test_devices_know_their_names_and_references_are_the_devices(bench_of: BenchOf) -> None:
    with opened(bench_of(BOARD, LATCH, DOOR)) as bench:
        assert [d.name for d in bench.devices.values()] == ["board", "latch", "door"]
        bench.of(Switch)["latch"].set(on=True)
        assert bench.of(Sensor)["door"].is_active()
        assert bench.of(RelayBoard)["board"].states() == (False, True, False, False)


def test_records_say_who_each_device_is_and_whether_it_is_virtual(bench_of: BenchOf) -> None:
    with opened(bench_of("space: {driver: sim.world}", BOARD)) as bench:
        assert [(r.name, r.driver, r.simulated, r.make) for r in bench.records] == [
            ("space", "sim.world", True, "Digital Key Rig"),
            ("board", "fake.board", False, "Fake"),
        ]
        assert bench.simulated


def test_a_bench_without_virtual_devices_is_not_simulated(bench_of: BenchOf) -> None:
    with opened(bench_of(BOARD)) as bench:
        assert not bench.simulated


def test_an_error_while_opening_names_the_device_and_closes_those_before(
    bench_of: BenchOf, happened: list[str]
) -> None:
    second = "second: {driver: fake.board, serial: B, fault: not found}"
    with (
        pytest.raises(
            BenchUnavailable, match=r"desk\.yaml:4: second \(fake\.board\): nothing answers$"
        ) as got,
        opened(bench_of(BOARD, second)),
    ):
        pytest.fail("opened without its second board")
    assert isinstance(got.value.__cause__, DeviceNotFound)
    assert happened[-1] == "close board"


def test_a_fault_of_a_driver_stays_what_it_is_and_names_the_device(bench_of: BenchOf) -> None:
    second = "second: {driver: fake.board, serial: B, fault: bug}"
    with pytest.raises(TypeError, match="fault of the driver") as got, opened(bench_of(second)):
        pytest.fail("opened")
    (note,) = got.value.__notes__
    assert note.endswith("desk.yaml:3: opening second (fake.board)")


def test_a_device_that_cannot_say_who_it_is_stops_the_bench(bench_of: BenchOf) -> None:
    board = "board: {driver: fake.board, serial: A, fault: identity}"
    with (
        pytest.raises(BenchUnavailable, match=r"desk\.yaml:3: board \(fake\.board\): gone$"),
        opened(bench_of(board)),
    ):
        pytest.fail("opened")


def test_one_device_that_does_not_close_does_not_stop_the_others(
    bench_of: BenchOf, happened: list[str]
) -> None:
    boards = [
        f"{n}: {{driver: fake.board, serial: {n}, fault: {fault}}}"
        for n, fault in [("a", "''"), ("b", "close"), ("c", "close"), ("d", "''")]
    ]
    with (
        pytest.raises(BenchError, match="c did not close: c: does not let go; b did not") as got,
        opened(bench_of(*boards)),
    ):
        happened.clear()
    assert happened == ["close d", "close c", "close b", "close a"]
    group = got.value.__cause__
    assert isinstance(group, ExceptionGroup)
    assert [type(e) for e in group.exceptions] == [LinkLost, LinkLost]


def test_the_error_of_the_block_outranks_errors_of_closing(bench_of: BenchOf) -> None:
    board = "board: {driver: fake.board, serial: A, fault: close}"
    with pytest.raises(ZeroDivisionError) as got, opened(bench_of(board)):
        raise ZeroDivisionError
    assert got.value.__notes__ == ["board did not close: board: does not let go"]


def test_an_interrupt_while_closing_leaves_no_device_open(
    bench_of: BenchOf, happened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), opened(bench_of(BOARD, LATCH)) as bench:
        monkeypatch.setattr(bench.devices["latch"], "close", interrupted)
    assert happened[-1] == "close board"


def test_a_missing_library_opens_the_fallback_and_says_so(
    bench_of: BenchOf, happened: list[str]
) -> None:
    bench_of(BOARD, name="spare")
    broken = "second: {driver: fake.board, serial: B, fault: missing library}"
    announced: list[str] = []
    description = bench_of(BOARD, broken, fallback="spare")
    with opened(description, lambda d: announced.append(d.name)) as bench:
        assert bench.description.name == "spare"
        assert bench.substitutions == (
            "bench spare for desk: second (fake.board): libfake is not installed",
        )
    assert announced == ["desk", "spare"]
    assert happened.count("close board") == 2, "the first bench's board stayed open"


def test_a_missing_library_without_fallback_is_an_error(bench_of: BenchOf) -> None:
    broken = "board: {driver: fake.board, serial: B, fault: missing library}"
    with (
        pytest.raises(BenchUnavailable, match="libfake is not installed") as got,
        opened(bench_of(broken)),
    ):
        pytest.fail("opened")
    assert isinstance(got.value.__cause__, DriverUnavailable)


def test_a_missing_device_is_never_replaced_by_the_fallback(bench_of: BenchOf) -> None:
    bench_of(BOARD, name="spare")
    broken = "board: {driver: fake.board, serial: B, fault: not found}"
    with (
        pytest.raises(BenchUnavailable, match="nothing answers"),
        opened(bench_of(broken, fallback="spare")),
    ):
        pytest.fail("opened")


def test_a_fallback_that_fails_too_tells_of_both(bench_of: BenchOf) -> None:
    bench_of("other: {driver: fake.board, serial: C, fault: not found}", name="spare")
    broken = "board: {driver: fake.board, serial: B, fault: missing library}"
    with (
        pytest.raises(BenchUnavailable, match=r"spare\.yaml:3: other \(fake") as got,
        opened(bench_of(broken, fallback="spare")),
    ):
        pytest.fail("opened")
    assert any("libfake is not installed" in note for note in got.value.__notes__)


def test_a_part_of_a_bench_is_what_its_switches_stand_on(bench_of: BenchOf) -> None:
    other = "other: {driver: fake.board, serial: B}"
    description = bench_of(other, BOARD, "space: {driver: sim.world}", LATCH, DOOR)
    assert switch_names(description) == {"latch"}
    assert [e.name for e in partial(description, {"latch"}).devices] == ["board", "latch"]


def test_a_device_that_the_bench_file_expects_is_let_in(bench_of: BenchOf) -> None:
    with opened(bench_of("board: {driver: fake.board, serial: A, expect: {make: Fake}}")) as bench:
        assert list(bench.devices) == ["board"]


def test_another_device_than_the_one_expected_is_refused_and_named(
    bench_of: BenchOf, happened: list[str]
) -> None:
    entry = "board: {driver: fake.board, serial: A, expect: {make: Fake, serial: B7}}"
    wanted = r"yaml:3: board \(fake.board\): serial is not said, and the bench file expects B7"
    with pytest.raises(BenchUnavailable, match=wanted), opened(bench_of(entry)):
        pass
    assert happened[-1] == "close board"
