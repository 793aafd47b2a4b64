"""The vehicle's half of reconciliation: what happened here, told; what the server knows, applied.

Pure logic over the key server's contract: no device, no thread. While it is offline the vehicle
decides alone; whatever it decided holds afterwards, because the server hears of it first.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from drivers.api.clock import Clock
from rig.digital_key.crypto import PublicKey
from rig.digital_key.secrets import Secret
from rig.key_server.contract import KeyServer
from rig.key_server.errors import EventsMissing, NotFound, OfferRefused, Refused
from rig.key_server.invitations import CodeEntry
from rig.key_server.keys import EventKind, VehicleEvent, VehicleReport, VehicleView
from rig.key_server.pairing import VehiclePairing
from rig.key_server.readings import KeyKind
from rig.vehicle.errors import NotEnrolled, Offline
from rig.vehicle.event_journal import EventJournal, MemoryJournal
from rig.vehicle.keyring import Keyring
from rig.vehicle.keys import CARD, OWNER, Key, KeyState, Origin
from rig.vehicle.readings import VehicleReadings
from rig.vehicle.server_view import apply_view

_ENDS = (EventKind.DELETED, EventKind.PRE_DELETION_OVER, EventKind.REPLACED)
_ROUNDS = 5  # renumbering, and telling of what the server did not expect, take one more each


class Telematics:
    """One vehicle's line to its key server. Safe to use from several threads.

    ``pairing`` is the open pairing as of the last ``sync``; ``online`` whether there is a network.
    """

    def __init__(
        self,
        keyring: Keyring,
        clock: Clock,
        *,
        server: KeyServer | None = None,
        readings: VehicleReadings | None = None,
        journal: EventJournal | None = None,
    ) -> None:
        self.online = True
        self.pairing: VehiclePairing | None = None
        self.readings = readings or VehicleReadings()
        self.keyring = keyring
        self._clock = clock
        self._server = server
        self._journal = journal or MemoryJournal()
        self._agreed = journal is not None  # with the server, where the numbers of events go on
        self._syncing = threading.Lock()  # one conversation with the server at a time

    # --- the line ----------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether the server can be reached now."""
        return self.online and self._server is not None

    @property
    def receipt_key(self) -> PublicKey | None:
        """The key that signs tracking receipts; built into a vehicle, so known offline too."""
        return None if self._server is None else self._server.receipt_key

    def connect(self, server: KeyServer | None) -> None:
        """From now on this is the server. One that knows other events gets ours in its numbers."""
        with self._syncing:
            self._agreed = self._agreed and server is self._server
            self._server, self.pairing = server, None

    def reset(self) -> None:
        """For the next test: online, nothing untold. What the server knows stays with it."""
        with self._syncing, self.keyring.lock:
            self._journal.clear()
            self.online, self.pairing = True, None

    @property
    def untold(self) -> tuple[VehicleEvent, ...]:
        """What the server has not acknowledged."""
        return self._journal.untold()

    def sync(self) -> VehicleView | None:
        """Tell what is untold and apply the answer; None while offline.

        Raises KeyServerError; then all of it is told again the next time.
        """
        with self._syncing:
            if not self.connected:
                return None
            assert self._server is not None  # noqa: S101 - connected
            view = self._reconcile(self._server)
            self.pairing = self._server.tokens.for_vehicle(self.keyring.identifier)
            return view

    def _reconcile(self, server: KeyServer) -> VehicleView:
        if not self._agreed:
            self._agree(server)
        for _ in range(_ROUNDS):
            with self.keyring.lock:
                events, last = self._journal.untold(), self._journal.last
                known = {key.key_id for key in self.keyring if key.tracked}
            try:
                view = server.reconciliation.reconcile(
                    VehicleReport(self.keyring.identifier, events)
                )
            except EventsMissing as exc:  # the server was put back to an earlier state
                self._number_from(exc.expected)
                continue
            if view.acknowledged > last:  # it took ours for others it has heard: tell them anew
                self._number_from(view.acknowledged + 1)
                continue
            with self.keyring.lock:
                self._journal.acknowledge(view.acknowledged)
                if self._apply(view, known):
                    return view
        raise Refused("vehicle and key server do not come to one view")

    def _agree(self, server: KeyServer) -> None:
        """Have the untold events follow those that the server has heard already.

        It would take events under numbers it knows for ones it was told before.
        """
        heard = server.reconciliation.reconcile(VehicleReport(self.keyring.identifier))
        self._number_from(heard.acknowledged + 1)
        self._agreed = True

    def _number_from(self, first: int) -> None:
        """What happens meanwhile gets its number before, or after."""
        with self.keyring.lock:
            self._journal.renumber(first)

    def _apply(self, view: VehicleView, known: set[bytes]) -> bool:
        """Whether that is the end of it: the server expects no key that has ended here."""
        ended = apply_view(self.keyring, view, known)
        untold = self._journal.untold()
        reported = {event.key_id for event in untold if event.kind in _ENDS}
        for key_id in set(ended) - reported:
            # Such as a main key that was deleted here before its phone had it tracked.
            self._journal.append(EventKind.DELETED, self._clock.utc(), key_id)
        self._redo(untold)
        return not ended

    def _redo(self, events: Iterable[VehicleEvent]) -> None:
        """What happened while the server answered holds against its answer."""
        for event in events:
            key = self.keyring.by_id(event.key_id) if event.key_id else None
            if event.kind is EventKind.ACTIVATED and key and key.state is KeyState.ACTIVE:
                key.activated = True

    # --- what happens here -------------------------------------------------------------------

    def used(self, key: Key) -> None:
        """A key unlocked, locked or started the vehicle; revoked ones are gone then (DK-REV-03)."""
        kind = KeyKind.CARD if key.role == CARD else KeyKind.DIGITAL
        with self.keyring.lock:
            if kind is KeyKind.CARD:
                self._note(EventKind.CARD_USED)
            else:
                self._note(EventKind.USED, key)
            if key.state is KeyState.ACTIVE and key.opens:
                self._end_pre_deletions(kind)

    def fob_used(self) -> None:
        """The fob unlocked, locked or started the vehicle."""
        with self.keyring.lock:
            self._note(EventKind.FOB_USED)
            self._end_pre_deletions(KeyKind.FOB)

    def paired(self, key: Key) -> Key:
        """A new main key, which the server may have told of already; the one before ends at once.

        Returns the key as it is enrolled. Raises NotEnrolled.
        """
        with self.keyring.lock:
            before = [k for k in self.keyring if k.role == OWNER and k.key_id != key.key_id]
            enrolled = self.keyring.enrol_main(key)
            enrolled.origin = Origin.PAIRED
            for each in before:
                if self.readings.shared_keys_on_replacement == "re_invite":
                    self.keyring.burn_given(each.key_id)
                if each.tracked or each.origin is not Origin.PROVISIONED:
                    self._note(EventKind.REPLACED, each)
            return enrolled

    def activate(self, key: Key, code: Secret | None = None) -> None:
        """The holder confirms a shared key on the screen, with its code if it was given one.

        Raises Refused for a wrong code or a missing one, NotEnrolled for a key that has ended or
        awaits a code on its phone, Offline where a code cannot be checked.
        """
        if code is not None:
            self._enter_code(key, code)
        elif self.awaits_code(key):
            raise OfferRefused(f"{key.name} awaits its activation code")
        with self.keyring.lock:
            if not (self.keyring.holds(key) and key.state is KeyState.ACTIVE and key.opens):
                raise NotEnrolled(f"{key.name} is not active")
            key.activated = True
            self._note(EventKind.ACTIVATED, key)

    def awaits_code(self, key: Key) -> bool:
        """Whether the key's activation code is to be typed in here; offline, as last heard."""
        if not self.connected:
            return key.awaits_code
        server = self._reachable()
        try:
            invitation_id = server.tracking.key(key.key_id).invitation_id
        except NotFound:  # provisioned by the bench
            return False
        if invitation_id is None:
            return False
        invitation = server.shares.invitation(invitation_id)
        wanted = invitation.offer.code in (CodeEntry.VEHICLE, CodeEntry.EITHER)
        return wanted and invitation.code_entered is None

    def delete(self, key: Key) -> None:
        """Somebody who may deletes a key in the vehicle's menu: gone at once."""
        with self.keyring.lock:
            if self.keyring.holds(key):
                self.keyring.delete(key)
                if self.readings.shared_keys_without_main_key == "deleted":
                    self.keyring.burn_given(key.key_id)
                self._note(EventKind.DELETED, key)

    def enter_token(self, token: Secret) -> None:
        """The manual token of a letter is typed in; the pairing it opens is fetched.

        Raises Offline, Refused.
        """
        self._reachable().tokens.enter_token(self.keyring.identifier, token)
        self.sync()

    # --- within ------------------------------------------------------------------------------

    def _enter_code(self, key: Key, code: Secret) -> None:
        server = self._reachable()
        invitation_id = server.tracking.key(key.key_id).invitation_id
        if invitation_id is None:
            raise NotEnrolled(f"{key.name} is no shared key")
        server.sharing.enter_code(invitation_id, code, CodeEntry.VEHICLE)

    def _reachable(self) -> KeyServer:
        if not self.online or self._server is None:
            raise Offline("the vehicle is offline")
        return self._server

    def _end_pre_deletions(self, kind: KeyKind) -> None:
        if kind not in self.readings.ends_pre_deletion:
            return
        for key in self.keyring:
            if key.state is KeyState.PRE_DELETION:
                self.keyring.delete(key)
                self._note(EventKind.PRE_DELETION_OVER, key)

    def _note(self, kind: EventKind, key: Key | None = None) -> None:
        self._journal.append(kind, self._clock.utc(), None if key is None else key.key_id)
