"""A contactless reader with no PC/SC at all, for machines where pcscd cannot be installed."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from drivers.api.device import Identity
from drivers.api.errors import CardLost, LinkLost, LinkTimeout
from drivers.api.nfc import CardLink, NfcReader, Target
from drivers.sim.vpcd_visit import (
    GET_ATR,
    POWER_OFF,
    POWER_ON,
    RESET,
    VpcdVisit,
    receive_message,
    send_message,
)
from drivers.sim.world import ChipCard, World

_T = TypeVar("_T")


class InProcessReader(NfcReader):
    """Reads what is held to ``place`` over a socket pair; it keeps PcscReader's contract.

    ``apdu_timeout_s`` bounds one APDU; beyond it the card counts as mute.
    """

    def __init__(self, world: World, place: str, apdu_timeout_s: float = 5.0) -> None:
        self.apdu_timeout_s = apdu_timeout_s
        self._world, self._place = world, place
        self._changed = threading.Condition()
        self._here: _Stay | None = None
        self._gone: list[_Stay] = []
        self._stays = 0
        self._served = 0
        self._closed = False
        world.listen(place, self)

    def enter(self, card: ChipCard) -> None:
        """A card came into the field."""
        with self._changed:
            self._stays += 1
            self._here = _Stay(card, self._stays)
            self._changed.notify_all()

    def leave(self) -> None:
        """The card left the field, with an APDU under way or not."""
        with self._changed:
            if self._here:
                self._here.visit.end()
                self._gone.append(self._here)
                self._here = None
            self._changed.notify_all()

    def wait_for_card(self, timeout_s: float) -> CardLink | None:
        deadline_ns = time.perf_counter_ns() + round(timeout_s * 1e9)
        while stay := self._await(lambda: self._here, deadline_ns):
            seen_ns = self._world.clock.now_ns()
            try:
                link = InProcessLink(stay, seen_ns, self.apdu_timeout_s, self._label)
            except CardLost:  # left again before it was activated
                continue
            self._served = stay.number
            return link
        return None

    def wait_for_removal(self, timeout_s: float) -> bool:
        deadline_ns = time.perf_counter_ns() + round(timeout_s * 1e9)
        # A card that left and came back meanwhile has begun another stay.
        gone = self._await(
            lambda: self._here is None or (0 < self._served < self._here.number), deadline_ns
        )
        return bool(gone)

    def close(self) -> None:
        if self._closed:
            return
        self._world.unlisten(self._place)
        self.leave()
        with self._changed:
            self._closed = True
            self._collect()

    def identity(self) -> Identity:
        return Identity(make="Digital Key Rig", model="in-process reader", serial=self._place)

    def _label(self) -> str:
        return self.name or f"in-process reader at {self._place}"

    def _await(self, predicate: Callable[[], _T], deadline_ns: int) -> _T:
        with self._changed:
            self._collect()
            self._changed.wait_for(
                lambda: predicate() or self._closed,
                timeout=max(0.0, (deadline_ns - time.perf_counter_ns()) / 1e9),
            )
            if self._closed:
                raise LinkLost("the reader was closed", device=self._label())
            return predicate()

    def _collect(self) -> None:
        """Close our ends of past stays, which only the reading thread may do."""
        if self._here and self._here.mute:
            # A late answer may still come on this socket: go on with a new one.
            self._here.visit.end()
            self._gone.append(self._here)
            self._here = _Stay(self._here.card, self._here.number)
        for stay in self._gone:
            stay.socket.close()
        self._gone.clear()


class InProcessLink(CardLink):
    """A card in an InProcessReader. Closing leaves it powered, as a PC/SC link does."""

    def __init__(
        self, stay: _Stay, seen_ns: int, apdu_timeout_s: float, label: Callable[[], str]
    ) -> None:
        self._stay, self._label = stay, label
        self._apdu_timeout_s = apdu_timeout_s
        stay.socket.settimeout(apdu_timeout_s)
        self._send(POWER_ON)
        self.target = Target(seen_ns=seen_ns, atr=self._exchange(GET_ATR))

    def transceive(self, apdu: bytes) -> bytes:
        return self._exchange(apdu)

    def reset(self, *, cold: bool) -> None:
        if cold:
            self._send(POWER_OFF)
        self._send(POWER_ON if cold else RESET)
        self._exchange(GET_ATR)

    def close(self) -> None:
        """Nothing to let go of: the stay ends when the card leaves."""

    def _send(self, message: bytes) -> None:
        if self._stay.mute or not send_message(self._stay.socket, message):
            raise self._loss()

    def _exchange(self, message: bytes) -> bytes:
        self._send(message)
        try:
            answer = receive_message(self._stay.socket)
        except TimeoutError as exc:
            self._stay.mute = True
            waited = f"no answer within {self._apdu_timeout_s} s"
            raise LinkTimeout(waited, device=self._label()) from exc
        if not answer:
            raise self._loss()
        return answer

    def _loss(self) -> LinkLost:
        if self._stay.mute:
            return LinkLost("the link ended when the card stayed mute", device=self._label())
        return CardLost("the card left the field", device=self._label())


class _Stay:
    """A card in the field, from entering to leaving."""

    def __init__(self, card: ChipCard, number: int) -> None:
        self.card, self.number = card, number
        self.mute = False
        self.socket, far_end = socket.socketpair()
        self.visit = VpcdVisit(card, lambda _ended: far_end)
