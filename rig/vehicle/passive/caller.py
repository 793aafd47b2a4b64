"""A phone that called: its connection, its ranging, and the key it holds. One per connection."""

from __future__ import annotations

from functools import partial

from drivers.api.ble import Bond, Channel
from rig.digital_key.ble_messages import (
    Event,
    EventCategory,
    RangingCapabilityResponse,
    RangingStatus,
    TimeSync,
)
from rig.digital_key.profiles import Purpose
from rig.vehicle.keys import Key
from rig.vehicle.passive import remote_functions
from rig.vehicle.passive.approach import Approach, ApproachEnding
from rig.vehicle.passive.listening import FIRST, SERVING, spontaneous
from rig.vehicle.passive.phone_link import PhoneLink
from rig.vehicle.passive.rangers import Agreed, AnchorRefused, Rangers
from rig.vehicle.passive.sequence import again, refresh, resynchronised, serve
from rig.vehicle.passive.station import Station
from rig.vehicle.passive.tracker import Block, Tracker

NOT_ENCRYPTED = "channel refused: not encrypted"
_LOOK_S = 0.5  # how often it is asked whether the key may still be here


class Caller:
    """Lives in the agenda's thread."""

    station: Station
    phone: PhoneLink

    def __init__(self, station: Station, phone: PhoneLink, t_ns: int) -> None:
        self.station, self.phone = station, phone
        self.owner: Key | None = None
        self._tracker = Tracker(
            {name: desk.placed.at for name, desk in station.desks.items()},
            station.geometry,
            station.settings,
        )
        self._tracker.rejections = phone.approach.rejections
        self.rangers = Rangers(
            station.desks,
            station.clock,
            phone.duties,
            self._tracker,
            self._block,
            self._ended,
            lambda: station.between,
            station.ranges.measured,
        )
        self.connected_ns = t_ns
        self.phy_ns: int | None = None
        self.sync: TimeSync | None = None
        self.capability: RangingCapabilityResponse | None = None
        self.agreed: Agreed | None = None
        self.late = False  # an anchor found Time0 past, once
        self.recoveries = self.refreshes = 0
        phone.spontaneous = partial(spontaneous, self)
        phone.approach.timeline.mark("connected", t_ns)
        self._admission = phone.duties.after(station.settings.admission_s, self._not_admitted)
        self._looking()

    @property
    def approach(self) -> Approach:
        """What is kept of it."""
        return self.phone.approach

    @property
    def tracker(self) -> Tracker:
        """What its ranges prove."""
        return self._tracker

    # --- what the radio tells ---------------------------------------------------------

    def encrypted(self, t_ns: int) -> None:
        self.approach.timeline.mark("encrypted", t_ns)
        self.phone.happened("encrypted")

    def channel_opened(self, channel: Channel, t_ns: int) -> None:
        """Serve a bonded phone; give any other 5 s to say what it wants (facts 5.1)."""
        if self.phone.channel is not None:
            self.approach.reject("second channel")
            channel.close()
            return
        self.approach.timeline.mark("channel", t_ns)
        self.phone.channel = channel
        self.admitted()
        self.owner = self.station.bonded(self.phone.link.peer)
        if self.owner is None:
            self._admission = self.phone.duties.after(
                self.station.settings.admission_s, self._not_admitted
            )
        elif not self.phone.link.encrypted:  # the radio should not have let it through
            self.approach.reject(NOT_ENCRYPTED)
            self.phone.refused(NOT_ENCRYPTED)
        else:
            self.approach.key = self.owner.name
            self.phone.run(SERVING, serve(self))

    def paired(self, bond: Bond) -> None:
        self.phone.bond = bond
        self.phone.happened("paired")

    def pairing_failed(self, why: str) -> None:
        self.phone.pairing_failure = why
        self.phone.happened("pairing failed")

    def channel_refused(self) -> None:
        self.approach.reject(NOT_ENCRYPTED)

    def channel_closed(self) -> None:
        self.phone.gone("the phone closed its channel")
        self.phone.link.disconnect()

    def phy_updated(self, t_ns: int) -> None:
        self.phy_ns = t_ns
        self.phone.happened("phy updated")

    def admitted(self) -> None:
        """The connection may stay longer than 5 s."""
        self._admission.cancel()

    def _not_admitted(self) -> None:
        self.approach.reject("admission timed out")
        seconds = self.station.settings.admission_s
        self.phone.refused(f"no channel that may stay within {seconds:g} s")

    # --- what the anchors tell --------------------------------------------------------

    def _block(self, block: Block) -> None:
        self.station.ranges.closed(block)
        if self.tracker.first_valid_ns is not None:
            self.approach.timeline.mark("first_range", self.tracker.first_valid_ns)
        most = self.station.settings
        if self.tracker.unheard == most.unheard_most:
            self._unheard()
        if self.tracker.bad_sts >= most.sts_failures_most:
            self._secure_ranging_failed()
            return
        self.station.doorkeeper.look(self, block)

    def _unheard(self) -> None:
        """Nobody answers: out of range, a relay's delay, or clocks that went apart."""
        blocks = self.station.settings.unheard_most
        self.approach.note(f"nothing heard in {blocks} blocks: out of range, or relayed")
        if self.recoveries < self.station.settings.recoveries_most and not self.serving:
            self.recoveries += 1
            self.phone.run(SERVING, resynchronised(self))

    def _secure_ranging_failed(self) -> None:
        self.rangers.stop()
        self.approach.reject("secure ranging failed")
        status = RangingStatus.SECURE_RANGING_FAILED
        self.phone.tell(Event(EventCategory.RANGING_STATUS, status))
        self.refresh_once("secure ranging failed")

    def _ended(self, why: Exception) -> None:
        if not isinstance(why, AnchorRefused):
            self.phone.failed(why, "ranging")
        elif self.recoveries < self.station.settings.recoveries_most:
            self.recoveries += 1
            self.approach.note(str(why))
            self.phone.run("recovery", again(self))
        else:
            self.approach.note(f"{why}; not begun again")

    # --- what may still be ------------------------------------------------------------

    def _looking(self) -> None:
        self.look_after()
        self.phone.duties.after(_LOOK_S, self._looking)

    def look_after(self) -> None:
        """End what has lost its right: a key that ended, a URSK that expired."""
        key = self.owner
        if key is None or self.phone.over:
            return
        held = self.station.keyring.holds(key)
        decision = self.station.service.judge(key, Purpose.UNLOCK)
        if not held or not decision.allowed:
            self.dismiss(decision.explanation if held else f"{key.name} has ended")
        elif key.ranging is not None and key.ranging.expired(self.station.clock.utc()):
            key.ranging = None
            self.rangers.stop()
            self.approach.reject("URSK expired")
            self.refresh_once("URSK expired")

    def dismiss(self, why: str) -> None:
        """End ranging and the connection of a key that may not be here."""
        self.rangers.stop()
        status = RangingStatus.TERMINATED
        self.phone.tell(Event(EventCategory.RANGING_STATUS, status))
        self.phone.refused(why)

    def refresh_once(self, why: str) -> None:
        """Derive a new URSK, once a connection."""
        if self.refreshes or self.serving:
            self.approach.note(f"{why}: ranging is over")
            return
        self.refreshes += 1
        self.phone.run(SERVING, refresh(self))

    @property
    def serving(self) -> bool:
        """Whether ranging is being set up."""
        return self.phone.is_running(SERVING) or self.phone.is_running(FIRST)

    @property
    def is_inside(self) -> bool:
        """Whether its last ranges, which are not old, say that it is in the cabin."""
        last = self.tracker.last(1)
        if not last or not self.rangers.running:
            return False
        age_s = (self.station.clock.now_ns() - last[0].t_ns) / 1e9
        return age_s <= self.station.settings.gap_s and self.tracker.resting_inside()

    def tell_moved(self, *, unlocked: bool) -> None:
        """Tell the phone of a movement of the locks."""
        settings = self.station.service.vehicle.settings
        self.phone.tell(remote_functions.locks_moved(settings, unlocked=unlocked))

    def failed(self, error: Exception, step: str) -> None:
        """The bench broke while it was served: nothing of it goes on."""
        self.rangers.stop()
        self.phone.failed(error, step)

    def bring_to_an_end(self, why: str) -> None:
        """Between tests."""
        self.rangers.stop()
        self.approach.end(ApproachEnding.PASSED, why)
        self.phone.hang_up()
