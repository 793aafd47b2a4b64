"""When a phone looks for its vehicle, connects, and what it does on the link.

While it is near, allowed to, and holds a key whose vehicle it can find: it scans, connects at an
advert, encrypts with its bond or makes its first approach, opens the channel, and talks. When a
link is lost or refused, it waits a second and begins again.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

from bumble import core, hci
from bumble.l2cap import L2CAP_LE_Credit_Based_Connection_Response as Answer
from bumble.l2cap import L2capError

from drivers.sim.ble_air import BleAir
from drivers.sim.phone.wallet import HeldKey
from drivers.sim.phone_ble.bonds import Bonds, Service, VehicleBond
from drivers.sim.phone_ble.dialogue import Dialogue
from drivers.sim.phone_ble.inside import Inside
from drivers.sim.phone_ble.link import NoService, PhoneLink
from drivers.sim.phone_ble.misbehaviour import BleFault, BleMisbehaviour, Step
from drivers.sim.phone_ble.pairing import NotPaired, first_approach
from drivers.sim.phone_ble.radio import SCAN_INTERVAL_MS, PhoneRadio
from drivers.sim.phone_ble.ranging import PhoneRanging

_PAUSE_S = 1.0  # before it tries again
_RANGES_ON_S = 2.0  # how long after the link has gone
_ALTERED = hci.HCI_ErrorCode.CONNECTION_TERMINATED_DUE_TO_MIC_FAILURE_ERROR
_NO_SUCH_CHANNEL = Answer.Result.CONNECTION_REFUSED_LE_PSM_NOT_SUPPORTED


class _Over(Exception):
    """This link has no future."""


class Central:
    """All in the air's thread; ``update`` is called whenever anything may have changed."""

    def __init__(
        self,
        air: BleAir,
        inside: Inside,
        ranging: PhoneRanging,
        misbehave: BleMisbehaviour,
        chance: random.Random,
        address: str,
    ) -> None:
        self.bonds = Bonds()
        self.dialogue: Dialogue | None = None
        self._air, self._inside, self._ranging = air, inside, ranging
        self._misbehave, self._chance = misbehave, chance
        self._address = address
        self._radio: PhoneRadio | None = None
        self._link: PhoneLink | None = None
        self._link_key: HeldKey | None = None
        self._task: asyncio.Task[None] | None = None
        self._last: asyncio.Task[None] | None = None
        self._stop_ranging: asyncio.TimerHandle | None = None

    def update(self) -> None:
        """See where the phone is and what it may do, and begin or end what follows from it."""
        near, keys = self._inside.motion() is not None, self._targets()
        if self._radio is not None:
            self._air.set_range(self._radio.controller, within=near)
        if self._link is not None:
            if self._link_key is not None and not any(key is self._link_key for key in keys):
                self._link.drop()
                self._ranging.end()
        elif not near or not keys:
            self._give_up()
        if near and keys and self._task is None:
            self._task = asyncio.ensure_future(self._stay_in_touch())

    def end(self) -> None:
        """End the link that there is: the phone is put away, or put back to an earlier state."""
        self._ranging.end()
        if self._link is not None:
            self._link.drop()
        else:
            self._give_up()

    def _targets(self) -> tuple[HeldKey, ...]:
        """The keys that may be used now, and whose vehicles it can find."""
        if not self._inside.allowed():
            return ()
        return tuple(key for key in self._inside.held() if key.bluetooth)

    def _give_up(self) -> None:
        """Stop looking for a vehicle; there is no link."""
        if self._task is not None:
            self._task.cancel()
            self._last, self._task = self._task, None

    async def _stay_in_touch(self) -> None:
        mine = self._task
        if self._last is not None:
            await asyncio.wait((self._last,))  # until it has let go of the radio
        try:
            while (keys := self._targets()) and self._inside.motion() is not None:
                with suppress(core.BaseBumbleError):  # no connection came about
                    await self._visit(keys)
                await asyncio.sleep(_PAUSE_S)
        finally:
            if self._task is mine:
                self._task = None

    async def _visit(self, keys: tuple[HeldKey, ...]) -> None:
        """From the first scan to the end of the link, with the vehicle that is heard first."""
        radio = await self._powered()
        phase_s = self._chance.random() * SCAN_INTERVAL_MS / 1000
        heard = await radio.seek([key.bluetooth for key in keys], phase_s)
        key = next(key for key in keys if key.bluetooth == heard)
        link = await radio.connect(heard)
        self._link, self._link_key = link, key
        self.update()  # the key may have gone meanwhile
        self._keep_ranging()
        talk = asyncio.ensure_future(self._talk(radio, link, key))
        link.lost.add_done_callback(lambda _reason: talk.cancel())
        try:
            await asyncio.wait((talk,))
            if not talk.cancelled():
                talk.result()  # what is not foreseen there is not hidden here
            if not link.lost.done():
                link.drop()
                await link.lost
        finally:
            talk.cancel()
            self._link_gone(link)

    async def _talk(self, radio: PhoneRadio, link: PhoneLink, key: HeldKey) -> None:
        """Everything that is done on a link; it ends with it, or when nothing can come of it."""
        bond = self.bonds.of(key.key_id)
        dialogue = self.dialogue = self._dialogue(link, key)
        try:
            self._may_drop(Step.CONNECTED)
            await self._encrypt(radio, link, key, bond)
            service = await self._service(link, key)
            await link.open(service.spsm, dialogue.take)
            self._may_drop(Step.CHANNEL_OPENED)
            if bond is None and not self._misbehave.does(BleFault.NO_FIRST_APPROACH):
                dialogue.new_bond = await first_approach(radio, link, dialogue)
                self._may_drop(Step.PAIRED)
            if link.encrypted or self._misbehave.does(BleFault.UNENCRYPTED):
                dialogue.begin()
            await link.lost
        except L2capError as exc:
            if exc.error_code == _NO_SUCH_CHANNEL:
                self.bonds.forget_service(key.key_id)
        except (_Over, NotPaired, NoService, core.BaseBumbleError, TimeoutError):
            pass  # the link is ended by whoever waits for this

    async def _encrypt(
        self, radio: PhoneRadio, link: PhoneLink, key: HeldKey, bond: VehicleBond | None
    ) -> None:
        if bond is None or self._misbehave.does(BleFault.UNENCRYPTED):
            return
        try:
            await radio.encrypt(link, bond)
        except hci.HCI_Error as exc:
            if exc.error_code == hci.HCI_ErrorCode.PIN_OR_KEY_MISSING_ERROR:
                self.bonds.forget(key.key_id)  # the next time is a first approach again
            raise _Over from exc
        except asyncio.CancelledError:
            if link.lost.done() and link.lost.result() == _ALTERED:
                self.bonds.forget(key.key_id)  # the two do not have the same key any more
            raise
        self._may_drop(Step.ENCRYPTED)

    async def _service(self, link: PhoneLink, key: HeldKey) -> Service:
        """What it knows of the vehicle's service, or reads now."""
        service = self.bonds.service(key.key_id)
        if service is None:
            service = await link.read_service()
            self.bonds.keep_service(key.key_id, service)
        self._may_drop(Step.SERVICE_READ)
        return service

    def _dialogue(self, link: PhoneLink, key: HeldKey) -> Dialogue:
        return Dialogue(self._inside, self._ranging, self._misbehave, self.bonds, key, link)

    def _may_drop(self, step: Step) -> None:
        if self._misbehave.drops_at(step):
            raise _Over

    async def _powered(self) -> PhoneRadio:
        if self._radio is None:
            self._radio = PhoneRadio(self._air, self._address)
        await self._radio.power_on()
        return self._radio

    def _keep_ranging(self) -> None:
        """The link is there again."""
        if self._stop_ranging is not None:
            self._stop_ranging.cancel()
            self._stop_ranging = None

    def _link_gone(self, link: PhoneLink) -> None:
        if self.dialogue is not None:
            self.dialogue.end()
            self.dialogue = None
        if self._link is link:
            self._link = self._link_key = None
        loop = asyncio.get_running_loop()
        self._keep_ranging()
        self._stop_ranging = loop.call_later(_RANGES_ON_S, self._ranging.end)
