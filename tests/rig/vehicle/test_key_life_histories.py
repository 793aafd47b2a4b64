"""Random histories of one vehicle and its key server, the vehicle offline most of the time.

The vehicle's own keyring, telematics and first use are at work, against the emulated server: what
has ended opens nothing, no share is too many, no slot is left over, and both sides end as one.
"""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from rig.digital_key.errors import DigitalKeyError
from rig.key_server.emulated.server import EmulatedKeyServer
from rig.key_server.emulated.store import Store
from rig.key_server.errors import Refused, SharesExhausted, StoreError
from rig.key_server.invitations import CodeEntry, Platform
from rig.key_server.keys import KeyState as ServerState
from rig.key_server.readings import Counting, Readings
from rig.key_server.vehicles import Variant
from rig.vehicle.errors import NotEnrolled
from rig.vehicle.first_use import examined
from rig.vehicle.keys import Key, KeyState
from tests.rig.key_server import bookkeeping
from tests.rig.key_server.lab import ROOT, Draws, an_offer, open_lab
from tests.rig.vehicle.histories import Friend, Given, LostAnswers, Main, World, attested_by

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


class KeyLives(RuleBasedStateMachine):
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

    # --- ends --------------------------------------------------------------------------------

    @rule(friend=friends, heard_of=st.booleans())
    def revoke_in_the_wallet(self, friend: Friend, heard_of: bool) -> None:
        server, key_id = self.world.lab.server, friend.receipt.key_id
        for main in self.world.mains:
            if attempt(partial(server.revocation.by_owner, main.key_id, key_id)):
                self.world.revoked(key_id)
        if heard_of:
            self.reconcile_until_answered()

    @rule(friend=friends)
    def remove_by_its_holder(self, friend: Friend) -> None:
        key_id = friend.receipt.key_id
        if attempt(lambda: self.world.lab.server.revocation.by_holder(key_id)):
            self.world.ends_with_the_next_view |= self.world.family(key_id)

    @rule(main=mains, really=RARELY)
    def remove_the_main_key(self, main: Main, really: bool) -> None:
        if really and attempt(lambda: self.world.lab.server.revocation.by_holder(main.key_id)):
            self.world.ends_with_the_next_view |= {main.key_id}

    @rule(friend=friends)
    def delete_in_the_vehicle(self, friend: Friend) -> None:
        self._delete(self.world.keyring.by_id(friend.receipt.key_id))

    @rule(main=mains, really=RARELY)
    def delete_a_main_key_in_the_vehicle(self, main: Main, really: bool) -> None:
        if really:
            self._delete(self.world.keyring.by_id(main.key_id))

    def _delete(self, key: Key | None) -> None:
        if key is not None:
            self.world.telematics.delete(key)
            self.world.must_not_open.add(key.key_id)

    # --- the line ----------------------------------------------------------------------------

    def reconcile_until_answered(self) -> None:
        self.world.telematics.sync()
        self.world.reconciled()
        self._one_view()

    @rule()
    def reconcile(self) -> None:
        self.reconcile_until_answered()

    @rule(lost=st.sampled_from([1, 2]))
    def reconcile_in_vain(self, lost: int) -> None:
        server = self.world.lab.server
        usual = server.reconciliation
        server.reconciliation = LostAnswers(usual, lost)
        try:
            self.world.telematics.sync()
        except StoreError:
            self.world.told()
            return
        finally:
            server.reconciliation = usual
        raise AssertionError("an answer that was lost arrived")

    @rule(passed_s=st.sampled_from([1.0, 3600.0, 4 * 86_400.0]))
    def let_time_pass(self, passed_s: float) -> None:
        self.world.lab.clock.advance(passed_s)

    @rule()
    def crash_of_the_server(self) -> None:
        """What lies on the disk at this moment, log included, is all that a kill leaves."""
        lab = self.world.lab
        self.restarts += 1
        left = Path(self.folder.name) / f"keys{self.restarts}.sqlite"
        for suffix in ("", "-wal"):
            source = lab.path.with_name(lab.path.name + suffix)
            if source.exists():
                shutil.copyfile(source, left.with_name(left.name + suffix))
        self.tables.close()
        lab.server.close()
        lab.path = left
        lab.server = EmulatedKeyServer(
            Store(left),
            lab.clock,
            ROOT,
            random_bytes=Draws(begin=10_000 * self.restarts),
            readings=self.readings,
        )
        self.world.telematics.connect(lab.server)
        self.tables = bookkeeping.connect(left)

    # --- what must hold ----------------------------------------------------------------------

    @invariant()
    def what_has_ended_is_on_no_keyring(self) -> None:
        if hasattr(self, "world"):
            held = {key.key_id for key in self.world.keyring}
            assert not held & self.world.must_not_open

    @invariant()
    def no_share_is_too_many_and_the_books_balance(self) -> None:
        if hasattr(self, "world"):
            assert self._taken() <= LIMIT
            assert bookkeeping.faults(self.tables) == []

    @invariant()
    def there_is_one_owner(self) -> None:
        if hasattr(self, "world"):
            phones = [k for k in self.world.keyring.owners() if k.key_id not in self.world.parents]
            assert len(phones) <= 1

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


TestKeyLives = KeyLives.TestCase
TestKeyLives.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
