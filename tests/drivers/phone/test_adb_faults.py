"""No server, no phone, no trust, hostile bytes: each is an error that says what to do."""

from __future__ import annotations

import socket
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.api.errors import (
    DeviceNotFound,
    DriverError,
    DriverUnavailable,
    FrameError,
    LinkLost,
    LinkTimeout,
)
from drivers.api.phone_controls import Method
from drivers.sim.adb_server import VirtualAdbServer
from tests.drivers.phone.adb_bench import PIN, SERIAL, AdbBench, adb_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[AdbBench]:
    with adb_bench(tmp_path) as bench:
        yield bench


def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


def test_without_a_server_it_says_how_to_start_one_and_starts_none(
    bench: AdbBench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    adb = tmp_path / "adb"
    adb.write_text(f"#!/bin/sh\ntouch {started}\n", encoding="ascii")
    adb.chmod(0o755)
    monkeypatch.setenv("ADBUTILS_ADB_PATH", str(adb))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceNotFound, match=r"no adb server at .*: adb start-server$"):
        bench.opened(server=free_address())
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    with pytest.raises(DeviceNotFound, match="adb is not installed here: apt install adb"):
        bench.opened(server=free_address())
    assert not started.exists()


def test_without_adbutils_it_says_what_to_install(
    bench: AdbBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "adbutils", None)
    with pytest.raises(DriverUnavailable, match="pip install adbutils"):
        bench.opened()


def test_the_first_phone_is_not_taken_for_it(bench: AdbBench) -> None:
    bench.server.plugged = False
    with pytest.raises(DeviceNotFound, match=rf"{SERIAL}: adb knows no such phone.*emulator-5554"):
        bench.opened()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("unauthorized", "unlock it and allow USB debugging"),
        ("offline", "pull its cable"),
        ("recovery", "let it boot"),
        ("no permissions", "udev rules"),
    ],
)
def test_a_phone_that_cannot_be_used_says_what_to_do(
    bench: AdbBench, state: Any, said: str
) -> None:
    bench.server.state = state
    with pytest.raises(DeviceNotFound, match=said):
        bench.opened()


def test_a_phone_that_is_pulled_out_is_lost_and_closing_does_not_mind(bench: AdbBench) -> None:
    with bench.opened() as phone:
        phone.battery.set_low_power(on=True)
        bench.server.plugged = False
        with pytest.raises(LinkLost, match="WAKEUP: adb knows no such phone: is it plugged"):
            phone.screen.wake()
        assert [finding.ok for finding in phone.self_test()] == [False]


def test_a_phone_that_is_put_back_works_again(bench: AdbBench) -> None:
    with bench.opened() as phone:
        bench.server.plugged = False
        with pytest.raises(LinkLost):
            phone.screen.wake()
        bench.server.plugged = True
        phone.screen.wake()
        assert all(finding.ok for finding in phone.self_test())


@pytest.mark.parametrize(
    ("state", "said"),
    [("unauthorized", "unlock it and allow"), ("offline", "pull its cable"), ("recovery", "boot")],
)
def test_a_phone_that_changes_its_state_under_way_says_what_to_do(
    bench: AdbBench, state: Any, said: str
) -> None:
    with bench.opened() as phone:
        bench.server.state = state
        with pytest.raises(LinkLost, match=rf"{SERIAL}: .* in state '{state}': .*{said}"):
            phone.screen.wake()
        bench.server.state = "device"
        phone.screen.wake()


def test_a_server_that_goes_away_is_not_found_any_more_and_one_that_comes_back_is(
    bench: AdbBench,
) -> None:
    with bench.opened() as phone:
        port = int(bench.server.address.rpartition(":")[2])
        bench.server.close()
        with pytest.raises(DeviceNotFound, match="no adb server"):
            phone.screen.wake()
        with VirtualAdbServer(bench.real, SERIAL, port=port):
            phone.screen.wake()


def test_a_server_that_says_nothing_is_a_time_out(bench: AdbBench) -> None:
    bench.server.mute = True
    with pytest.raises(LinkTimeout, match="asking for the phones"):
        bench.opened(answer_s=0.2)


HOSTILE: dict[str, tuple[Callable[[bytes], bytes], type[DriverError]]] = {
    "nothing": (lambda _: b"", LinkLost),
    "more than anybody reads": (lambda data: b"\x01\0\0\x80\0" + data[:1] * 2**23, FrameError),
    "half a packet": (lambda data: data[:7], LinkLost),
    "a packet without end": (lambda _: b"\x01\xff\xff\xff\x7f" + b"x" * 99, FrameError),
    "another text": (lambda data: data.replace(b"mWakefulness=", b"mWakefulness?"), FrameError),
    "another word": (lambda data: data.replace(b"=Dozing", b"=Inside"), FrameError),
    "no text": (lambda data: bytes(b | 0x80 if b > 64 else b for b in data), FrameError),
}


@pytest.mark.parametrize(("spoil", "kind"), HOSTILE.values(), ids=HOSTILE)
def test_bytes_that_break_the_protocol_are_errors_of_ours(
    bench: AdbBench, spoil: Callable[[bytes], bytes], kind: type[DriverError]
) -> None:
    with bench.opened() as phone:
        bench.server.spoil = spoil
        with pytest.raises(kind):
            phone.screen.awake()
        bench.server.spoil = None
        assert phone.screen.awake() is False


@pytest.mark.parametrize("shell_v2", [True, False])
def test_no_error_tells_the_pin(bench: AdbBench, shell_v2: bool) -> None:
    bench.server.shell_v2 = shell_v2
    with bench.opened() as phone:

        def spoil(data: bytes) -> bytes:
            typing = bench.server.shell.log[-1].startswith("input text")
            return b"" if typing else data

        bench.server.spoil = spoil
        with pytest.raises(LinkLost) as caught:
            phone.screen.authenticate(Method.PIN)
        error: BaseException | None = caught.value
        told = "".join(traceback.format_exception(caught.value))
        while error is not None:
            told += repr(error.args)
            error = error.__context__
        assert "input text" in told
        assert PIN not in told
        assert PIN not in repr(vars(phone.screen))


@pytest.mark.parametrize("text", ["", "12", "28 49", "letters", "1" * 17, "2849$(x)"])
def test_what_is_no_pin_is_refused_and_not_shown(bench: AdbBench, text: str) -> None:
    bench.pin.write_text(text, encoding="ascii")
    with pytest.raises(DriverError, match="a PIN is 4 to 16 digits") as caught:
        bench.opened()
    assert not text or text not in str(caught.value).replace(str(bench.pin), "")


def test_a_pin_that_cannot_be_read_is_an_error_on_opening(bench: AdbBench) -> None:
    bench.pin.unlink()
    with pytest.raises(DeviceNotFound, match=r"the PIN cannot be read from .*FileNotFoundError"):
        bench.opened()
