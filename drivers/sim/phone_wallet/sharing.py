"""The owner's side of sharing, on one platform's share sheet."""

from __future__ import annotations

from dataclasses import replace

from drivers.api.backend import Internet
from drivers.api.errors import ActionRefused
from drivers.api.sharing import (
    Shared,
    ShareRequest,
    ShareSheet,
    ShareState,
    SharingWallet,
)
from drivers.sim.phone.platforms import PAIRS_OF_ONE_SYSTEM
from drivers.sim.phone_wallet.entries import Asked, Entries, Entry
from drivers.sim.phone_wallet.handset import Handset
from drivers.sim.phone_wallet.slots import free_slot, use_up


class VirtualSharing(SharingWallet):
    """Needs the app and a connection; how many shares there may be, the server knows."""

    def __init__(self, handset: Handset, entries: Entries) -> None:
        self._handset = handset
        self._entries = entries

    def sheet(self, vehicle: bytes) -> ShareSheet:
        entry = self._entries.main(vehicle)
        internet = self._reach()
        offered = internet.sharing.sheet(entry.key.key_id, self._handset.facts)
        own = self._handset.traits.channels
        return replace(offered, channels=tuple(c for c in own if c in offered.channels))

    def share(self, vehicle: bytes, request: ShareRequest) -> Shared:
        sheet = self.sheet(vehicle)
        _require_offered(sheet, request)
        entry, settings = self._entries.main(vehicle), self._handset.element.settings
        slot = free_slot(entry.key, settings)
        if request.code is None:
            request = replace(request, code=self._handset.traits.code)
        key_id, facts = entry.key.key_id, self._handset.facts
        shared = self._reach().sharing.invite(key_id, facts, request, slot.identifier)
        use_up(entry.key, settings, slot)
        entry.asked[shared.share_id] = Asked(request, slot.identifier)
        return shared

    def shares(self, vehicle: bytes) -> tuple[ShareState, ...]:
        """The list; without a connection as it was seen last."""
        entry = self._entries.main(vehicle)
        if (internet := self._handset.line.internet) is not None:
            self._refresh(entry, internet)
        return entry.shares

    def stop(self, vehicle: bytes, share_id: str) -> None:
        entry = self._entries.main(vehicle)
        internet = self._reach()
        internet.sharing.stop(entry.key.key_id, share_id)
        self._refresh(entry, internet)

    def _reach(self) -> Internet:
        internet = self._handset.line.reach()
        self._handset.software.require_current()
        return internet

    def _refresh(self, entry: Entry, internet: Internet) -> None:
        words = self._handset.traits.shown
        seen = internet.sharing.shares(entry.key.key_id)
        entry.shares = tuple(replace(s, shown=words.get(s.state, s.state)) for s in seen)


def _require_offered(sheet: ShareSheet, request: ShareRequest) -> None:
    """Raises ActionRefused for what the share sheet does not have."""
    if request.channel not in sheet.channels:
        raise ActionRefused(f"this phone does not offer to share by {request.channel.value}")
    receivers = PAIRS_OF_ONE_SYSTEM.get(request.channel)
    if receivers is not None and request.receiver not in receivers:
        raise ActionRefused(f"{request.channel.value} does not reach the recipient's phone")
    if missing := request.restrictions.used - frozenset(sheet.limits):
        names = ", ".join(sorted(missing))
        raise ActionRefused(f"restrictions not offered for this key: {names}")
