"""A virtual chip as a device of a bench, on TCP or on a serial line."""

from __future__ import annotations

import abc
import threading
from collections.abc import Callable
from typing import Literal

from drivers.api.device import Device, Identity
from drivers.api.uwb import UciLine, UciListener
from drivers.sim.uwb_channel import UwbChannel
from drivers.sim.uwb_chip.chip import UwbChip
from drivers.sim.uwb_chip.framing import Unwrapping, as_it_is, pnp
from drivers.sim.uwb_chip.oscillator import Oscillator
from drivers.sim.uwb_chip.pace import SLICE_S, ClockPace, FreePace, Pace
from drivers.sim.uwb_chip.scene import Scene, Shot, Sight, standing_at
from drivers.sim.uwb_chip.sockets import PtySocket, Socket, TcpSocket
from drivers.uwb.uci.profiles import PROFILES

Spoil = Callable[[bytes], bytes]


class VirtualKit(Device):
    """What both have in common: a chip, its line, and the thread that serves it.

    ``scene`` says where peers are and may be exchanged at any time. ``spoil`` is applied to all
    that goes to the host: what it returns is sent instead.
    """

    def __init__(self, profile: str, scene: Scene, seed: int, pace: Pace) -> None:
        self.scene = scene
        self.spoil: Spoil | None = None
        self._hung = False
        self._profile, self._seed, self._pace = PROFILES[profile], seed, pace
        self._lock = threading.RLock()
        self._socket: Socket | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.plug()

    @abc.abstractmethod
    def _new_socket(self) -> Socket:
        """A line to plug in."""

    def _new_oscillator(self, now_ns: int) -> Oscillator:
        """The clock of a chip that is powered now."""
        return Oscillator(now_ns)

    def plug(self) -> None:
        """Power the chip and put it on its line. No effect when it is plugged in."""
        with self._lock:
            if self._thread is not None:
                return
            self._hung = False
            now_ns = self._pace.now_ns()
            channel, own = UwbChannel(self._seed), self._new_oscillator(now_ns)
            self.chip = chip = UwbChip(self._profile, self._look, channel, now_ns, own)
            self._socket = socket = self._new_socket()
            self._stopping = stopping = threading.Event()
            self._thread = self._pace.clock.thread(
                lambda: self._serve(socket, chip, stopping), "uwb-chip"
            )

    def unplug(self) -> None:
        """Pull the cable; the chip forgets everything. No effect when it is pulled.

        From the chip's own thread (``scene``, ``spoil``) it takes effect once that returns.
        """
        with self._lock:
            thread, self._thread = self._thread, None
            self._stopping.set()
            if self._socket is not None:
                self._socket.wake()
            if thread is not None and thread is not threading.current_thread():
                thread.join()

    def hang(self) -> None:
        """Its firmware is stuck: nothing more comes from it until it has been without power."""
        self._hung = True

    def close(self) -> None:
        self.unplug()

    def identity(self) -> Identity:
        return Identity("Digital Key Rig", f"virtual UWB chip, {self._profile.name}")

    def _look(self, shot: Shot) -> Sight | None:
        return self.scene(shot)

    def _serve(self, socket: Socket, chip: UwbChip, stopping: threading.Event) -> None:
        unwrapped = self._unwrapping()
        try:
            while not stopping.is_set():
                if not socket.attached(SLICE_S):
                    continue
                if self._pace.wait(socket, chip.due_ns):
                    data = unwrapped(socket.read())
                    out = chip.hear(data, self._pace.now_ns())
                else:
                    out = chip.run(self._pace.now_ns())
                if out and self.spoil is not None:
                    out = self.spoil(out)
                if out and not self._hung:
                    socket.send(out)
        finally:
            socket.close()

    def _unwrapping(self) -> Unwrapping:
        return pnp() if self._profile.name == "nxp" else as_it_is


class VirtualUwbChip(VirtualKit, UciListener):
    """A chip that speaks raw UCI on a TCP address of this machine; ``port`` 0 takes a free one.

    Every peer stands at ``distance_m`` until somebody sets ``scene``. ``pace`` "free" lets blocks
    come as fast as they are taken.
    """

    def __init__(
        self,
        seed: int = 0,
        distance_m: float = 2.0,
        profile: Literal["generic", "pica", "qorvo", "ncj29d5"] = "generic",
        port: int = 0,
        pace: Literal["real", "free"] = "real",
    ) -> None:
        self._port = port
        super().__init__(profile, standing_at(distance_m), seed, _pace(pace))

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    def _new_socket(self) -> Socket:
        socket = TcpSocket(self._port)
        self._port = socket.port  # plugged in again, it is found where it was
        return socket


class VirtualUwbKit(VirtualKit, UciLine):
    """A kit on a pseudo-terminal: Qorvo's with raw UCI, or NXP's with its framing.

    Plugged in again, it has another path, as USB lines may. Otherwise as ``VirtualUwbChip``.
    """

    def __init__(
        self,
        seed: int = 0,
        distance_m: float = 2.0,
        profile: Literal["qorvo", "nxp"] = "qorvo",
        pace: Literal["real", "free"] = "real",
    ) -> None:
        self._path = ""
        super().__init__(profile, standing_at(distance_m), seed, _pace(pace))

    @property
    def path(self) -> str:
        return self._path

    def _new_socket(self) -> Socket:
        socket = PtySocket()
        self._path = socket.path
        return socket


def _pace(name: str) -> Pace:
    return FreePace() if name == "free" else ClockPace()
