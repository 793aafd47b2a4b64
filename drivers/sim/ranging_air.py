"""The air that UWB radios share: a vehicle's anchor calls, and a phone that ranges answers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from drivers.api.space import Point
from drivers.api.stage import Carried


@dataclass(frozen=True, slots=True)
class Call:
    """One ranging round as an anchor takes part in it (CCC: the phone's Pre-Poll begins it).

    ``sts_index`` is that of the round's Final_Data, which the anchor reports (facts 1.8).
    """

    session_id: int
    sts_index: int
    ursk: bytes = field(repr=False)
    t_ns: int  # when the anchor listens, by the world's clock
    anchor: Point


@dataclass(frozen=True, slots=True)
class Reply:
    """Who answered, and what the anchor is led to measure.

    ``sts_fits``: whether key and index were the same on both sides. ``shift_m`` is what somebody
    in between adds to the distance, or takes away. ``late_ns``: by how much the Pre-Poll came
    after ``Call.t_ns``; the anchor keeps step with it, so that clocks may drift apart.
    """

    at: Point
    carried: Carried = Carried.IN_HAND
    sts_fits: bool = True
    shift_m: float = 0.0
    late_ns: int = 0


class RangingPeer(Protocol):
    """A phone's radio on this air. Called from the anchors' threads."""

    def hear(self, call: Call) -> Reply | None:
        """Answer, or None where it is not ranging then, or in no such session."""
        ...


Between = Callable[[Call, Reply | None], Reply | None]


class RangingAir:
    """Safe to use from several threads. ``between`` is an attacker, who may alter what is heard."""

    def __init__(self) -> None:
        self.between: Between | None = None
        self._lock = threading.Lock()
        self._peers: tuple[RangingPeer, ...] = ()

    def join(self, peer: RangingPeer) -> None:
        """A radio is on the air."""
        with self._lock:
            self._peers = (*self._peers, peer)

    def leave(self, peer: RangingPeer) -> None:
        """It is not any more. No effect when it never was."""
        with self._lock:
            self._peers = tuple(p for p in self._peers if p is not peer)

    def call(self, call: Call) -> Reply | None:
        """Who answers this round: the first whose key fits, else the first that answers at all."""
        replies = [reply for peer in self._peers if (reply := peer.hear(call)) is not None]
        fitting = (reply for reply in replies if reply.sts_fits)
        found = next(fitting, replies[0] if replies else None)
        return self.between(call, found) if self.between else found
