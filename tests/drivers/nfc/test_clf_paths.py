"""How a front end is named in a bench file, and how all of nfcpy's exceptions become ours."""

from __future__ import annotations

import logging
import termios

import pytest

from drivers.api.errors import (
    DeviceNotFound,
    DriverError,
    FrameError,
    LinkLost,
    LinkTimeout,
    ReaderSilent,
)
from drivers.nfc.clf import ClfReader
from drivers.nfc.clf_errors import translate
from drivers.nfc.clf_library import load_nfcpy, serial_port
from tests.drivers.nfc.clf_benches import ClfBench, bench

__all__ = ["bench"]
PATHS = {
    "tty:USB0:pn532": "/dev/ttyUSB0",
    "tty:ACM1:pn532": "/dev/ttyACM1",
    "tty:rigpn0:pn532": "/dev/rigpn0",
    "/dev/serial/by-id/usb-FTDI_A1-port0": "/dev/serial/by-id/usb-FTDI_A1-port0",
    "usb:072f:2200": "",
    "usb:054c:06c3": "",
}
INDICES = ["", "usb", "usb:001:002", "tty", "tty:USB0"]
OTHERS = ["tty:USB0:arygon", "udp:localhost", "tty:$(id):pn532"]


@pytest.mark.parametrize(("path", "port"), PATHS.items())
def test_a_path_is_nfcpys_or_a_device_file(path: str, port: str) -> None:
    assert serial_port(path) == port


@pytest.mark.parametrize("path", [*INDICES, *OTHERS])
def test_a_path_that_is_an_index_or_anything_else_is_refused(path: str) -> None:
    with pytest.raises(DriverError, match="not a path of a contactless front end"):
        ClfReader(path)


def test_a_port_that_is_not_there_is_no_device() -> None:
    with pytest.raises(DeviceNotFound, match="/dev/rig-no-such-port"):
        ClfReader("/dev/rig-no-such-port")


def test_a_reader_says_what_it_is(bench: ClfBench) -> None:
    identity = bench.reader().identity()
    assert identity.firmware == "PN532v1.6"
    assert identity.serial == bench.chip.path


def met(first: Exception, then: Exception) -> Exception:
    """An exception raised while another one was handled."""
    then.__context__ = first
    return then


def test_every_exception_of_nfcpys_becomes_one_of_ours() -> None:
    lib = load_nfcpy()
    table: list[tuple[Exception, type[DriverError]]] = [
        (lib.clf.TimeoutError(), LinkTimeout),
        (lib.clf.TransmissionError("crc"), FrameError),
        (lib.clf.ProtocolError("block"), FrameError),
        (lib.tag.TagCommandError(lib.tag.TIMEOUT_ERROR), LinkTimeout),
        (lib.tag.TagCommandError(lib.tag.PROTOCOL_ERROR), FrameError),
        (lib.pn53x.Chipset.Error(0x01, "timeout"), LinkTimeout),
        (lib.pn53x.Chipset.Error(0x02, "crc"), FrameError),
        (lib.rcs380.CommunicationError(b"\x80\0\0\0"), LinkTimeout),
        (lib.rcs380.CommunicationError(b"\x04\0\0\0"), FrameError),
        (lib.rcs380.StatusError(1), FrameError),
        (OSError(110, "timed out"), ReaderSilent),
        (met(OSError(110, "timed out"), OSError(5, "i/o")), ReaderSilent),
        (OSError(5, "i/o"), FrameError),
        (met(lib.transport.serial.SerialException("gone"), OSError(5, "i/o")), LinkLost),
        (OSError(19, "no such device"), LinkLost),
        (termios.error(5, "i/o"), LinkLost),
        (IndexError(), FrameError),
        (RuntimeError("?"), DriverError),
    ]
    for raised, ours in table:
        error = translate(raised, "look", device="handle")
        assert type(error) is ours, raised
        assert error.device == "handle"
    assert logging.getLogger("nfc").level == logging.CRITICAL
