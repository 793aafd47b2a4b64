"""A ranging anchor over UCI: the flow of device and sessions (facts 1.3)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import ClassVar

from drivers.api.clock import Clock, SystemClock
from drivers.api.device import Finding, Identity
from drivers.api.errors import DeviceRefused, DriverError, FrameError, LinkLost, LinkTimeout
from drivers.api.packets import UCI, MaskMessage, PacketSink, PacketSource
from drivers.api.uwb import RangingAnchor, RangingSession, Session, UciPort
from drivers.uwb import findings, settings
from drivers.uwb.host import LineHealth, UciHost
from drivers.uwb.inbox import Inbox
from drivers.uwb.kit import Kit
from drivers.uwb.ranging import UciRanging
from drivers.uwb.routing import Routing
from drivers.uwb.tap import UciTap
from drivers.uwb.uci import control, core
from drivers.uwb.uci.codes import DeviceState, SessionState, Status
from drivers.uwb.uci.session import (
    GetSessionState,
    SessionDeinit,
    SessionDeinitAnswer,
    SessionInit,
    SessionInitAnswer,
    SessionStateAnswer,
    SetAppConfig,
    SetAppConfigAnswer,
)

_STATE_S = 1.0  # for a state to be reported, before the device is asked for it


class UciAnchor(RangingAnchor, PacketSource):
    """One chip. ``connect`` opens its line, at first and again after it was lost.

    ``clock`` is what its measurements are stamped by and waited for; the machine's, if none.

    Opening resets the chip and asks who it is. Raises what ``connect`` does, LinkTimeout when
    nothing answers, DeviceRefused, or FrameError when what answers is no UCI.
    """

    packet_kind: ClassVar[str] = UCI

    def __init__(
        self, kit: Kit, connect: Callable[[], UciPort], where: str, clock: Clock | None = None
    ) -> None:
        self._kit, self._connect, self._where = kit, connect, where
        self._clock = clock or SystemClock()
        self._lock = threading.RLock()
        self._closed = False
        self._doubtful = False  # a command went astray: the chip may hold what nobody knows of
        self._host: UciHost | None = None
        self._tap = UciTap(kit.profile)
        with self._named():
            self._open()

    def start(self, session: Session) -> RangingSession:
        with self._lock, self._named():
            host, routing = self._held(), self._routing
            routing.expect()
            init = SessionInit(session.session_id, settings.session_type(session))
            with self._doubted():
                handle = host.ask(init, SessionInitAnswer).handle
            token = session.session_id if handle is None else handle
            inbox = routing.claim({token, session.session_id})
            self._running[token] = inbox
            try:
                with self._doubted():
                    self._bring_up(host, token, session, inbox)
            except DriverError:
                with suppress(DriverError):
                    self._end(host, token)
                raise
        return UciRanging(
            session,
            inbox,
            self._kit.profile.angle_steps,
            end=lambda: self._stop(host, token),
            who=lambda: self._who,
            clock=self._clock,
        )

    def time_us(self) -> int:
        with self._lock, self._named():
            host = self._held()
            if not self._kit.profile.timestamps:
                raise DeviceRefused(Status.UNKNOWN_OID, "it has no clock that can be asked for")
            return host.ask(core.QueryTimestamp(), core.Timestamp).time_us

    def capabilities(self) -> core.Capabilities:
        """What the device says it can do; ``uci.capabilities`` gives it meaning."""
        with self._lock, self._named():
            return self._held().ask(core.GetCapabilities(), core.Capabilities)

    @property
    def health(self) -> LineHealth:
        """What the line has carried since it was last opened."""
        return self._host.health if self._host else LineHealth()

    def record(self, sink: PacketSink, mask_message: MaskMessage) -> None:
        del mask_message  # no DK message passes here
        self._tap.sink = sink

    def identity(self) -> Identity:
        info = self._info
        said = f"UCI {info.version('uci')}, MAC {info.version('mac')}, PHY {info.version('phy')}"
        return Identity(self._kit.make, self._kit.model, self._where, said)

    def self_test(self) -> tuple[Finding, ...]:
        try:
            said = self.capabilities()  # which pica answers in any state, unlike who it is
            clock = self._test_clock(said)
        except DriverError as exc:
            return (Finding("answers UCI", ok=False, advice=str(exc)),)
        return (
            Finding(f"answers UCI {self._info.version('uci')}", ok=True),
            findings.of_line(self.health),
            findings.of_capabilities(said, self._kit.profile),
            clock,
        )

    def close(self) -> None:
        """Stop what is running and let go of the line; the radio is silent then. Idempotent."""
        with self._lock:
            self._closed = True
            host, self._host = self._host, None
            if host is None:
                return
            with suppress(DriverError):
                for token in list(self._running):
                    self._end(host, token)
            self._end_locally()
            host.close()

    def _test_clock(self, said: core.Capabilities) -> Finding:
        before_ns = self._clock.now_ns()
        try:
            time_us = self.time_us()
        except DeviceRefused as exc:
            return findings.of_no_clock(said, exc)
        return findings.of_clock(time_us, self._clock.now_ns() - before_ns)

    def _open(self) -> None:
        kit, clock = self._kit, self._clock
        self._running: dict[int, Inbox] = {}
        self._routing = routing = Routing(kit.profile, clock)
        port, patience = self._connect(), kit.patience
        host = UciHost(port, kit.profile, routing, wrap=kit.wrap, patience=patience, clock=clock)
        host.tap = self._tap
        try:
            host.ask(core.DeviceReset(), core.DeviceResetAnswer)
            if not routing.device.wait_for(DeviceState.READY, _STATE_S):
                raise LinkTimeout(f"not READY within {_STATE_S:g} s of its reset")
            self._info = host.ask(core.GetDeviceInfo(), core.DeviceInfo)
        except DriverError:
            host.close()
            raise
        self._host, self._doubtful = host, False

    def _held(self) -> UciHost:
        if self._closed:
            raise LinkLost("it is closed")
        astray = self._doubtful and not self._running  # a reset ends whatever runs
        if self._host is None or not self._host.alive or astray:
            self._drop()
            try:
                self._open()
            except DriverError as exc:
                raise LinkLost(f"not back since it was lost: {exc}") from exc
        assert self._host is not None  # noqa: S101 - just opened
        return self._host

    def _bring_up(self, host: UciHost, token: int, session: Session, inbox: Inbox) -> None:
        """Configure and start, each step once the device says that it is there (facts 2)."""
        self._await(host, token, inbox, SessionState.INIT)
        elements = settings.elements(session, self._kit.profile)
        host.ask(SetAppConfig(token, elements), SetAppConfigAnswer)
        self._await(host, token, inbox, SessionState.IDLE)
        host.ask(control.SessionStart(token), control.SessionStartAnswer)
        self._await(host, token, inbox, SessionState.ACTIVE)

    def _await(self, host: UciHost, token: int, inbox: Inbox, state: SessionState) -> None:
        if inbox.wait_for(state, _STATE_S):
            return
        found = host.ask(GetSessionState(token), SessionStateAnswer).state
        if found != state:
            raise LinkTimeout(f"the session is in state {found}, not {state.name}")

    def _stop(self, host: UciHost, token: int) -> None:
        with self._lock, self._named():
            if token in self._running and host is self._host:
                with suppress(LinkLost):
                    self._end(host, token)

    def _end(self, host: UciHost, token: int) -> None:
        """Stop and forget a session, whatever state it is in."""
        inbox = self._running.pop(token)
        try:
            with suppress(DeviceRefused):  # it had not started, or has stopped by itself
                host.ask(control.SessionStop(token), control.SessionStopAnswer)
            with suppress(DeviceRefused), self._doubted():
                host.ask(SessionDeinit(token), SessionDeinitAnswer)
        finally:
            self._routing.release(inbox)
            inbox.end(lambda: LinkLost("the session was stopped", device=self._who))

    def _drop(self) -> None:
        """Let go of a line that is lost; its sessions say so, also where its thread did not yet."""
        host, self._host = self._host, None
        if host is not None:
            host.close()
        for inbox in self._running.values():
            inbox.end(lambda: LinkLost("the line is lost", device=self._who))

    def _end_locally(self) -> None:
        for inbox in self._running.values():
            inbox.end(lambda: LinkLost("it is closed", device=self._who))

    @property
    def _who(self) -> str:
        return self.name or self._where

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Give errors the name of the anchor."""
        try:
            yield
        except DriverError as exc:
            exc.device = exc.device or self._who
            self._doubtful = self._doubtful or isinstance(exc, LinkTimeout | FrameError)
            raise

    @contextmanager
    def _doubted(self) -> Iterator[None]:
        """After a failure of this, the chip is reset before it is used again."""
        try:
            yield
        except DriverError:
            self._doubtful = True
            raise
