"""Contactless readers over PC/SC, through pyscard's thin layer.

The presence loop is our own: pyscard's CardMonitor dies with pcscd and stays dead. A reader
recovers by itself: after a LinkLost or LinkTimeout the next ``wait_for_card`` starts afresh.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from drivers.api.clock import SystemClock
from drivers.api.device import Finding, Identity
from drivers.api.errors import CardLost, DeviceNotFound, DeviceRefused, DriverError, LinkLost
from drivers.api.nfc import CardLink, NfcReader, ReaderPort, Target
from drivers.api.trace import Exchange
from drivers.nfc import pcsc_ecp
from drivers.nfc.pcsc_context import PcscContext, ReaderState
from drivers.nfc.pcsc_library import pcscd_version
from drivers.nfc.polling import PollingLoop

_SLICE_S = 0.25  # of a long wait, so that Ctrl-C and close() are heard
_CALLS_KEPT = 32
_RIM_S = 0.05  # before a card that is present but could not be activated is tried again


class PcscReader(NfcReader):
    """A PC/SC reader. Used by one thread at a time; ``close`` may come from any.

    ``reader`` is the exact PC/SC name or a part of it that fits one reader only.
    ``apdu_timeout_s`` bounds one APDU; beyond it the card counts as mute. ``polling``, for readers
    that wrap a PN532 such as the ACR122U only, broadcasts its calling frames once a period while
    nothing is there; when to poll remains the firmware's.
    """

    def __init__(
        self,
        reader: str | ReaderPort,
        apdu_timeout_s: float = 5.0,
        polling: PollingLoop | None = None,
    ) -> None:
        self._polling = polling
        self._calls: deque[Exchange] = deque(maxlen=_CALLS_KEPT)
        self.apdu_timeout_s = apdu_timeout_s
        wanted = reader if isinstance(reader, str) else reader.reader_name
        clock = SystemClock() if isinstance(reader, str) else reader.clock
        self._now_ns = clock.now_ns  # what marks are stamped with
        self._reader = wanted
        self._closed = False
        self._opening = threading.Lock()
        self._events: int | None = None
        try:
            self._context = PcscContext(self._label)
        except LinkLost as exc:
            raise DeviceNotFound(str(exc.args[0]), device=wanted) from exc
        try:
            self._reader = choose_reader(wanted, self._context.readers())
        except DriverError:
            self._context.release()
            raise

    def wait_for_card(self, timeout_s: float) -> CardLink | None:
        deadline_ns = time.perf_counter_ns() + round(timeout_s * 1e9)
        context = self._service()
        known = 0
        while (state := self._next_state(known, deadline_ns, calling=True)) is not None:
            known = state.word
            if not state.has_card:
                continue
            seen_ns = self._now_ns()
            try:
                link = PcscLink(context, self._reader, seen_ns, self.apdu_timeout_s)
            except CardLost:
                if self._remaining_s(deadline_ns) == 0:
                    return None
                known = 0 if context.state(self._reader, known, _RIM_S) is None else known
                continue
            self._events = state.events
            link.target = replace(link.target, calls=tuple(self._calls))
            self._calls.clear()
            return link
        return None

    def wait_for_removal(self, timeout_s: float) -> bool:
        deadline_ns = time.perf_counter_ns() + round(timeout_s * 1e9)
        self._service()
        known = 0
        while (state := self._next_state(known, deadline_ns)) is not None:
            known = state.word
            # A card that left and came back between two looks leaves its mark in the count.
            if state.is_empty or (self._events is not None and state.events > self._events):
                return True
        return False

    def close(self) -> None:
        with self._opening:
            if self._closed:
                return
            self._closed = True
        self._context.break_off()
        self._context.release()

    def identity(self) -> Identity:
        context = self._service()
        version = f"pcscd {pcscd_version()}".strip()
        scard = context.scard
        try:
            card, _ = context.connect(self._reader, scard.SCARD_SHARE_DIRECT, 0)
        except DriverError:  # another program holds the reader for itself: its name must do
            return Identity(model=self._reader, firmware=version)
        make, serial, ifd = (
            context.attribute(card, attribute)
            for attribute in (
                scard.SCARD_ATTR_VENDOR_NAME,
                scard.SCARD_ATTR_VENDOR_IFD_SERIAL_NO,
                scard.SCARD_ATTR_VENDOR_IFD_VERSION,
            )
        )
        context.call("let go", scard.SCardDisconnect, card, scard.SCARD_LEAVE_CARD)
        # 0xMMmmbbbb, little-endian on the wire (PC/SC part 3, 3.1.4).
        release = f"{ifd[3]}.{ifd[2]:02d}, " if len(ifd) == 4 and any(ifd) else ""
        return Identity(_text(make), self._reader, _text(serial), release + version)

    def self_test(self) -> tuple[Finding, ...]:
        try:
            listed = self._service().readers()
        except DriverError as exc:
            return (Finding("pcscd answers", ok=False, advice=str(exc)),)
        there = self._reader in listed
        advice = "" if there else f"plug the reader in; listed now: {_listing(listed)}"
        return (
            Finding(f"pcscd {pcscd_version()} answers".replace("  ", " "), ok=True),
            Finding(f"{self._reader} is listed", ok=there, advice=advice),
        )

    def _label(self) -> str:
        return self.name or self._reader

    def _service(self) -> PcscContext:
        """Return a living context, a new one when the last has died."""
        with self._opening:
            if self._closed:
                raise LinkLost("the reader was closed", device=self._label())
            if not self._context.alive:
                self._context.release()
                self._events = None
                self._context = PcscContext(self._label)
            return self._context

    def _next_state(
        self, known: int, deadline_ns: int, *, calling: bool = False
    ) -> ReaderState | None:
        """Wait for a state other than ``known``; None when time is up."""
        loop = self._polling if calling else None
        slice_s = min(_SLICE_S, loop.period_ms / 1e3) if loop else _SLICE_S
        while True:
            wait_s = self._remaining_s(deadline_ns)
            state = self._context.state(self._reader, known, min(wait_s, slice_s))
            if state is not None or wait_s == 0:
                return state
            if loop:
                self._call(loop)

    def _call(self, loop: PollingLoop) -> None:
        """Broadcast the calling frames of one round."""
        context, scard = self._context, self._context.scard
        card, _ = context.connect(self._reader, scard.SCARD_SHARE_DIRECT, 0)

        def control(data: bytes) -> bytes:
            try:
                return context.control(card, pcsc_ecp.ESCAPE, data)
            except DeviceRefused as exc:
                why = f"call through the reader: {pcsc_ecp.ADVICE}"
                raise DeviceRefused(exc.code, why, device=self._label()) from exc

        try:
            for frame in loop.each_round:
                self._calls.append(pcsc_ecp.call(control, frame, self._now_ns, self._label()))
        finally:
            context.call("let go", scard.SCardDisconnect, card, scard.SCARD_LEAVE_CARD)

    @staticmethod
    def _remaining_s(deadline_ns: int) -> float:
        return max(0.0, (deadline_ns - time.perf_counter_ns()) / 1e9)


class PcscLink(CardLink):
    """A card in a PC/SC reader. Closing leaves it powered, as the next program expects."""

    def __init__(
        self, context: PcscContext, reader: str, seen_ns: int, apdu_timeout_s: float
    ) -> None:
        scard = self._scard = context.scard
        self._context = context
        self._watch = context.watch
        self._transmit = scard.SCardTransmit
        self._timeout_ns = round(apdu_timeout_s * 1e9)
        self._open = True
        # Shared, so that an onlooker such as opensc-tool does not keep the rig from the card.
        self._card, protocol = context.connect(
            reader, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_ANY
        )
        self._choose_protocol(protocol)
        atr = context.call("read the ATR", scard.SCardStatus, self._card)[-1]
        self.target = Target(seen_ns=seen_ns, atr=bytes(atr))

    def transceive(self, apdu: bytes) -> bytes:
        # The hot path: two stores arm and disarm the watch, everything else is for failures.
        watch = self._watch
        watch.deadline_ns = time.perf_counter_ns() + self._timeout_ns
        try:
            code, response = self._transmit(self._card, self._pci, list(apdu))
        except (SystemError, self._scard.error) as exc:
            raise self._context.exception("APDU", exc) from exc
        finally:
            watch.deadline_ns = 0
        if code or not response:
            raise self._context.failure("APDU", code)
        return bytes(response)

    def reset(self, *, cold: bool) -> None:
        scard = self._scard
        (protocol,) = self._context.call(
            "reset the card",
            scard.SCardReconnect,
            self._card,
            scard.SCARD_SHARE_SHARED,
            scard.SCARD_PROTOCOL_ANY,
            scard.SCARD_UNPOWER_CARD if cold else scard.SCARD_RESET_CARD,
        )
        self._choose_protocol(protocol)

    def close(self) -> None:
        if not self._open:
            return
        self._open = False
        if not self._context.alive:
            return
        try:
            self._context.call(
                "let go of the card",
                self._scard.SCardDisconnect,
                self._card,
                self._scard.SCARD_LEAVE_CARD,
            )
        except LinkLost:  # card or service went first; nothing is left to let go of
            return

    def _choose_protocol(self, protocol: int) -> None:
        t1 = protocol == self._scard.SCARD_PROTOCOL_T1
        self._pci = self._scard.SCARD_PCI_T1 if t1 else self._scard.SCARD_PCI_T0


def choose_reader(wanted: str, listed: Sequence[str]) -> str:
    """Return the one listed name meant by ``wanted``; DeviceNotFound with the choice if none."""
    fitting = [name for name in listed if name == wanted] or [
        name for name in listed if wanted.casefold() in name.casefold()
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise DeviceNotFound(f"several readers fit: {_listing(fitting)}", device=wanted)
    raise DeviceNotFound(f"no such PC/SC reader; listed: {_listing(listed)}", device=wanted)


def _listing(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names) or "none"


def _text(attribute: bytes) -> str:
    return attribute.rstrip(b"\0").decode("ascii", "replace")
