"""A hostile Bluetooth peer: any SDU on its channel, any L2CAP frame on any channel of its link."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, suppress

from bumble.core import BaseBumbleError

from rig.digital_key import ble_messages
from rig.digital_key.errors import DigitalKeyError
from tests.drivers.ble.central import Central
from tests.drivers.ble.radio_bench import AIRS, PHONE, SPSM, Bench
from tests.hostile.dice import Dice

FIXED = (0x0004, 0x0005, 0x0006)  # ATT, signalling, SMP
DYNAMIC = (0x0040, 0x0041)  # rarely: almost any frame there closes the channel
GONE = frozenset(("disconnected", "channel_closed"))
AT_ONCE = 100
LARGEST_SDU = 255


class HostilePeer:
    """A phone as far as its connection; then it says anything, and comes again when thrown out."""

    def __init__(self, stack: ExitStack, dice: Dice) -> None:
        self.bench = Bench(stack, AIRS["small air"])
        self.bench.ears.open_to_all = True
        self._dice = dice
        self._phone = Central(self.bench.air, PHONE)
        self._there = False
        stack.callback(self._end)

    def _end(self) -> None:
        self._phone.close()

    def send(self) -> int:
        """So many frames as are at once on the air; how many left the phone."""
        ears = self.bench.ears
        if not self._there:
            self._begin()
        earlier = len(ears.told)  # the phone before it was missed, which says nothing of this one
        count = self._phone.do(self._say_all([self._frame() for _ in range(AT_ONCE)]))
        ears.pass_time(0.2)
        self._there = count > 0 and not GONE.intersection(ears.told[earlier:])
        return count

    def _begin(self) -> None:
        """Another phone, since the stack of the one that was thrown out may be beyond repair."""
        self._phone.close()
        self.bench.ears.pass_time(30)  # in which a link to nobody has ended
        del self.bench.air.lines[1:]
        self._phone = Central(self.bench.air, PHONE)
        self._phone.mute_pairing()
        self.bench.connected(self._phone)
        self._phone.open(SPSM)

    def _frame(self) -> tuple[int, bytes]:
        """Channel and content; 0 for an SDU on the phone's own channel."""
        turn = self._dice.random()
        if turn < 0.6:
            return 0, self._dice.octets(LARGEST_SDU)[:LARGEST_SDU] or b"\x00"
        return self._dice.choice(FIXED if turn < 0.99 else DYNAMIC), self._dice.octets(600)

    async def _say_all(self, frames: list[tuple[int, bytes]]) -> int:
        """What the peer's own host will not send any more is not said, and not counted."""
        phone, said = self._phone, 0
        for cid, content in frames:
            with suppress(BaseBumbleError, AttributeError):
                if cid:
                    phone.device.send_l2cap_pdu(phone.connection.handle, cid, content)
                elif phone.channel is not None:
                    phone.channel.write(content)
                said += 1
        return said

    def judge(self) -> None:
        """What came in is bytes of anybody: it is a message, or Malformed, and nothing else."""
        ears = self.bench.ears
        assert "failed" not in ears.told, ears.whys
        for message in ears.messages:
            assert len(message) <= LARGEST_SDU
            with suppress(DigitalKeyError):
                ble_messages.decode(message)
        for kept in (ears.messages, ears.told, ears.times_ns, ears.whys):
            kept.clear()
        for line in self.bench.air.lines:
            line.sent.clear()
        del ears.links[:-1], ears.channels[:-1]


def exchanges() -> Iterator[int]:
    """Bursts of frames; how many each had."""
    with ExitStack() as stack:
        peer = HostilePeer(stack, Dice(41))
        while True:
            count = peer.send()
            peer.judge()
            yield count
