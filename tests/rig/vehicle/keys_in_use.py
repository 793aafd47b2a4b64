"""Owners and friends of the key-life histories: they pair, share, accept, come and use."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    multiple,
    rule,
)

from rig.digital_key.errors import DigitalKeyError
from rig.key_server.errors import Refused, SharesExhausted
from rig.key_server.invitations import CodeEntry, Platform
from rig.key_server.keys import KeyState as ServerState
from rig.key_server.readings import Counting, Readings
from rig.key_server.vehicles import Variant
from rig.vehicle.errors import NotEnrolled
from rig.vehicle.first_use import examined
from rig.vehicle.keys import KeyState
from tests.rig.key_server import bookkeeping
from tests.rig.key_server.lab import ROOT, an_offer, open_lab
from tests.rig.vehicle.histories import Friend, Given, Main, World, attested_by

LIMIT = 2
READINGS = st.builds(
    Readings,
    counting=st.builds(
        Counting, pending=st.booleans(), pre_deletion=st.booleans(), watch_copies=st.booleans()
    ),
    limits=st.just(dict.fromkeys(Variant, LIMIT)),
    full_function=st.sampled_from(["on_acceptance", "on_screen"]),
    shared_keys_on_replacement=st.sampled_from(["survive", "re_invite"]),
    shared_keys_without_main_key=st.sampled_from(["kept", "deleted"]),
)


RARELY = st.sampled_from([False, False, False, True])


class KeysInUse(RuleBasedStateMachine):
    """One vehicle, owners one after the other, friends with phones and watches."""

    mains: Bundle[Main] = Bundle("mains")
    invitations: Bundle[Given] = Bundle("invitations")
    friends: Bundle[Friend] = Bundle("friends")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="key-lives-")
        self.restarts = 0

    @initialize(target=mains, readings=READINGS)
    def set_up(self, readings: Readings) -> Main:
        self.readings = readings
        path = Path(self.folder.name) / "keys.sqlite"
        self.world = World(open_lab(path, readings=readings))
        self.tables = bookkeeping.connect(path)
        main = self.pair(tracked=True)
        self.reconcile_until_answered()
        self.refill(main)
        return main

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.tables.close()
            self.world.lab.server.close()
        self.folder.cleanup()

    # --- owners ------------------------------------------------------------------------------

    def pair(self, *, tracked: bool) -> Main:
        before = [k for k in self.world.keyring if k.role == "owner"]
        main = self.world.pair()
        self.world.must_not_open |= {key.key_id for key in before}
        if tracked:
            self.world.track(main)
        return main

    @rule(target=mains, tracked=st.booleans(), really=RARELY)
    def pair_a_new_phone(self, tracked: bool, really: bool) -> Main | MultipleResults[Main]:
        return self.pair(tracked=tracked) if really else multiple()

    @rule(main=mains)
    def have_it_tracked_later(self, main: Main) -> None:
        attempt(lambda: self.world.track(main))

    @rule(main=mains)
    def refill_in_the_tray(self, main: Main) -> None:
        self.refill(main)

    def refill(self, main: Main) -> None:
        if self.world.keyring.holds(main.key) and main.key.tracked:
            main.slots += self.world.keyring.give_out(2 - len(main.slots), main.key.key_id)

    # --- sharing -----------------------------------------------------------------------------

    @rule(target=friends, first_use=st.booleans())
    def share_with_the_next_friend(self, first_use: bool) -> Friend | MultipleResults[Friend]:
        """All at once, so that histories get on."""
        main = next((m for m in self.world.mains if self.world.keyring.holds(m.key)), None)
        if main is None:
            main = self.pair(tracked=True)
        attempt(lambda: self.world.track(main))
        self.reconcile_until_answered()
        self.refill(main)
        given = self.share(main, CodeEntry.NONE)
        friend = self.accept(given) if isinstance(given, Given) else given
        if not isinstance(friend, Friend):
            return multiple()
        if first_use:
            self.a_friend_comes(friend)
        return friend

    @rule(target=invitations, main=mains, code=st.sampled_from([CodeEntry.NONE, CodeEntry.PHONE]))
    def share(self, main: Main, code: CodeEntry) -> Given | MultipleResults[Given]:
        if not main.slots:
            return multiple()
        slot, taken = main.slots[0], self._taken()
        try:
            sent = self.world.lab.server.sharing.invite(main.key_id, an_offer(code=code), slot)
        except SharesExhausted:
            assert taken >= LIMIT, "refused for want of shares while there were some"
        except Refused:
            pass  # not tracked, or ended
        else:
            main.slots.pop(0)
            return Given(sent, main)
        return multiple()

    @rule(target=friends, given=invitations)
    def accept(self, given: Given) -> Friend | MultipleResults[Friend]:
        private = self.world.new_device()
        try:
            receipt = self.world.lab.server.sharing.accept(
                given.sent.link, private.public, Platform.PIXEL
            )
        except Refused:
            return multiple()
        return Friend(receipt, private, attested_by(given.main, receipt, private.public))

    @rule(given=invitations)
    def cancel(self, given: Given) -> None:
        invitation_id = given.sent.invitation.invitation_id
        attempt(lambda: self.world.lab.server.sharing.cancel(given.main.key_id, invitation_id))

    @rule(given=invitations, right=st.booleans())
    def enter_the_code(self, given: Given, right: bool) -> None:
        code = given.sent.code if right and given.sent.code is not None else ROOT
        invitation_id = given.sent.invitation.invitation_id
        server = self.world.lab.server
        attempt(lambda: server.sharing.enter_code(invitation_id, code, CodeEntry.PHONE))

    @rule(friend=friends)
    def add_a_watch(self, friend: Friend) -> None:
        server, watch = self.world.lab.server, self.world.new_device().public
        if attempt(lambda: server.tracking.track_watch(friend.receipt.key_id, watch)):
            self.world.copy(friend.receipt.key_id, watch)

    # --- use ---------------------------------------------------------------------------------

    @rule(friend=friends)
    def a_friend_comes(self, friend: Friend) -> None:
        slot = friend.receipt.slot.identifier
        key = self.world.keyring.by_slot(slot)
        if key is None:
            try:
                now = self.world.lab.clock.utc()
                brought = examined(friend.attestation, self.world.keyring, slot, now)
                key = self.world.keyring.enrol(brought)
            except (DigitalKeyError, NotEnrolled):
                return
            assert brought.key_id not in self.world.must_not_open, "a dead key came back"
        if key.public == friend.private.public:
            self.world.use(key)

    @rule(main=mains)
    def an_owner_comes(self, main: Main) -> None:
        key = self.world.keyring.by_slot(main.key.slot)
        if key is not None:
            assert key is main.key
            self.world.use(key)

    @rule(friend=friends)
    def activate_on_the_screen(self, friend: Friend) -> None:
        key = self.world.keyring.by_id(friend.receipt.key_id)
        self.world.telematics.online = False  # no code can be asked for
        try:
            if key is not None:
                self.world.telematics.activate(key)
        except NotEnrolled:
            pass
        finally:
            self.world.telematics.online = True

    @rule(card=st.booleans())
    def use_fob_or_card(self, card: bool) -> None:
        self.world.use_other(card=card)

    def reconcile_until_answered(self) -> None:
        self.world.telematics.sync()
        self.world.reconciled()
        self._one_view()

    def _one_view(self) -> None:
        """After reconciliation both hold the same keys, in the same state, and no slot is over."""
        lab, keyring = self.world.lab, self.world.keyring
        living = {k.key_id: k for k in lab.server.tracking.keys(lab.vehicle_id)}
        held = {k.key_id: k for k in keyring}
        waiting = {key_id for key_id, key in held.items() if not key.tracked}
        assert set(held) - waiting == set(living)
        assert len(waiting) <= 1, "only a new main key may be unknown to the server"
        for key_id, record in living.items():
            revoked = held[key_id].state is KeyState.PRE_DELETION
            assert revoked is (record.state is ServerState.PRE_DELETION)
            assert record.slot is not None
            assert held[key_id].slot == record.slot.identifier
        pending = {row[0] for row in self.tables.execute("SELECT identifier FROM slots")}
        left = {slot for m in self.world.mains if keyring.holds(m.key) for slot in m.slots}
        over = {slot for slot in self.world.given() if keyring.is_open(slot)} - pending - left
        assert not over, "a slot that nobody can use is open"

    def _taken(self) -> int:
        lab = self.world.lab
        lab.server.tracking.keys(lab.vehicle_id)  # so that what has expired is closed
        return bookkeeping.shares_taken(self.tables, lab.vehicle_id, self.readings.counting)


def attempt(operation: object) -> bool:
    """Whether the server did it."""
    assert callable(operation)
    try:
        operation()
    except Refused:
        return False
    return True
