"""Where the radio's news arrive: connections are taken in, and handed on to the agenda."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from drivers.api.ble import Bond, Channel, Link, RadioListener
from rig.vehicle.passive.approach import Approach
from rig.vehicle.passive.caller import Caller
from rig.vehicle.passive.phone_link import PhoneLink
from rig.vehicle.passive.station import Station

News = Callable[[Caller], None]


class FrontDesk(RadioListener):
    """Called from the radio's thread; all but ``admits`` only posts.

    ``over`` is told of every connection that ended, ``broken`` of a controller that failed.
    """

    def __init__(
        self,
        station: Station,
        radio: str,
        over: Callable[[Caller], None],
        broken: Callable[[Exception], None],
    ) -> None:
        self._station, self._radio, self._over, self._broken = station, radio, over, broken
        self._callers: dict[int, Caller] = {}
        self._bonded: frozenset[str] = frozenset()
        self.open = False

    # --- in the agenda's thread -------------------------------------------------------

    def callers(self) -> tuple[Caller, ...]:
        """Who is connected."""
        return tuple(self._callers.values())

    def expect(self, bonds: Iterable[Bond]) -> None:
        """Whose links have to be encrypted before a channel; swapped as a whole."""
        self._bonded = frozenset(bond.address for bond in bonds)

    def _take_in(self, link: Link, t_ns: int) -> None:
        if not self.open:
            link.disconnect()
            return
        station = self._station
        settings = station.service.vehicle.settings
        approach = Approach(
            link.peer,
            self._radio,
            settings,
            station.settings.round_trip_s,
            prepares=station.preparing,
        )
        phone = PhoneLink(link, approach, settings, station.agenda, self._ended)
        phone.between = lambda: station.between
        self._callers[id(link)] = Caller(station, phone, t_ns)

    def _ended(self, phone: PhoneLink) -> None:
        caller = self._callers.pop(id(phone.link), None)
        if caller is not None:
            caller.rangers.stop()
            self._over(caller)

    # --- in the radio's thread --------------------------------------------------------

    def _post(self, link: Link, news: News) -> None:
        def tell() -> None:
            caller = self._callers.get(id(link))
            if caller is None:
                return
            try:
                news(caller)
            except Exception as exc:  # noqa: BLE001 - it belongs to this phone's approach
                caller.failed(exc, "the rig")

        self._station.agenda.post(tell)

    def connected(self, link: Link, t_ns: int) -> None:
        self._station.agenda.post(lambda: self._take_in(link, t_ns))

    def encrypted(self, link: Link, t_ns: int) -> None:
        self._post(link, lambda caller: caller.encrypted(t_ns))

    def paired(self, link: Link, bond: Bond, t_ns: int) -> None:  # noqa: ARG002 - the contract's
        self._post(link, lambda caller: caller.paired(bond))

    def pairing_failed(self, link: Link, why: str, t_ns: int) -> None:  # noqa: ARG002 - likewise
        self._post(link, lambda caller: caller.pairing_failed(why))

    def admits(self, link: Link) -> bool:
        """An encrypted link, or one of a phone that has no bond to encrypt with (facts 5.1)."""
        return link.encrypted or link.peer not in self._bonded

    def channel_refused(self, link: Link, t_ns: int) -> None:  # noqa: ARG002 - likewise
        self._post(link, lambda caller: caller.channel_refused())

    def channel_opened(self, link: Link, channel: Channel, t_ns: int) -> None:
        self._post(link, lambda caller: caller.channel_opened(channel, t_ns))

    def channel_closed(self, link: Link, channel: Channel, t_ns: int) -> None:  # noqa: ARG002
        self._post(link, lambda caller: caller.channel_closed())

    def received(self, link: Link, message: bytes, t_ns: int) -> None:
        between = self._station.between
        for arriving in between.heard(message):
            if between.delay_s:
                self._later(link, arriving, between.delay_s)
            else:
                self._hand_over(link, arriving, t_ns)

    def _hand_over(self, link: Link, message: bytes, t_ns: int) -> None:
        self._post(link, lambda caller: caller.phone.heard(message, t_ns))

    def _later(self, link: Link, message: bytes, delay_s: float) -> None:
        """A relay hands it on."""
        agenda = self._station.agenda

        def arrive() -> None:
            self._hand_over(link, message, agenda.clock.now_ns())

        agenda.post(lambda: agenda.later(delay_s, arrive))

    def phy_updated(self, link: Link, t_ns: int) -> None:
        self._post(link, lambda caller: caller.phy_updated(t_ns))

    def disconnected(self, link: Link, why: str, t_ns: int) -> None:  # noqa: ARG002 - likewise
        self._post(link, lambda caller: caller.phone.gone(why))

    def failed(self, why: Exception, t_ns: int) -> None:  # noqa: ARG002 - likewise
        self._station.agenda.post(lambda: self._broken(why))
