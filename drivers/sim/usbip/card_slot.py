"""What is held to a virtual reader, as the reader's own firmware has it: power, APDUs, silence."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from drivers.sim.usbip.ccid_messages import Card
from drivers.sim.vpcd_visit import (
    GET_ATR,
    POWER_OFF,
    POWER_ON,
    RESET,
    VpcdVisit,
    receive_message,
    send_message,
)
from drivers.sim.world import ChipCard

PATIENCE_S = 1.0  # libccid waits three times as long
_PATIENCES = 5  # then the card counts as mute, as it does beyond the longest FWT of ISO 14443-4


class _Stay:
    """A card in the field. It is served by a visit of its own, in another thread."""

    def __init__(self, card: ChipCard) -> None:
        self.card = card
        self.socket, far_end = socket.socketpair()
        self.visit = VpcdVisit(card, lambda _ended: far_end)
        self.powered = False

    def break_off(self) -> None:
        self.visit.end()
        with suppress(OSError):  # it has ended
            self.socket.shutdown(socket.SHUT_RDWR)


class CardSlot:
    """One field. Cards come and go by any thread; one thread, the firmware's, works with them.

    A host that was not told of an empty field would take the next card for the one before, so a
    card waits until it was. ``patience_s`` is what the host waits for an answer without a word.
    """

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._working = threading.Lock()
        self._here: _Stay | None = None
        self._waiting: ChipCard | None = None
        self._owes_a_word = False  # that the field was empty

    def insert(self, card: ChipCard) -> None:
        """A card came into the field; ``show`` shows it."""
        with self._lock:
            self._waiting = card

    def show(self) -> bool:
        """Whether a card that came into the field can be seen from now on."""
        with self._lock:
            if self._waiting is None or self._owes_a_word:
                return False
            self._here, self._waiting = _Stay(self._waiting), None
            return True

    def told(self) -> Card:
        """How the field is, as the host is told now that it asks."""
        with self._lock:
            self._owes_a_word = self._owes_a_word and self._here is not None
            return self.state

    def remove(self) -> None:
        """It left, in the middle of an APDU or not. Returns when the slot has let go of it."""
        with self._lock:
            stay, self._here, self._waiting = self._here, None, None
            self._owes_a_word = self._owes_a_word or stay is not None
        if stay:
            stay.break_off()
            with self._working:
                stay.socket.close()

    @property
    def state(self) -> Card:
        """How the field is now."""
        stay = self._here
        if stay is None:
            return Card.NONE
        return Card.ACTIVE if stay.powered else Card.INACTIVE

    def power_on(self) -> bytes | None:
        """Give the card power, or reset it where it has power; its ATR. None without a card."""
        with self._working:
            stay = self._here
            if stay is None or not send_message(stay.socket, RESET if stay.powered else POWER_ON):
                return None
            stay.powered = True
            send_message(stay.socket, GET_ATR)
            return receive_message(stay.socket)

    def power_off(self) -> None:
        """Take the power away. No effect without a card."""
        with self._working:
            if stay := self._here:
                stay.powered = False
                send_message(stay.socket, POWER_OFF)

    def transfer(self, apdu: bytes, still_waiting: Callable[[], None]) -> bytes | None:
        """The answer to an APDU; None when the card has left, has no power or stays mute.

        ``still_waiting`` is called each time that the host would lose patience.
        """
        with self._working:
            stay = self._here
            if stay is None or not stay.powered or not send_message(stay.socket, apdu):
                return None
            for _ in range(_PATIENCES):
                if select.select([stay.socket], [], [], self._patience_s)[0]:
                    return receive_message(stay.socket)
                still_waiting()
            self._begin_anew(stay)
            return None

    def _begin_anew(self, mute: _Stay) -> None:
        """A late answer may still come on the old socket: go on with a new one."""
        mute.break_off()
        mute.socket.close()
        fresh = _Stay(mute.card)
        with self._lock:
            if self._here is mute:
                self._here = fresh
                return
        fresh.break_off()
        fresh.socket.close()
