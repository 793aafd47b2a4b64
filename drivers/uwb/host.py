"""The host's half of UCI: commands matched to responses, notifications passed on.

One thread reads, and stamps what it reads before it looks at it. It never waits for whoever takes
the notifications, so none is lost and none is stamped late.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from drivers.api.clock import Clock, SystemClock
from drivers.api.errors import DeviceRefused, DriverError, FrameError, LinkLost, LinkTimeout
from drivers.api.uwb import UciPort
from drivers.uwb.framing import Wrap, raw
from drivers.uwb.tap import UciTap
from drivers.uwb.uci import messages
from drivers.uwb.uci.codes import Status, status_text
from drivers.uwb.uci.core import GenericError
from drivers.uwb.uci.errors import UnknownMessage
from drivers.uwb.uci.header import Header
from drivers.uwb.uci.opcodes import Answer, Message, MessageType, Opcode
from drivers.uwb.uci.packet import Packet, Reassembly
from drivers.uwb.uci.profiles import Profile
from drivers.uwb.uci.stream import FrameStream

A = TypeVar("A", bound=Message)
_CUT_S = 0.1  # of silence, after which an incomplete frame is given up
_IDLE_S = 1.0  # of silence with nothing incomplete; closing the port ends it at once
_JOIN_S = 2.0
_RETRY = object()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a command may take.

    NXP's own script sends a command again after 0.25 s without an answer (facts 2); others are
    sent again only when the device asks for it by COMMAND_RETRY.
    """

    answer_s: float = 1.0
    tries: int = 1  # each waits for ``answer_s``
    retry_pause_s: float = 0.02
    retries: int = 25  # that the device may ask for


class _Sending(NamedTuple):
    """A command on its way, whole and as it is cut."""

    packet: Packet
    segments: list[bytes]


@dataclass(frozen=True, slots=True)
class LineHealth:
    """What a line has carried since it was opened; all but the first are 0 on a good one."""

    segments: int = 0
    garbage_octets: int = 0
    damaged: int = 0  # messages that do not decode
    unclaimed: int = 0  # messages of opcodes that nobody knows
    unexpected: int = 0  # responses that nobody waited for


class Listener(Protocol):
    """Who gets a chip's notifications. All calls come from the reading thread."""

    def deliver(self, t_ns: int, message: Message) -> None:
        """A notification, and the time at which it was read."""
        ...

    def lose(self, why: DriverError) -> None:
        """The line is gone; called once, and not when it was closed."""
        ...


