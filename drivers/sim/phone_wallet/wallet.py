"""The wallet of a virtual phone."""

from __future__ import annotations

import threading
from contextlib import suppress

from drivers.api.backend import Internet
from drivers.api.errors import ActionRefused
from drivers.api.secret_text import SecretText
from drivers.api.wallet import Wallet, WalletAction, WalletKey
from drivers.sim.phone_framework.endpoint import EndpointFactory
from drivers.sim.phone_framework.traits import Traits
from drivers.sim.phone_wallet.entries import Entries, Remembered, Role
from drivers.sim.phone_wallet.handset import Handset
from drivers.sim.phone_wallet.links import Link, link_in
from drivers.sim.phone_wallet.pairing import WalletPairing
from drivers.sim.phone_wallet.receiving import Receiving
from drivers.sim.phone_wallet.sharing import VirtualSharing
from drivers.sim.phone_wallet.signing import Signing


class VirtualWallet(Wallet):
    """Keys of any number of vehicles, and their errands on the internet.

    Each part does one thing: ``pairing`` (owner), ``sharing`` (owner), receiving, signing. A real
    wallet is told by push what waits for it; this one looks when it comes online, when it is
    opened, and when the phone is held to something.
    """

    def __init__(self, handset: Handset, endpoints: EndpointFactory, traits: Traits) -> None:
        self._handset = handset
        self.entries = Entries(handset.element)
        self.pairing = WalletPairing(handset, self.entries, endpoints, traits, self.sync)
        self.sharing = VirtualSharing(handset, self.entries)
        self._receiving = Receiving(handset, self.entries)
        self._signing = Signing(self.entries)
        self._errands = threading.RLock()  # a reader's thread may bring a key home meanwhile

    def listed(self) -> tuple[WalletKey, ...]:
        self._open()
        return tuple(entry.shown for entry in self.entries)

    def actions(self, vehicle: bytes) -> dict[WalletAction, str]:
        self._open()
        entry = self.entries.of(vehicle)
        offered = {WalletAction.REMOVE, WalletAction.OPTIONS}
        if entry.role is Role.OWNER:
            offered.add(WalletAction.SHARE)
        if self._handset.watch_capable:
            offered.add(WalletAction.ADD_TO_WATCH)
        words = self._handset.traits.actions
        return {action: words[action] for action in WalletAction if action in offered}

    def remove(self, vehicle: bytes) -> None:
        """The applet forgets the key at once; the server hears of it as soon as it can."""
        self._handset.line.require_running()
        self.entries.remove(self.entries.of(vehicle))
        self.catch_up()

    def open_link(self, message: SecretText) -> None:
        self._handset.line.require_running()
        if link_in(message) is Link.SHARING:
            self._receiving.accept(message)
            return
        self._handset.software.require_current()
        internet = self._handset.line.reach()
        self.pairing.begin(internet.pairing.open_letter(message, self._handset.facts))

    def enter_code(self, vehicle: bytes, code: SecretText) -> None:
        self._handset.line.require_running()
        self._receiving.enter_code(vehicle, code)

    def catch_up(self) -> None:
        """Do what was left undone while there was no connection, if there is one now.

        Asks the server nothing when nothing was.
        """
        with self._errands:
            if (internet := self._handset.line.internet) is not None:
                self._report_removals(internet)
                self.pairing.track(internet)
                self._receiving.collect(internet)

    def connected(self) -> None:
        """The internet was lent: catch up, and sign what waits."""
        self.catch_up()
        if (internet := self._handset.line.internet) is not None:
            self._listen(internet)
            self._signing.serve(internet)

    def sync(self) -> None:
        """As ``connected``, and drop the keys that the server says have ended."""
        self.connected()
        if (internet := self._handset.line.internet) is None:
            return
        for entry in self.entries:
            if entry.pairing_id:
                continue
            with suppress(ActionRefused):  # a key that the server does not know: not its to end
                if internet.holder.standing(entry.key.key_id) == "deleted":
                    self.entries.drop(entry)

    def remember(self) -> Remembered:
        """All keys and errands, for ``put_back``."""
        return self.entries.remember()

    def put_back(self, remembered: Remembered) -> None:
        """Hold what was remembered; a pairing under way is given up."""
        self.pairing.give_up()
        self.entries.put_back(remembered)
        if (internet := self._handset.line.internet) is not None:
            self._listen(internet)

    def _open(self) -> None:
        self._handset.line.require_running()
        self.sync()

    def _report_removals(self, internet: Internet) -> None:
        for key_id in self.entries.removed:
            with suppress(ActionRefused):  # the server knows no such key, or not any more
                internet.holder.remove(key_id)
            self.entries.told(key_id)

    def _listen(self, internet: Internet) -> None:
        """Be told when something waits for the signature of a main key."""
        for entry in self.entries:
            if entry.role is Role.OWNER and not entry.pairing_id:
                with suppress(ActionRefused):  # a key that the server does not know
                    internet.signing.on_request(entry.key.key_id, self._pushed)

    def _pushed(self) -> None:
        """What comes while there is no connection waits at the server."""
        if (internet := self._handset.line.internet) is not None:
            self._signing.serve(internet)
