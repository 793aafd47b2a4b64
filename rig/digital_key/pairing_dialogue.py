"""How the vehicle talks during owner pairing: commands within their time, plain or secured.

Below the order of the steps (``pairing``) and above the link. What each timer spans, and how long,
is a setting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rig.digital_key import pairing_messages as m
from rig.digital_key import tlv
from rig.digital_key.apdu import SUCCESS, Command, Response, Send
from rig.digital_key.errors import PairingFailed, StatusRefused
from rig.digital_key.secure_channel import SecureChannel
from rig.digital_key.settings import Settings
from rig.digital_key.status import meaning

_MORE = 0x61  # SW1: more bytes to fetch


class Timers:
    """The time limits of pairing, each known by the code that tells the device of it."""

    def __init__(self, settings: Settings, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._deadlines_ns: dict[m.Flow, int] = {}
        self._spans_s = {
            m.Flow.TIMEOUT_1: settings.pairing_timer_1_s,
            m.Flow.TIMEOUT_2: settings.pairing_timer_2_s,
            m.Flow.TIMEOUT_3: settings.pairing_timer_3_s,
            m.Flow.TIMEOUT_4: settings.pairing_timer_4_s,
            m.Flow.TIMEOUT_X: settings.pairing_timer_x_s,
        }

    def start(self, timer: m.Flow) -> None:
        """Run ``timer`` from now."""
        self._deadlines_ns[timer] = self._now_ns() + self._spans_s[timer] * 1_000_000_000

    def stop(self, timer: m.Flow) -> None:
        """Let ``timer`` be; it was kept."""
        self._deadlines_ns.pop(timer, None)

    def stop_all(self) -> None:
        """Let every timer be."""
        self._deadlines_ns.clear()

    def check(self) -> None:
        """Raises PairingFailed for the timer that ran out first, if any has."""
        now_ns = self._now_ns()
        late = {t: end for t, end in self._deadlines_ns.items() if now_ns > end}
        if late:
            first = min(late, key=late.__getitem__)
            raise PairingFailed(first, f"{self._spans_s[first]} s have passed")


@dataclass(slots=True)
class Dialogue:
    """One transaction's link to the device. ``permitted`` is asked before each command."""

    send: Send
    timers: Timers
    permitted: Callable[[], bool]
    reached: bool = False  # the framework has answered SELECT: there is something to end

    def select(self) -> m.FrameworkSelected:
        """SELECT of the framework."""
        return m.FrameworkSelected.decode(self.ask("SELECT", m.select_command()))

    def tell(self, flow: m.Flow) -> None:
        """OP CONTROL FLOW, accepted by the device."""
        self.ask("OP CONTROL FLOW", m.op_control_flow_command(flow))

    def ask(self, name: str, command: Command) -> bytes:
        """A plain command's answer. Raises StatusRefused, PairingFailed."""
        return _accepted(name, self._exchange(command))

    def conclude(self) -> None:
        """OP CONTROL FLOW 11/11. Once it is answered the device has the key: no timer undoes it."""
        self._check_permission()
        response = self.send(m.op_control_flow_command(m.Flow.PAIRED_NOT_TRACKED))
        _accepted("OP CONTROL FLOW", response)

    def write(self, channel: SecureChannel, parts: tuple[bytes, ...]) -> None:
        """WRITE DATA of every part; the last one says so."""
        for number, part in enumerate(parts, 1):
            command = m.write_data_command(part, last=number == len(parts))
            self._ask_secured(channel, "WRITE DATA", command)

    def read(self, channel: SecureChannel, tag: m.DataTag) -> bytes:
        """GET DATA of one tag, in as many answers as it takes."""
        part, status = self._ask_secured(channel, "GET DATA", m.get_data_command(tag))
        parts = [part]
        while status != SUCCESS:  # a device without end spends the channel's counter
            part, status = self._ask_secured(channel, "GET RESPONSE", m.get_response_command())
            parts.append(part)
        return b"".join(parts)

    def _ask_secured(
        self, channel: SecureChannel, name: str, command: Command
    ) -> tuple[bytes, int]:
        response = self._exchange(channel.wrap(command))
        if response.status >> 8 != _MORE:
            _accepted(name, response)
        return channel.unwrap(response), response.status

    def _exchange(self, command: Command) -> Response:
        self._check_permission()
        self.timers.start(m.Flow.TIMEOUT_4)
        response = self.send(command)
        self.reached = self.reached or response.status == SUCCESS  # the first is SELECT
        self.timers.check()
        self.timers.stop(m.Flow.TIMEOUT_4)
        return response

    def _check_permission(self) -> None:
        if not self.permitted():
            raise PairingFailed(m.Flow.PRECONDITIONS_NOT_MET, "the vehicle does not permit it")


def _accepted(name: str, response: Response) -> bytes:
    if response.status != SUCCESS:
        raise StatusRefused(name, response.status, meaning(response.status))
    return response.data


def packed(record: bytes, settings: Settings) -> tuple[bytes, ...]:
    """Elements as WRITE DATA carries them: parts of at most 239 bytes.

    Raises Malformed when ``record`` is no sequence of elements.
    """
    if settings.write_data_packing == "stream":
        return _cut(record)
    return tuple(part for element in tlv.decode(record) for part in _cut(element.encode()))


def _cut(data: bytes) -> tuple[bytes, ...]:
    return tuple(data[at : at + m.MOST_DATA] for at in range(0, len(data), m.MOST_DATA))
