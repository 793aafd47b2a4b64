"""The virtual adb server keeps to adb's own documentation, asked by bare sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from drivers.api.errors import DriverError
from drivers.sim.adb_server import VirtualAdbServer
from drivers.sim.phone import VirtualPhone
from drivers.sim.world import World

SERIAL = "R5CT"


@pytest.fixture
def server() -> Iterator[VirtualAdbServer]:
    with (
        World() as world,
        VirtualPhone(world, platform="pixel") as phone,
        VirtualAdbServer(phone, SERIAL, 14, others={"X1": "unauthorized"}) as server,
    ):
        yield server


def asked(server: VirtualAdbServer, *requests: str) -> bytes:
    """All that comes back to these requests on one connection, until the server hangs up."""
    host, _, port = server.address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        for request in requests:
            line.sendall(f"{len(request):04x}{request}".encode())
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while more := line.recv(4096):
            answer += more
        return answer


ANSWERS: dict[str, tuple[tuple[str, ...], bytes]] = {
    "its version": (("host:version",), b"OKAY00040029"),
    "its phones": (("host:devices",), b"OKAY001cX1\tunauthorized\nR5CT\tdevice\n"),
    "the state of one": ((f"host-serial:{SERIAL}:get-state",), b"OKAY0006device"),
    "the shell": (
        (f"host:transport:{SERIAL}", "shell:getprop ro.build.version.sdk"),
        b"OKAYOKAY34\n",
    ),
    "the shell in packets": (
        (f"host:transport:{SERIAL}", "shell,v2:nothing"),
        b"OKAYOKAY\x01\x33\0\0\0/system/bin/sh: nothing: inaccessible or not found\n"
        b"\x03\x01\0\0\0\x7f",
    ),
    "the number of a transport": (
        (f"host:tport:serial:{SERIAL}", "shell:wm dismiss-keyguard"),
        b"OKAY\x01\0\0\0\0\0\0\0OKAY",
    ),
    "a phone that is not there": (
        ("host:transport:R6",),
        b"FAIL0015device 'R6' not found",
    ),
    "a service that is none": (("host:brew",), b"FAIL001bunknown host service 'brew'"),
    "nothing that is a request": ((), b""),
}


@pytest.mark.parametrize(("requests", "answer"), ANSWERS.values(), ids=ANSWERS)
def test_it_answers_as_adb_does(
    server: VirtualAdbServer, requests: tuple[str, ...], answer: bytes
) -> None:
    assert asked(server, *requests) == answer


def test_a_phone_that_does_not_trust_the_computer_takes_no_command(
    server: VirtualAdbServer,
) -> None:
    server.state = "unauthorized"
    assert asked(server, f"host:transport:{SERIAL}").startswith(b"FAIL004")
    assert b"R5CT\tunauthorized" in asked(server, "host:devices")


def test_a_phone_that_is_off_is_not_listed(server: VirtualAdbServer) -> None:
    asked(server, f"host:transport:{SERIAL}", "shell:reboot -p")
    assert SERIAL.encode() not in asked(server, "host:devices-l")


def test_a_pin_opens_the_screen_when_it_is_on_and_asks_for_one(server: VirtualAdbServer) -> None:
    def runs(line: str) -> None:
        assert asked(server, f"host:transport:{SERIAL}", f"shell:{line}") == b"OKAYOKAY"

    def is_locked() -> bool:
        told = asked(server, f"host:transport:{SERIAL}", "shell:dumpsys trust")
        return b"(current): trusted=0, trustManaged=0, deviceLocked=1" in told

    for unasked in ("input text 4711", "input keyevent KEYCODE_ENTER"):
        runs(unasked)
    assert is_locked()
    for step in ("keyevent KEYCODE_WAKEUP", "text 4711"):
        runs(f"input {step}")
    runs("wm dismiss-keyguard")
    runs("input text 47")
    runs("input text 11")
    runs("input keyevent KEYCODE_ENTER")
    assert not is_locked()


def test_an_android_that_is_not_known_is_refused() -> None:
    with (
        World() as world,
        VirtualPhone(world, platform="pixel") as phone,
        pytest.raises(DriverError, match="Android 9; known: 10, 11"),
    ):
        VirtualAdbServer(phone, SERIAL, 9)
