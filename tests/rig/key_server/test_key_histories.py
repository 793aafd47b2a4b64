"""Random histories: whatever happens in whatever order, the books balance, the dead stay dead."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from rig.key_server.emulated.server import EmulatedKeyServer
from rig.key_server.emulated.store import Store
from rig.key_server.errors import Refused, SharesExhausted
from rig.key_server.invitations import CodeEntry, InvitationState, Platform, Sent
from rig.key_server.keys import Authority, EventKind, KeyRecord, KeyState, Receipt, Role
from rig.key_server.readings import Counting, Readings
from rig.key_server.vehicles import Variant
from tests.rig.key_server import bookkeeping
from tests.rig.key_server.lab import ROOT, Draws, FailingDraws, Lab, PowerCut, an_offer, open_lab
from tests.rig.key_server.offline_vehicle import OfflineVehicle

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
OPEN = {InvitationState.PENDING, InvitationState.ACCEPTED, InvitationState.ACTIVE}
ORDER = list(InvitationState)


class KeyHistories(RuleBasedStateMachine):
    """One owner, one vehicle that is offline most of the time, many recipients."""

    keys: Bundle[Receipt] = Bundle("keys")
    mains: Bundle[Receipt] = Bundle("mains")
    invitations: Bundle[Sent] = Bundle("invitations")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="key-histories-")
        self.restarts = 0
        self.ended: set[bytes] = set()  # by this test's own account
        self.revoked_at: dict[bytes, datetime] = {}
        self.stages: dict[str, InvitationState] = {}
        self.views_agree = False

    @initialize(target=mains, readings=READINGS)
    def set_up(self, readings: Readings) -> Receipt:
        self.readings = readings
        path = Path(self.folder.name) / "keys.sqlite"
        self.lab: Lab = open_lab(path, readings=readings)
        self.lab.server.close()
        self.draws = FailingDraws(Draws(begin=1000))
        self._open(path)
        self.vehicle = OfflineVehicle(self.lab.vehicle_id, self.lab.clock)
        return self.lab.pair()

    def _open(self, path: Path) -> None:
        self.lab.path = path
        self.lab.server = EmulatedKeyServer(
            Store(path), self.lab.clock, ROOT, random_bytes=self.draws, readings=self.readings
        )
        self.tables = bookkeeping.connect(path)

    def teardown(self) -> None:
        if hasattr(self, "lab"):
            self.tables.close()
            self.lab.server.close()
        self.folder.cleanup()

    @rule(target=mains)
    def pair_a_new_phone(self) -> Receipt:
        before = [k for k in self._living() if k.role is Role.OWNER]
        main = self.lab.pair()
        self.ended |= {key.key_id for key in before}
        return main

    @rule(target=invitations, main=mains, code=st.sampled_from(CodeEntry))
    def share(self, main: Receipt, code: CodeEntry) -> Sent | MultipleResults[Sent]:
        taken = self._taken()
        try:
            return self.lab.invite(main, code=code)
        except SharesExhausted as refusal:
            counted = refusal.usage.counted
            assert counted == taken >= LIMIT, "refused for want of shares while there were some"
        except Refused:
            assert main.key_id in self.ended, "an active main key may share"
        return multiple()

    @rule(target=keys, sent=invitations)
    def accept(self, sent: Sent) -> Receipt | MultipleResults[Receipt]:
        state = self.lab.server.shares.invitation(sent.invitation.invitation_id).state
        try:
            return self.lab.accept(sent, Platform.PIXEL)
        except Refused:
            assert state is not InvitationState.PENDING or self._taken() >= LIMIT
        return multiple()

    @rule(target=keys)
    def share_with_the_next_friend(self) -> Receipt | MultipleResults[Receipt]:
        main = next((k for k in self._living() if k.role is Role.OWNER and k.parent is None), None)
        if main is None:
            return multiple()
        try:
            sent = self.lab.server.sharing.invite(main.key_id, an_offer())
            return self.lab.accept(sent)
        except SharesExhausted:
            assert self._taken() >= LIMIT
            return multiple()

    @rule(sent=invitations, right=st.booleans(), at=st.sampled_from(CodeEntry))
    def enter_code(self, sent: Sent, right: bool, at: CodeEntry) -> None:
        invitation_id = sent.invitation.invitation_id
        code = sent.code if right and sent.code is not None else ROOT
        attempt(lambda: self.lab.server.sharing.enter_code(invitation_id, code, at))

    @rule(main=mains, sent=invitations)
    def cancel(self, main: Receipt, sent: Sent) -> None:
        invitation_id = sent.invitation.invitation_id
        attempt(lambda: self.lab.server.sharing.cancel(main.key_id, invitation_id))

    @rule(target=keys, phone=st.one_of(keys, mains))
    def add_a_watch(self, phone: Receipt) -> Receipt | MultipleResults[Receipt]:
        try:
            return self.lab.server.tracking.track_watch(phone.key_id, self.lab.new_phone())
        except Refused:
            return multiple()

    @rule(main=mains, key=keys)
    def revoke_in_the_wallet(self, main: Receipt, key: Receipt) -> None:
        if attempt(lambda: self.lab.server.revocation.by_owner(main.key_id, key.key_id)):
            self.revoked_at[key.key_id] = self.lab.clock.utc()

    @rule(key=st.one_of(keys, mains))
    def remove_by_its_holder(self, key: Receipt) -> None:
        attempt(lambda: self.lab.server.revocation.by_holder(key.key_id))
        self.ended.add(key.key_id)

    @rule(key=st.one_of(keys, mains), present=st.sampled_from(Authority), lost=st.booleans())
    def delete_in_the_online_vehicle(self, key: Receipt, present: Authority, lost: bool) -> None:
        revocation = self.lab.server.revocation
        if attempt(lambda: revocation.in_vehicle(key.key_id, present, lost=lost)):
            assert present in (Authority.FOB, Authority.MAIN_KEY)
            self.ended.add(key.key_id)

    @rule(key=st.one_of(keys, mains))
    def use_offline(self, key: Receipt) -> None:
        self.vehicle.use(key.key_id)

    @rule(key=keys)
    def use_for_the_first_time_offline(self, key: Receipt) -> None:
        if self.lab.server.tracking.key(key.key_id).parent is None:
            self.vehicle.first_use(key.key_id)
            self.vehicle.activate(key.key_id)

    @rule()
    def use_the_fob(self) -> None:
        self.vehicle.use_fob()

    @rule(key=st.one_of(keys, mains))
    def delete_offline(self, key: Receipt) -> None:
        self.vehicle.delete(key.key_id)

    @rule(answered=st.booleans())
    def reconcile(self, answered: bool) -> None:
        fobs = [e.at for e in self.vehicle.untold if e.kind is EventKind.FOB_USED]
        entries = self.vehicle.reconcile(self.lab.server.reconciliation, answered=answered)
        for key_id, revoked_at in self.revoked_at.items():
            if any(at >= revoked_at for at in fobs):
                self.ended.add(key_id)
        self.ended |= self.vehicle.gone
        self.views_agree = answered
        assert not answered or not self.vehicle.untold
        assert all(entry.key_id not in self.ended for entry in entries)

    @rule(passed_s=st.sampled_from([1.0, 3600.0, 4 * 86_400.0]))
    def let_time_pass(self, passed_s: float) -> None:
        self.lab.clock.advance(passed_s)

    @rule()
    def crash_between_operations(self) -> None:
        """What lies on the disk at this moment, log included, is all that a kill leaves."""
        self.restarts += 1
        left = Path(self.folder.name) / f"keys{self.restarts}.sqlite"
        for suffix in ("", "-wal"):
            source = self.lab.path.with_name(self.lab.path.name + suffix)
            if source.exists():
                shutil.copyfile(source, left.with_name(left.name + suffix))
        before = bookkeeping.contents(self.tables)
        self.tables.close()
        self.lab.server.close()
        self._open(left)
        assert bookkeeping.contents(self.tables) == before

    @rule(main=mains, draw=st.integers(1, 2), pairing=st.booleans())
    def crash_within_an_operation(self, main: Receipt, draw: int, pairing: bool) -> None:
        self._living()  # so that what has expired is closed before
        before = bookkeeping.contents(self.tables)
        self.draws.cut_in = draw
        try:
            if pairing:
                self.lab.server.tokens.start_in_app(self.lab.account_id, self.lab.vehicle_id)
            else:
                self.lab.server.sharing.invite(main.key_id, an_offer())
        except PowerCut:
            assert bookkeeping.contents(self.tables) == before
        except Refused:
            pass
        finally:
            self.draws.cut_in = -1

    @rule(key=consumes(keys))
    def let_a_holder_fall_silent(self, key: Receipt) -> None:
        """No more steps for this key, so that others come first."""

    @invariant()
    def the_books_balance(self) -> None:
        if hasattr(self, "lab"):
            assert bookkeeping.faults(self.tables) == []
            assert self._taken() <= LIMIT

    @invariant()
    def what_has_ended_stays_ended(self) -> None:
        if not hasattr(self, "lab"):
            return
        living = {key.key_id for key in self._living()}
        assert not living & self.ended
        for key_id in self.ended:
            assert self.lab.server.tracking.key(key_id).state is KeyState.DELETED
        for invitation in self.lab.server.shares.invitations(self.lab.vehicle_id):
            before = self.stages.get(invitation.invitation_id, InvitationState.PENDING)
            assert before in OPEN or before is invitation.state
            assert ORDER.index(invitation.state) >= ORDER.index(before)
            self.stages[invitation.invitation_id] = invitation.state

    @invariant()
    def the_views_agree_after_reconciliation(self) -> None:
        if self.views_agree:
            told = {k.key_id: (k.state, k.functions) for k in self._living()}
            assert self.vehicle.held == told
            self.views_agree = False

    def _living(self) -> list[KeyRecord]:
        return list(self.lab.server.tracking.keys(self.lab.vehicle_id))

    def _taken(self) -> int:
        self._living()
        rule_in_force = self.readings.counting
        return bookkeeping.shares_taken(self.tables, self.lab.vehicle_id, rule_in_force)


def attempt(operation: Callable[[], None]) -> bool:
    """Whether the server did it; a refusal changes nothing, which the invariants see to."""
    try:
        operation()
    except Refused:
        return False
    return True


TestKeyHistories = KeyHistories.TestCase
TestKeyHistories.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
