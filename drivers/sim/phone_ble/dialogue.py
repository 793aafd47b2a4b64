"""The DK messages of one connection, as the device answers and sends them (facts 5.2).

Called in the air's thread with whole SDUs; whatever a vehicle sends is answered or left alone, and
nothing it sends raises.
"""

from __future__ import annotations

import asyncio

from drivers.sim.phone.wallet import HeldKey
from drivers.sim.phone_ble.bonds import Bonds, VehicleBond
from drivers.sim.phone_ble.inside import Inside
from drivers.sim.phone_ble.link import PhoneLink
from drivers.sim.phone_ble.misbehaviour import BleMisbehaviour
from drivers.sim.phone_ble.negotiation import Negotiation, complete, wrong_parameters
from drivers.sim.phone_ble.ranging import PhoneRanging
from drivers.sim.phone_ble.remote import Press
from drivers.sim.phone_ble.uwb_clock import MOST_PPM
from rig.digital_key import ble_messages as dk
from rig.digital_key.errors import Malformed
from rig.digital_key.messages import Outcome

_UNCERTAINTY = 80  # 2^(80/8) us, about 1 ms: setting time_uncertainty_coding


class Dialogue:
    """``new_bond`` is what pairing has left, until the vehicle says that it keeps it too."""

    def __init__(
        self,
        inside: Inside,
        ranging: PhoneRanging,
        misbehave: BleMisbehaviour,
        bonds: Bonds,
        key: HeldKey,
        link: PhoneLink,
    ) -> None:
        self.key = key
        self.approached: asyncio.Future[dk.FirstApproachResponse]
        self.approached = asyncio.get_running_loop().create_future()
        self.ready = False  # the link is encrypted, the owner may press a button
        self._inside, self._ranging, self._misbehave = inside, ranging, misbehave
        self._bonds, self._link = bonds, link
        self.new_bond: VehicleBond | None = None
        self._negotiation = Negotiation(inside, ranging, key)
        self._press: Press | None = None

    def begin(self) -> None:
        """The link is encrypted and its channel open: Time_Sync, Procedure 0 (facts 5.3)."""
        self.ready = True
        self._link.on_phy_update(self._sync_time)
        self._sync_time(0, self._link.began_ns)

    def press(self, press: Press) -> None:
        """The owner has pressed a button."""
        if self._press is not None:
            self._press.fail("another one was pressed")
        self._press = press
        self.send(press.request())

    def take(self, message: bytes) -> None:
        """One SDU from the vehicle."""
        try:
            self._take(dk.decode(message, self._inside.settings()))
        except Malformed:
            self.send(wrong_parameters())

    def send(self, message: dk.DkMessage) -> None:
        """Send one, but for what is planted."""
        data = dk.encode(message, self._inside.settings())
        self._misbehave.send(type(message), data, self._link.send, self._link.drop)

    def end(self) -> None:
        """The link is gone."""
        self.ready = False
        self._inside.applet.reset()
        if self._press is not None:
            self._press.fail("the vehicle is out of range")

    def _take(self, message: dk.DkMessage) -> None:
        if (answer := self._negotiation.answer(message)) is not None:
            self.send(answer)
            return
        match message:
            case dk.ApduRequest():
                self._apdu(message)
            case dk.FirstApproachResponse():
                if not self.approached.done():
                    self.approached.set_result(message)
            case dk.RkeAuthRequest():
                self._prove(message)
            case dk.Event():
                self._event(message)
            case dk.PassThrough():
                pass  # the maker's app is not on this line
            case _:
                self.send(wrong_parameters())

    def _apdu(self, request: dk.ApduRequest) -> None:
        """The secure element answers; the framework, which pairs owners, is reached by NFC."""
        if request.kind is not dk.ApduKind.SECURE_ELEMENT:
            self.send(complete(dk.CommandComplete.GENERAL_ERROR))
            return
        applet = self._inside.applet
        applet.last_outcome = None
        answer = applet.process(request.apdu)
        if applet.last_outcome is Outcome.FIRST_APPROACH and self.new_bond is not None:
            self._bonds.keep(self.key.key_id, self.new_bond)
            self.new_bond = None
        self.send(dk.ApduResponse(kind=request.kind, apdu=answer))

    def _prove(self, request: dk.RkeAuthRequest) -> None:
        signed = self._press.signed_data(request.challenge) if self._press is not None else None
        if signed is None:
            self.send(complete(dk.CommandComplete.GENERAL_ERROR))
            return
        self.send(dk.RkeAuthResponse(signature=self._inside.sign(self.key.private, signed)))

    def _event(self, event: dk.Event) -> None:
        if event.category == dk.EventCategory.VEHICLE_STATUS and self._press is not None:
            self._press.hear(*dk.remote_status_of(event, self._inside.settings()))
            if self._press.done:
                self._press = None
        elif event.category == dk.EventCategory.COMMAND_COMPLETE:
            if event.code == dk.CommandComplete.DESELECT_SE:
                self._inside.applet.reset()
        elif event.category == dk.EventCategory.RANGING_STATUS and event.code in (
            dk.RangingStatus.TERMINATED,
            dk.RangingStatus.NOT_REQUIRED,
        ):
            self._ranging.end()

    def _sync_time(self, event_count: int, t_ns: int) -> None:
        self.send(
            dk.TimeSync(
                event_count=event_count,
                device_time_us=round(self._ranging.clock.us(t_ns)),
                uncertainty=_UNCERTAINTY,
                skew_available=True,
                max_ppm=MOST_PPM,
                success=True,
                retry_delay=0,
            )
        )
