"""The virtual phone as a device on the bench."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from drivers.api.attested import DeviceMaker
from drivers.api.backend import Internet, InternetUser, PhoneFacts
from drivers.api.ble import HciAir
from drivers.api.device import Finding, Identity
from drivers.api.maker_app import Installed
from drivers.api.phone import Phone
from drivers.api.phone_controls import KeyOption, RemoteKey
from drivers.api.restorable import Restorable
from drivers.api.sharing import Platform
from drivers.sim.phone.back import Back
from drivers.sim.phone.holder import VirtualHolder, holder_of
from drivers.sim.phone.line import Line, VirtualRadios
from drivers.sim.phone.makers import maker_root
from drivers.sim.phone.no_remote import NoRemote
from drivers.sim.phone.passive import bluetooth_of
from drivers.sim.phone.platforms import TRAITS
from drivers.sim.phone.power import Charge, Supply, VirtualBattery
from drivers.sim.phone.routing import Router
from drivers.sim.phone.screen import VirtualOptions, VirtualScreen
from drivers.sim.phone_app.app import VirtualApp
from drivers.sim.phone_framework.endpoint import EndpointFactory
from drivers.sim.phone_framework.traits import Traits
from drivers.sim.phone_wallet.entries import Remembered
from drivers.sim.phone_wallet.handset import Handset, Software
from drivers.sim.phone_wallet.wallet import VirtualWallet
from drivers.sim.world import World

if TYPE_CHECKING:
    from drivers.sim.phone_ble.half import BluetoothHalf, BluetoothMemory


@dataclass(frozen=True, slots=True)
class _Memory:
    """A phone at one moment."""

    keys: Remembered
    charge: Charge
    locked: bool
    options: dict[KeyOption, bool]
    airplane: bool
    cellular: bool
    nfc: bool
    bluetooth_on: bool
    installed: Installed
    account: str | None
    bluetooth: BluetoothMemory | None


class VirtualPhone(VirtualHolder, Phone, InternetUser, DeviceMaker, Restorable):
    """A phone of one platform, by its owner's hand and by the fields it is held to.

    Its keys work with the field alone, whatever its network does. It is locked at first, as in a
    pocket, with settings under which a locked phone works. Switched off by its owner, or with its
    reserve over, it does not enter a field at all; locked, with a setting that asks for
    authentication, it is there and refuses (see ``routing``). Like many phones it shows no
    historical bytes, so its ATR says nothing about it. With an air it has Bluetooth and looks for
    its vehicle whenever it is near; ``bluetooth`` is that half of it, None where there is no air.
    """

    kind = "phone"

    def __init__(  # noqa: PLR0913 - the options of a bench file
        self,
        world: World,
        wallet: Path | None = None,
        holder: str = "",
        *,
        platform: Literal["ios", "pixel", "samsung"] = "ios",
        ultra_wideband: bool = True,
        watch_capable: bool = True,
        model: str = "",
        system: str = "",
        provider: str = "lab mobile",
        market: str = "US",
        reserve_h: float = 5.0,
        air: HciAir | None = None,
    ) -> None:
        """``holder`` is the phone's entry in the wallet file; without a file it has no keys yet.

        ``model`` and ``system`` are the platform's newest unless they are given. ``reserve_h``:
        how long an empty phone's secure element goes on. ``air``: a ``sim.ble_air``; without one it
        has no Bluetooth. Raises as ``holder_of`` does, and DriverError for any other air.
        """
        traits = TRAITS[Platform(platform)]
        super().__init__(world, holder_of(wallet, holder, self.kind), holder, traits.ecp)
        self.platform, self.ultra_wideband = traits.platform, ultra_wideband
        facts = PhoneFacts(
            self.platform, model or traits.model, system or traits.system, provider, market
        )
        self._build_controls(reserve_h)
        self._build_software(facts, watch_capable=watch_capable)
        world.listen_behind(self, Back(self.battery, self.app.open_card))
        world.clock.after_advance(self._refresh)
        self.bluetooth: BluetoothHalf | None = None
        if air is not None:
            self.bluetooth = bluetooth_of(self, self._element, air, world)
        self.remote: RemoteKey = self.bluetooth.remote if self.bluetooth else NoRemote()

    def _build_controls(self, reserve_h: float) -> None:
        """What its owner's hand finds on the outside."""
        world, traits = self._world, TRAITS[self.platform]
        self.battery: VirtualBattery = VirtualBattery(world.clock, reserve_h, self._power_changed)
        self.radios: VirtualRadios = VirtualRadios(
            self._network_changed, lambda: self.battery.running
        )
        running = self.battery.require_running
        self.screen: VirtualScreen = VirtualScreen(traits, running)
        self.options: VirtualOptions = VirtualOptions(
            traits, self.ultra_wideband, running, self._refresh
        )

    def _build_software(self, facts: PhoneFacts, *, watch_capable: bool) -> None:
        """Wallet, app, and which of the two applications a reader reaches."""
        world, traits = self._world, TRAITS[self.platform]
        self._line = Line(self.radios, self.battery)
        self._handset = Handset(traits, facts, self._line, Software(), self._element, watch_capable)
        self._maker = maker_root(self.platform)
        endpoints = EndpointFactory(self._maker, world.clock.utc)
        self.wallet: VirtualWallet = VirtualWallet(
            self._handset, endpoints, Traits(now_ns=world.clock.now_ns)
        )
        self.sharing = self.wallet.sharing
        framework = self.wallet.pairing.framework
        self._router = Router(self._element.applet, framework, self._supply, self._may_be_used)
        self.app: VirtualApp = VirtualApp(self._handset, self.wallet, lambda: self._router.sought)

    @property
    def watch_capable(self) -> bool:
        """Whether its keys can be added to a watch."""
        return self._handset.watch_capable

    @property
    def internet(self) -> Internet | None:
        """What it reaches now."""
        return self._line.internet

    def connect(self, internet: Internet | None) -> None:
        self._line.lent = internet
        self.wallet.connected()

    def root_certificate(self) -> bytes:
        return self._maker.certificate

    def present(self, at: str) -> None:
        self.screen.presented()
        self._router.sought = False
        self.wallet.catch_up()
        super().present(at)

    def withdraw(self) -> None:
        super().withdraw()
        self._router.sought = False

    def state(self) -> object:
        return _Memory(
            keys=self.wallet.remember(),
            charge=self.battery.charge_now,
            locked=self.screen.locked,
            options=dict(self.options.values),
            airplane=self.radios.airplane,
            cellular=self.radios.cellular,
            nfc=self.radios.nfc,
            bluetooth_on=self.radios.bluetooth,
            installed=self._handset.software.installed,
            account=self.app.account,
            bluetooth=self.bluetooth.state() if self.bluetooth else None,
        )

    def restore(self, state: object) -> None:
        self._restore(cast("_Memory", state))

    def clear(self) -> None:
        """No keys, charged and running, on the air, locked; the app is there and signed out."""
        self._restore(
            _Memory(
                keys=Remembered((), ()),
                charge=Charge(),
                locked=True,
                options=dict.fromkeys(self.options.values, True),
                airplane=False,
                cellular=True,
                nfc=True,
                bluetooth_on=True,
                installed=Installed.CURRENT,
                account=None,
                bluetooth=None,
            )
        )

    def identity(self) -> Identity:
        state = "online" if self.radios.online else "airplane mode"
        maker = {Platform.IOS: "iOS"}.get(self.platform, "Android")
        details = {"system": f"{maker} {self._handset.facts.system}, simulated"}
        return replace(super().identity(), firmware=f"simulated, {state}", details=details)

    def self_test(self) -> tuple[Finding, ...]:
        state = "on" if self.radios.online else "off; NFC does without it"
        return (*super().self_test(), Finding(f"network {state}", ok=True))

    def _restore(self, memory: _Memory) -> None:
        self.withdraw()
        self.app.kill()
        self.screen.locked = memory.locked
        self.screen.presented()
        self.options.values = dict(memory.options)
        self.battery.charge_now = memory.charge
        self.radios.airplane, self.radios.cellular = memory.airplane, memory.cellular
        self.radios.nfc, self.radios.bluetooth = memory.nfc, memory.bluetooth_on
        self._handset.software.installed = memory.installed
        self.app.account = memory.account
        self.wallet.put_back(memory.keys)
        if self.bluetooth is not None:
            self.bluetooth.restore(memory.bluetooth)

    def close(self) -> None:
        super().close()
        if self.bluetooth is not None:
            self.bluetooth.close()

    def _refresh(self) -> None:
        super()._refresh()
        self._tell_bluetooth()

    def _tell_bluetooth(self) -> None:
        """Whether it may connect may have changed; while it is built there is nothing to tell."""
        if (bluetooth := getattr(self, "bluetooth", None)) is not None:
            bluetooth.update()

    def _process(self, apdu: bytes) -> bytes | None:
        return self._router.process(apdu)

    def _reset(self) -> None:
        self._router.reset()

    def _supply(self) -> Supply:
        return self.battery.supply(works_without_screen=self.options.works_locked)

    def _is_fed(self) -> bool:
        return self.radios.nfc and self._supply() is not Supply.NOTHING

    def _may_be_used(self) -> bool:
        """Whether the applet is there; a phone with a screen asks for its owner if it is not."""
        if self.options.works_locked or not self.screen.locked:
            return True
        self.screen.ask()
        return False

    def _power_changed(self) -> None:
        """Whatever happened: the screen is locked after it, and pairing is over if it is off."""
        self.screen.locked = True
        if not self.battery.running:
            self.app.kill()
            self.wallet.pairing.give_up()
        self._refresh()
        self.wallet.sync()

    def _network_changed(self) -> None:
        self._refresh()
        self.wallet.sync()
