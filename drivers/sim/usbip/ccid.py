"""A card reader to USB: the CCID class (1.1), with APDUs as a whole and a pipe for events."""

from __future__ import annotations

import queue
import struct
import threading

from drivers.api.errors import FrameError
from drivers.sim.usbip.card_slot import PATIENCE_S, CardSlot
from drivers.sim.usbip.ccid_messages import (
    LONGEST,
    Ask,
    Card,
    Command,
    CommandStream,
    Error,
    slot_change,
)
from drivers.sim.usbip.descriptors import BULK, INTERRUPT, About, configuration, endpoint, interface
from drivers.sim.usbip.function import Setup, Stalled, UsbFunction
from drivers.sim.world import ChipCard

_CCID = (0x0B, 0, 0)
_EVENTS, _OUT, _IN = 1, 2, 3
_PACKET = 64
_APDU_HEAD = 4
_ABORT = (0x21, 1)
# The reader does all by itself, from voltage to PPS, and takes short and extended APDUs (5.1).
_FEATURES = 0x0004_00FE
_DESCRIPTOR = struct.pack(
    "<BBHBBIIIBIIBIIIIIBBHBB",
    54, 0x21, 0x0110,
    0, 0b111, 0b11,  # one slot; any voltage; T=0 and T=1
    4000, 4000, 0,  # clock, in kHz
    9600, 115_200, 0,  # bit/s
    254, 0, 0,  # longest IFSD; no synchronous cards
    _FEATURES, LONGEST,
    0xFF, 0xFF, 0, 0, 1,  # class as the card's; no display, no PIN pad; one slot busy at a time
)  # fmt: skip


class CcidReader(UsbFunction):
    """The reader's firmware, on one stay on the bus, with an empty field.

    ``patience_s`` is how long the host waits for a card. ``listening`` is set once a program waits
    for the reader's events. Commands are obeyed one after the other, in a thread of their own: USB
    goes on while a card thinks.
    """

    def __init__(self, about: About, patience_s: float = PATIENCE_S) -> None:
        pipes = [
            endpoint(0x80 | _EVENTS, INTERRUPT, 8, 1),
            endpoint(_OUT, BULK, _PACKET),
            endpoint(0x80 | _IN, BULK, _PACKET),
        ]
        super().__init__(about, configuration(interface(0, _CCID, pipes, _DESCRIPTOR)))
        self.listening = threading.Event()
        self._slot = CardSlot(patience_s)
        self._stream = CommandStream()
        self._commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        threading.Thread(target=self._work, name="ccid-reader", daemon=True).start()

    def insert(self, card: ChipCard) -> None:
        """A card came into the field."""
        self._slot.insert(card)
        self._show()

    def remove(self) -> None:
        """It left, in the middle of an APDU or not."""
        self._slot.remove()
        self.send(_EVENTS, slot_change(present=False))

    def class_request(self, setup: Setup, data: bytes) -> bytes:
        if (setup.kind, setup.request) == _ABORT:  # 5.3.1: nothing waits that could be aborted
            return b""
        raise Stalled(f"request {setup} with {len(data)} octets")

    def take(self, endpoint: int, data: bytes) -> None:
        if endpoint != _OUT:
            raise Stalled(f"no OUT endpoint {endpoint}")
        try:
            for command in self._stream.feed(data):
                self._commands.put(command)
        except FrameError as exc:
            raise Stalled(str(exc)) from exc

    def asked(self, endpoint: int) -> None:
        if endpoint == _EVENTS:
            self.listening.set()
        elif endpoint != _IN:
            super().asked(endpoint)

    def ended(self) -> None:
        self._slot.remove()
        self._commands.put(None)

    def _work(self) -> None:
        while (command := self._commands.get()) is not None:
            self.send(_IN, self._obey(command))
            self._show()

    def _show(self) -> None:
        if self._slot.show():
            self.send(_EVENTS, slot_change(present=True))

    def _obey(self, command: Command) -> bytes:
        if command.slot != 0:
            return command.failure(Card.NONE, Error.NO_SUCH_SLOT)
        if command.kind == Ask.TRANSFER:
            return self._transfer(command)
        if command.kind == Ask.POWER_ON:
            return self._data(command, self._slot.power_on())
        if command.kind == Ask.POWER_OFF:
            self._slot.power_off()
        if command.kind in {Ask.POWER_OFF, Ask.SLOT_STATUS}:
            # Only what it has asked for is noticed by a host.
            asked = command.kind == Ask.SLOT_STATUS
            return command.slot_status(self._slot.told() if asked else self._slot.state)
        if command.kind in {Ask.GET_PARAMETERS, Ask.SET_PARAMETERS, Ask.RESET_PARAMETERS}:
            return command.parameters(self._slot.state)
        return command.failure(self._slot.state, Error.NOT_SUPPORTED)

    def _transfer(self, command: Command) -> bytes:
        if len(command.data) < _APDU_HEAD:
            return command.failure(self._slot.state, Error.WRONG_LENGTH)
        answer = self._slot.transfer(command.data, lambda: self._ask_for_time(command))
        return self._data(command, answer)

    def _data(self, command: Command, answer: bytes | None) -> bytes:
        if answer is None:
            return command.failure(self._slot.state, Error.CARD_MUTE)
        return command.data_block(self._slot.state, answer)

    def _ask_for_time(self, command: Command) -> None:
        self.send(_IN, command.time_extension(self._slot.state))