class UciHost:
    """A chip behind a port. ``ask`` may be called from any thread.

    ``clock`` stamps what is read, and makes the reading thread. On a virtual one no time passes
    between a command and its answer, which are patient by the machine's time on any clock.
    """

    def __init__(
        self,
        port: UciPort,
        profile: Profile,
        listener: Listener,
        *,
        wrap: Wrap = raw,
        patience: Patience | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.tap = UciTap(profile)  # another may take its place
        self._port, self._profile, self._wrap = port, profile, wrap
        self._listener = listener
        self._patience = patience or Patience()
        clock = clock or SystemClock()
        self._now_ns = clock.now_ns
        self._decode = messages.decoder(profile.vendor)
        self._stream = FrameStream(profile.length_form)
        self._reassembly = Reassembly()
        self._asking = threading.Lock()
        self._wanted: Opcode | None = None
        self._answers: queue.SimpleQueue[bytes | object] = queue.SimpleQueue()
        self._counts = dict.fromkeys(("segments", "damaged", "unclaimed", "unexpected"), 0)
        self._loss: DriverError | None = None
        self._closing = False
        self._reader = clock.thread(self._read, "uci-reader")

    @property
    def health(self) -> LineHealth:
        """What the line has carried until now."""
        return LineHealth(garbage_octets=self._stream.garbage, **self._counts)

    @property
    def alive(self) -> bool:
        """Whether the line still stands, as far as is known."""
        return self._loss is None and not self._closing

    def ask(self, command: Message, answer: type[A]) -> A:
        """Send a command and return its answer; one at a time.

        Raises DeviceRefused with any status but OK, LinkTimeout, LinkLost, FrameError.
        """
        doing = type(command).__name__
        packet = messages.encode(command)
        segments = packet.segments(self._profile.length_form, self._profile.largest_segment)
        with self._asking:
            self._answers = queue.SimpleQueue()  # a late answer to an earlier command is not ours
            self._wanted = answer.opcode
            try:
                payload = self._exchange(_Sending(packet, segments), doing)
            finally:
                self._wanted = None
        if issubclass(answer, Answer) and payload[:1] not in (b"", b"\0"):
            raise DeviceRefused(payload[0], f"{doing} ({status_text(payload[0])})")
        return answer.decode(payload)

    def close(self) -> None:
        """Let go of the port and end the reading thread. Idempotent."""
        self._closing = True
        self._port.close()
        if self._reader is not threading.current_thread():
            self._reader.join(_JOIN_S)

    def _exchange(self, command: _Sending, doing: str) -> bytes:
        patience, retries = self._patience, 0
        for _ in range(patience.tries):
            self._send(command)
            answer = self._answer()
            while answer is _RETRY:
                retries += 1
                if retries > patience.retries:
                    raise DeviceRefused(Status.COMMAND_RETRY, f"{doing}, {retries} times")
                time.sleep(patience.retry_pause_s)
                self._send(command)
                answer = self._answer()
            if isinstance(answer, bytes):
                return answer
        waited_s = patience.tries * patience.answer_s
        raise LinkTimeout(f"{doing}: no answer in {waited_s:g} s")

    def _send(self, command: _Sending) -> None:
        self._check()
        self.tap.sent(self._now_ns(), command.packet, command.segments)
        try:
            for segment in command.segments:
                self._port.write(self._wrap(segment))
        except LinkLost as exc:
            self._loss = self._loss or exc  # before the reading thread sees it too
            raise

    def _answer(self) -> bytes | object | None:
        """The payload that came, _RETRY, or None when none came in time. Raises LinkLost."""
        try:
            answer = self._answers.get(timeout=self._patience.answer_s)
        except queue.Empty:
            return None
        if answer is None:
            self._check()
        return answer

    def _check(self) -> None:
        if self._loss is not None:
            raise LinkLost(f"the line is lost: {self._loss}") from self._loss
        if self._closing:
            raise LinkLost("it is closed")

    def _read(self) -> None:
        t_ns = 0
        try:
            while not self._closing:
                pending = self._stream.pending
                if data := self._port.read(_CUT_S if pending else _IDLE_S):
                    t_ns = self._now_ns()
                    self._take(self._stream.feed(data), t_ns)
                elif pending:
                    self._reassembly.drop()
                    self._take(self._stream.abandon(), t_ns)  # octets that came with the last read
        except DriverError as exc:
            if not self._closing:
                self._loss = exc
                self._listener.lose(exc)
        finally:
            self._answers.put(None)

    def _take(self, frames: Iterable[tuple[Header, bytes]], t_ns: int) -> None:
        for header, part in frames:
            self._counts["segments"] += 1
            self.tap.received(t_ns, header, part)
            try:
                payload = self._reassembly.add(header, part)
                if payload is not None:
                    self._sort(header, payload, t_ns)
            except UnknownMessage:
                self._counts["unclaimed"] += 1
            except FrameError:
                self._counts["damaged"] += 1

    def _sort(self, header: Header, payload: bytes, t_ns: int) -> None:
        if header.opcode.mt == MessageType.RESPONSE:
            if header.opcode != self._wanted:
                self._counts["unexpected"] += 1
            elif payload == bytes((Status.COMMAND_RETRY,)):
                self._answers.put(_RETRY)
            else:
                self._answers.put(payload)
            return
        message = self._decode(header.opcode, payload)
        if isinstance(message, GenericError) and message.status == Status.COMMAND_RETRY:
            self._answers.put(_RETRY)  # NXP's way to say it (facts 1.4)
        else:
            self._listener.deliver(t_ns, message)
