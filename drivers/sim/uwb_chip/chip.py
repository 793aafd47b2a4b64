"""The chip itself: bytes of commands in, bytes of answers and notifications out, no thread.

``hear`` takes what the host sent, ``run`` what is due by now; both return what goes to the host.
All time is handed in, so that a chip runs on whatever clock its owner has.
"""

from __future__ import annotations

import itertools

from drivers.sim.uwb_channel import UwbChannel
from drivers.sim.uwb_chip.answers import Answering
from drivers.sim.uwb_chip.blocks import Air, ccc_block, fira_block
from drivers.sim.uwb_chip.oscillator import Oscillator
from drivers.sim.uwb_chip.scene import Scene
from drivers.sim.uwb_chip.sessions import ChipSession
from drivers.uwb.uci import messages
from drivers.uwb.uci.app_config import Param
from drivers.uwb.uci.codes import DeviceState, SessionState, Status
from drivers.uwb.uci.core import DeviceStatus, GenericError
from drivers.uwb.uci.errors import UciError, UnknownMessage
from drivers.uwb.uci.header import Header
from drivers.uwb.uci.opcodes import Message, MessageType, Opcode
from drivers.uwb.uci.packet import Packet, Reassembly
from drivers.uwb.uci.profiles import Profile
from drivers.uwb.uci.session import SessionStatus
from drivers.uwb.uci.stream import FROM_HOST, FrameStream

_BY_COMMAND, _MEASURED_ALL = 0x00, 0x02
_NS_PER_MIN = 60 * 10**9
_CUT_NS = 100 * 10**6  # as the host does


class UwbChip:
    """One chip with firmware of a vendor's dialect.

    ``asks_to_retry`` many commands are answered with COMMAND_RETRY before one is obeyed.
    """

    def __init__(
        self,
        profile: Profile,
        scene: Scene,
        channel: UwbChannel,
        now_ns: int,
        oscillator: Oscillator | None = None,
    ) -> None:
        self.profile = profile
        self.air = Air(scene, channel)
        self.sessions: dict[int, ChipSession] = {}
        self.asks_to_retry = 0
        self.sent_blocks = 0
        self._handles = itertools.count(1)
        self.now_ns = self._heard_ns = now_ns
        self.oscillator = oscillator or Oscillator(now_ns)
        self._decode = messages.decoder(profile.vendor)
        self._stream = FrameStream(profile.length_form, FROM_HOST)
        self._reassembly = Reassembly()
        self._answering = Answering(self)
        self._out = bytearray()

    @property
    def due_ns(self) -> int | None:
        """When ``run`` has something to do; None while nothing ranges."""
        active = [s.due_ns for s in self.sessions.values() if s.state == SessionState.ACTIVE]
        return min(active, default=None)

    @property
    def time_us(self) -> int:
        """The chip's own clock."""
        return self.oscillator.time_us(self.now_ns)

    def hear(self, data: bytes, now_ns: int) -> bytes:
        """Obey what the host sent. A frame that was cut is given up after a silence."""
        if self._stream.pending and now_ns - self._heard_ns > _CUT_NS:
            self._reassembly.drop()
            self._stream = FrameStream(self.profile.length_form, FROM_HOST)
        self.now_ns = self._heard_ns = now_ns
        for header, part in self._stream.feed(data):
            payload = self._reassembly.add(header, part)
            if payload is not None and header.opcode.mt == MessageType.COMMAND:
                self._obey(header, payload)
        return self._flush()

    def run(self, now_ns: int) -> bytes:
        """Range what is due by now."""
        self.now_ns = now_ns
        for session in list(self.sessions.values()):
            while session.state == SessionState.ACTIVE and session.due_ns <= now_ns:
                self._range(session)
        return self._flush()

    def session(self, token: int) -> ChipSession | None:
        """The session a host names by its token."""
        return self.sessions.get(token)

    def new_session(self, session_id: int, kind: int) -> ChipSession:
        """A session in its first state; its token is a handle where the profile gives one."""
        token = next(self._handles) | 0x5A00_0000 if self.profile.handles else session_id
        session = self.sessions[token] = ChipSession(session_id, token, kind)
        return session

    def turn(self, session: ChipSession, state: SessionState, reason: int = _BY_COMMAND) -> None:
        """Bring a session into a state and say so; the device is active while any session is."""
        was_active = self._is_active()
        session.state = state
        self.say(SessionStatus(session.token, state, reason))
        if self._is_active() != was_active:
            now = DeviceState.READY if was_active else DeviceState.ACTIVE
            self.say(DeviceStatus(now))

    def reset(self) -> None:
        """Forget everything, and be ready."""
        self.sessions.clear()
        self._reassembly.drop()

    def say(self, message: Message) -> None:
        """Send a message to the host."""
        self._send(messages.encode(message))

    def _obey(self, header: Header, payload: bytes) -> None:
        if self.asks_to_retry:
            self.asks_to_retry -= 1
            self._refuse(header.opcode, Status.COMMAND_RETRY)
            return
        try:
            command = self._decode(header.opcode, payload)
        except UnknownMessage:
            self._refuse(header.opcode, Status.UNKNOWN_OID)
        except UciError:
            self._refuse(header.opcode, Status.SYNTAX_ERROR)
        else:
            if not self._answering.answer(command):
                self._refuse(header.opcode, Status.UNKNOWN_OID)

    def _refuse(self, opcode: Opcode, status: int) -> None:
        """A response of a status alone; NXP asks for repetition by an error of its own (1.4)."""
        if status == Status.COMMAND_RETRY and self.profile.vendor == "nxp":
            self.say(GenericError(status))
        else:
            answer = opcode._replace(mt=MessageType.RESPONSE)
            self._send(Packet(answer, bytes((status,))))

    def _range(self, session: ChipSession) -> None:
        ttl_ns = session.number(Param.URSK_TTL_MIN) * _NS_PER_MIN
        if session.is_ccc and ttl_ns and session.due_ns - session.start_ns >= ttl_ns:
            self.turn(session, SessionState.IDLE, self.profile.ursk_expired)
            return
        make = ccc_block if session.is_ccc else fira_block
        result = make(session, self.air, self.profile, session.due_ns)
        if session.is_ccc and session.last_sts > 0xFFFF_FFFF:
            self.turn(session, SessionState.IDLE, self.profile.sts_exhausted)
            return
        session.block += 1
        session.measured += 1
        if session.number(Param.INFO_NOTIFICATION, 1):
            self.sent_blocks += 1
            self.say(result)
        most = session.number(Param.MAX_MEASUREMENTS)
        if most and session.measured >= most:
            self.turn(session, SessionState.IDLE, _MEASURED_ALL)

    def _is_active(self) -> bool:
        return any(s.state == SessionState.ACTIVE for s in self.sessions.values())

    def _send(self, packet: Packet) -> None:
        form, largest = self.profile.length_form, self.profile.largest_segment
        for segment in packet.segments(form, largest):
            self._out += segment

    def _flush(self) -> bytes:
        out, self._out = bytes(self._out), bytearray()
        return out
