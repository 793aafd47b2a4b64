"""Links that fail on demand: by chance with a seed, and as their layers let it out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.api.ble import HciAir, HciLine
from drivers.api.clock import Clock, SystemClock
from drivers.api.device import Identity
from drivers.api.errors import CardLost, DriverError, FrameError, LinkLost, LinkTimeout
from drivers.api.nfc import CardLink, NfcReader, Target
from drivers.api.relay import RelayBoard
from drivers.api.sensor import InputBoard
from drivers.api.uwb import UciPipe, UciPort
from drivers.relay.switch import InputSensor, RelaySwitch
from drivers.sim.faults import (
    FaultyAir,
    FaultyBoard,
    FaultyPipe,
    FaultyReader,
    FaultySensor,
    FaultySwitch,
)


class Echo(CardLink):
    """A card that answers with what it is sent."""

    target = Target(0, b"\x3b\x80")

    def transceive(self, apdu: bytes) -> bytes:
        return apdu + b"\x90\x00"

    def reset(self, *, cold: bool) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class Reader(NfcReader):
    """A field that the card never leaves."""

    def wait_for_card(self, timeout_s: float) -> CardLink | None:  # noqa: ARG002
        return Echo()

    def wait_for_removal(self, timeout_s: float) -> bool:  # noqa: ARG002
        return False

    def close(self) -> None:
        """Nothing."""

    def identity(self) -> Identity:
        return Identity(model="echo")


class Board(RelayBoard, InputBoard):
    """Its inputs follow its relays."""

    def __init__(self) -> None:
        self.relays = [False] * 4

    @property
    def channels(self) -> int:
        return 4

    def set(self, channel: int, *, on: bool) -> None:
        self.relays[channel - 1] = on

    def states(self) -> tuple[bool, ...]:
        return tuple(self.relays)

    def inputs(self) -> tuple[bool, ...]:
        return tuple(self.relays)

    def close(self) -> None:
        """Nothing."""

    def identity(self) -> Identity:
        return Identity(model="board")


def exchanged(reader: FaultyReader) -> bytes:
    link = reader.wait_for_card(1.0)
    assert link is not None
    return link.transceive(b"\x00\xa4")


def outcomes(reader: FaultyReader, count: int = 60) -> list[str]:
    found = []
    for _ in range(count):
        try:
            found.append(exchanged(reader).hex())
        except DriverError as exc:
            found.append(type(exc).__name__)
    return found


def test_without_a_fault_everything_passes_unchanged() -> None:
    reader = FaultyReader(Reader())
    assert set(outcomes(reader)) == {"00a49000"}
    assert reader.strikes == 0
    assert reader.identity().model == "echo"


def test_the_same_seed_strikes_the_same_uses() -> None:
    reader = FaultyReader(Reader())
    runs = []
    for seed in (1, 1, 2):
        reader.plant("answer lost", seed)
        runs.append(outcomes(reader))
    assert runs[0] == runs[1] != runs[2]
    assert 0 < reader.strikes < 60


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("command lost", LinkTimeout),
        ("answer damaged", FrameError),
        ("answer cut short", FrameError),
        ("answer repeated", FrameError),
        ("card drops out", CardLost),
        ("card is a ghost", CardLost),
        ("unplugged for a moment", LinkLost),
        ("gone for good", LinkLost),
        ("library crashes", OSError),
    ],
)
def test_a_reader_fails_as_its_layers_let_it_out(fault: str, error: type[Exception]) -> None:
    reader = FaultyReader(Reader(), rate=1.0, fault=fault)
    reader.name = "handle"
    with pytest.raises(error, match="handle"):
        exchanged(reader)
    assert reader.strikes > 0
    reader.plant("", 0)
    assert exchanged(reader) == b"\x00\xa4\x90\x00"


def test_an_unknown_fault_and_a_rate_that_is_none_are_refused() -> None:
    with pytest.raises(ValueError, match="no fault 'rust'"):
        FaultyReader(Reader(), fault="rust")
    with pytest.raises(ValueError, match="rate"):
        FaultyReader(Reader(), rate=0.0)


def test_removal_is_missed_or_imagined() -> None:
    reader = FaultyReader(Reader(), rate=1.0, fault="removal imagined")
    assert reader.wait_for_removal(0)
    reader.plant("removal missed", 0)
    assert not reader.wait_for_removal(0)
    assert reader.strikes == 0, "there was none to miss"


def test_relays_move_otherwise_than_they_are_told() -> None:
    inner = Board()
    board = FaultyBoard(inner, rate=1.0)
    for fault, relays in {
        "command ignored": [False] * 4,
        "other relay moves": [False, True, False, False],
        "relay drops out": [False] * 4,
        "command given twice": [True, False, False, False],
    }.items():
        inner.relays = [False] * 4
        board.plant(fault, 0)
        board.set(1, on=True)
        assert inner.relays == relays, fault
        assert board.strikes > 0


def test_stuck_inputs_strike_only_where_they_would_have_changed() -> None:
    inner = Board()
    board = FaultyBoard(inner)
    board.plant("inputs stuck", 0)
    assert board.inputs() == (False,) * 4
    assert board.strikes == 0
    inner.relays[2] = True
    assert board.inputs() == (False,) * 4
    assert board.strikes == 1


def test_a_flickering_input_is_one_that_differs() -> None:
    board = FaultyBoard(Board(), rate=1.0, fault="input flickers")
    assert sum(board.inputs()) == 1


def test_a_welded_switch_is_made_safe_all_the_same() -> None:
    inner = Board()
    switch = FaultySwitch(RelaySwitch(inner, 1), rate=1.0, fault="contact welded")
    switch.set(on=True)
    assert not switch.is_on()
    inner.relays[0] = True
    switch.make_safe()
    assert not inner.relays[0]


def test_a_broken_wire_reads_inactive() -> None:
    inner = Board()
    sensor = FaultySensor(InputSensor(inner, 1))
    inner.relays[0] = True
    assert sensor.is_active()
    sensor.plant("wire broken", 0)
    assert not sensor.is_active()
    assert sensor.strikes == 1


class Loop(UciPort, UciPipe):
    """What is written comes back."""

    def __init__(self) -> None:
        self.held = b""

    @property
    def clock(self) -> Clock:
        return SystemClock()

    def connect(self) -> UciPort:
        return self

    def read(self, timeout_s: float) -> bytes:  # noqa: ARG002
        found, self.held = self.held, b""
        return found

    def write(self, data: bytes) -> None:
        self.held += data

    def close(self) -> None:
        """Nothing."""


@pytest.mark.parametrize(
    ("fault", "holds"),
    [
        ("octets lost", lambda data: data == b""),
        ("octets damaged", lambda data: len(data) == 4 and data != b"data"),
        ("octets cut short", lambda data: b"data".startswith(data) and len(data) < 4),
        ("octets repeated", lambda data: data == b"datadata"),
        ("octets late", lambda data: data == b"data"),
        ("junk between", lambda data: data.endswith(b"data") and len(data) > 4),
        ("commands lost", lambda data: data == b""),
        ("commands damaged", lambda data: len(data) == 4 and data != b"data"),
    ],
)
def test_octets_come_out_as_they_are(fault: str, holds: Callable[[bytes], bool]) -> None:
    pipe = FaultyPipe(Loop(), rate=1.0, fault=fault)
    port = pipe.connect()
    port.write(b"data")
    assert holds(port.read(0))
    assert pipe.strikes == 1


class Air(HciAir, HciLine):
    """A controller that does nothing but note what it is sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.receive: Callable[[bytes], None]

    @property
    def clock(self) -> Clock:
        return SystemClock()

    def plug(self, receive: Callable[[bytes], None], lost: Callable[[Exception], None]) -> HciLine:  # noqa: ARG002
        self.receive = receive
        return self

    def send(self, packet: bytes) -> None:
        self.sent.append(packet)

    def close(self) -> None:
        """Nothing."""


@pytest.mark.parametrize(("fault", "reason"), [("link lost", 0x08), ("link tampered with", 0x3D)])
def test_a_link_ends_for_the_reason_of_the_fault(fault: str, reason: int) -> None:
    inner, heard = Air(), list[bytes]()
    air = FaultyAir(inner, rate=1.0, fault=fault)
    air.plug(heard.append, lambda _why: None)
    connected = bytes.fromhex("043E13010040000000")
    inner.receive(connected)
    inner.receive(bytes.fromhex("0240000000"))
    assert inner.sent == [bytes.fromhex("01060403400013")]
    inner.receive(bytes.fromhex("040F0400010604"))  # the status of a command the host never gave
    inner.receive(bytes.fromhex("04050400400016"))
    assert heard == [connected, bytes.fromhex("040504004000") + bytes((reason,))]


def test_a_damaged_packet_ends_the_controllers_line() -> None:
    inner, why = Air(), list[Exception]()
    air = FaultyAir(inner, rate=1.0, fault="packet damaged")
    air.name = "hci"
    air.plug(lambda _packet: None, why.append)
    inner.receive(bytes.fromhex("0240000000"))
    assert isinstance(why[0], FrameError)
