"""A listener that writes down what it is told, for a test that waits for it."""

from __future__ import annotations

from collections.abc import Callable

from drivers.api.ble import Bond, Channel, Link, RadioListener
from drivers.api.clock import Clock


class Ears(RadioListener):
    """``told`` are the names of what was told; the newest of each kind is kept."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._bell = clock, clock.bell()
        self.told: list[str] = []
        self.times_ns: list[int] = []
        self.links: list[Link] = []
        self.channels: list[Channel] = []
        self.messages: list[bytes] = []
        self.bonds: list[Bond] = []
        self.whys: list[str] = []
        self.open_to_all = False

    @property
    def link(self) -> Link:
        return self.links[-1]

    @property
    def channel(self) -> Channel:
        return self.channels[-1]

    def wait(self, what: str, count: int = 1, timeout_s: float = 60) -> None:
        """Until something was told that often. Raises AssertionError with what was told."""
        self.until(lambda: self.told.count(what) >= count, timeout_s)

    def until(self, holds: Callable[[], bool], timeout_s: float = 60) -> None:
        """Until something holds of what was told."""
        with self._clock.skipping():
            end_ns = self._clock.now_ns() + timeout_s * 1e9
            while not holds():
                left_s = (end_ns - self._clock.now_ns()) / 1e9
                assert left_s > 0, f"was told: {self.told} {self.whys}"
                self._bell.wait(left_s)

    def pass_time(self, duration_s: float) -> None:
        """Let time pass, in which nothing may be told."""
        with self._clock.skipping():
            self._clock.sleep(duration_s)

    def _note(self, what: str, t_ns: int, why: str = "") -> None:
        self.whys.append(why) if why else None
        self.times_ns.append(t_ns)
        self.told.append(what)
        self._bell.ring()

    def connected(self, link: Link, t_ns: int) -> None:
        self.links.append(link)
        self._note("connected", t_ns)

    def encrypted(self, link: Link, t_ns: int) -> None:  # noqa: ARG002
        self._note("encrypted", t_ns)

    def paired(self, link: Link, bond: Bond, t_ns: int) -> None:  # noqa: ARG002
        self.bonds.append(bond)
        self._note("paired", t_ns)

    def pairing_failed(self, link: Link, why: str, t_ns: int) -> None:  # noqa: ARG002
        self._note("pairing_failed", t_ns, why)

    def admits(self, link: Link) -> bool:
        return self.open_to_all or link.encrypted

    def channel_refused(self, link: Link, t_ns: int) -> None:  # noqa: ARG002
        self._note("channel_refused", t_ns)

    def channel_opened(self, link: Link, channel: Channel, t_ns: int) -> None:  # noqa: ARG002
        self.channels.append(channel)
        self._note("channel_opened", t_ns)

    def channel_closed(self, link: Link, channel: Channel, t_ns: int) -> None:  # noqa: ARG002
        self._note("channel_closed", t_ns)

    def received(self, link: Link, message: bytes, t_ns: int) -> None:  # noqa: ARG002
        self.messages.append(message)
        self._note("received", t_ns)

    def phy_updated(self, link: Link, t_ns: int) -> None:  # noqa: ARG002
        self._note("phy_updated", t_ns)

    def disconnected(self, link: Link, why: str, t_ns: int) -> None:  # noqa: ARG002
        self._note("disconnected", t_ns, why)

    def failed(self, why: Exception, t_ns: int) -> None:
        self._note("failed", t_ns, str(why))
