"""Random histories: whatever happens in whatever order, the books balance, the dead stay dead."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import MultipleResults, consumes, multiple, precondition, rule

from rig.key_server.errors import Refused, SharesExhausted, SlotRefused
from rig.key_server.invitations import CodeEntry, InvitationState, Platform, Sent
from rig.key_server.keys import Authority, EventKind, Receipt, Role
from tests.rig.key_server import bookkeeping
from tests.rig.key_server.key_books import INVITATIONS, KEYS, LIMIT, MAINS, NAMES, KeyBooks, attempt
from tests.rig.key_server.lab import ROOT, PowerCut, an_offer, attestation


class KeyHistories(KeyBooks):
    """One owner, one vehicle that is offline most of the time, many recipients."""

    @rule(target=MAINS, slot=NAMES, offline=st.booleans())
    def pair_a_new_phone(
        self, slot: bytes | None, offline: bool
    ) -> Receipt | MultipleResults[Receipt]:
        before = [k for k in self.living() if k.role is Role.OWNER]
        if offline:
            for key in before:
                self.vehicle.replace(key.key_id)
        try:
            main = self.lab.pair(slot)
        except SlotRefused:
            assert slot in self.names
            return multiple()
        self.note(slot)
        self.ended |= {key.key_id for key in before}
        return main

    @rule(target=INVITATIONS, main=MAINS, slot=NAMES, code=st.sampled_from(CodeEntry))
    def share(
        self, main: Receipt, slot: bytes | None, code: CodeEntry
    ) -> Sent | MultipleResults[Sent]:
        taken = self.taken()
        try:
            sent = self.lab.invite(main, slot, code=code)
        except SlotRefused:
            assert slot in self.names
        except SharesExhausted as refusal:
            counted = refusal.usage.counted
            assert counted == taken >= LIMIT, "refused for want of shares while there were some"
        except Refused:
            assert main.key_id in self.ended, "an active main key may share"
        else:
            self.note(slot)
            return sent
        return multiple()

    @rule(target=KEYS, sent=INVITATIONS)
    def accept(self, sent: Sent) -> Receipt | MultipleResults[Receipt]:
        state = self.lab.server.shares.invitation(sent.invitation.invitation_id).state
        try:
            return self.lab.accept(sent, Platform.PIXEL)
        except Refused:
            assert state is not InvitationState.PENDING or self.taken() >= LIMIT
        return multiple()

    @rule(target=KEYS)
    def share_with_the_next_friend(self) -> Receipt | MultipleResults[Receipt]:
        main = next((k for k in self.living() if k.role is Role.OWNER and k.parent is None), None)
        if main is None:
            return multiple()
        try:
            sent = self.lab.server.sharing.invite(main.key_id, an_offer())
            return self.lab.accept(sent)
        except SharesExhausted:
            assert self.taken() >= LIMIT
            return multiple()

    @rule(main=MAINS)
    def sign(self, main: Receipt) -> None:
        """Sign what waits, deliver some of it now, and keep all of it for later."""
        try:
            waiting = self.lab.server.signing.to_sign(main.key_id)
        except Refused:
            return
        for each in waiting:
            package = attestation(self.lab.devices[main.key_id], each.entitlement)
            self.packages.append((main, each.invitation_id, package))
        for each in waiting[::2]:
            self.deliver_late(self.packages[-len(waiting) + waiting.index(each)])

    @precondition(lambda self: self.packages)
    @rule(data=st.data())
    def deliver_any(self, data: st.DataObject) -> None:
        self.deliver_late(data.draw(st.sampled_from(self.packages)))

    def deliver_late(self, signed: tuple[Receipt, str, bytes]) -> None:
        main, invitation_id, package = signed
        if attempt(lambda: self.lab.server.signing.deliver(invitation_id, package)):
            assert main.key_id not in self.ended
            assert self.lab.server.signing.collect(invitation_id) == package

    @rule(sent=INVITATIONS, right=st.booleans(), at=st.sampled_from(CodeEntry))
    def enter_code(self, sent: Sent, right: bool, at: CodeEntry) -> None:
        invitation_id = sent.invitation.invitation_id
        code = sent.code if right and sent.code is not None else ROOT
        attempt(lambda: self.lab.server.sharing.enter_code(invitation_id, code, at))

    @rule(main=MAINS, sent=INVITATIONS)
    def cancel(self, main: Receipt, sent: Sent) -> None:
        invitation_id = sent.invitation.invitation_id
        attempt(lambda: self.lab.server.sharing.cancel(main.key_id, invitation_id))

    @rule(target=KEYS, phone=st.one_of(KEYS, MAINS))
    def add_a_watch(self, phone: Receipt) -> Receipt | MultipleResults[Receipt]:
        try:
            return self.lab.server.tracking.track_watch(phone.key_id, self.lab.new_phone())
        except Refused:
            return multiple()

    @rule(main=MAINS, key=KEYS)
    def revoke_in_the_wallet(self, main: Receipt, key: Receipt) -> None:
        if attempt(lambda: self.lab.server.revocation.by_owner(main.key_id, key.key_id)):
            self.revoked_at[key.key_id] = self.lab.clock.utc()

    @rule(key=st.one_of(KEYS, MAINS))
    def remove_by_its_holder(self, key: Receipt) -> None:
        attempt(lambda: self.lab.server.revocation.by_holder(key.key_id))
        self.ended.add(key.key_id)

    @rule(key=st.one_of(KEYS, MAINS), present=st.sampled_from(Authority), lost=st.booleans())
    def delete_in_the_online_vehicle(self, key: Receipt, present: Authority, lost: bool) -> None:
        revocation = self.lab.server.revocation
        if attempt(lambda: revocation.in_vehicle(key.key_id, present, lost=lost)):
            assert present in (Authority.FOB, Authority.MAIN_KEY)
            self.ended.add(key.key_id)

    @rule(key=st.one_of(KEYS, MAINS))
    def use_offline(self, key: Receipt) -> None:
        self.vehicle.use(key.key_id)

    @rule(key=KEYS)
    def use_for_the_first_time_offline(self, key: Receipt) -> None:
        if self.lab.server.tracking.key(key.key_id).parent is None:
            self.vehicle.first_use(key.key_id, key.slot.identifier)
            self.vehicle.activate(key.key_id)

    @rule()
    def use_the_fob(self) -> None:
        self.vehicle.use_fob()

    @rule(key=st.one_of(KEYS, MAINS))
    def delete_offline(self, key: Receipt) -> None:
        self.vehicle.delete(key.key_id)

    @rule(answered=st.booleans())
    def reconcile(self, answered: bool) -> None:
        # What was sent before, though unanswered, had its effect then: before later revocations.
        new = [event for event in self.vehicle.untold if event.number > self.sent]
        fobs = [event.at for event in new if event.kind is EventKind.FOB_USED]
        self.sent = self.vehicle.last
        entries = self.vehicle.reconcile(self.lab.server.reconciliation, answered=answered)
        for key_id, revoked_at in self.revoked_at.items():
            if any(at >= revoked_at for at in fobs):
                self.ended.add(key_id)
        self.ended |= self.vehicle.gone
        self.views_agree = answered
        assert not answered or not self.vehicle.untold
        assert all(entry.key_id not in self.ended for entry in entries)
        if answered:
            assert self.vehicle.spent == bookkeeping.spent_names(self.tables, self.lab.vehicle_id)
            assert not self.vehicle.spent & {entry.slot.identifier for entry in entries}

    @rule(passed_s=st.sampled_from([1.0, 3600.0, 4 * 86_400.0]))
    def let_time_pass(self, passed_s: float) -> None:
        self.lab.clock.advance(passed_s)

    @rule(main=MAINS, draw=st.integers(1, 2), pairing=st.booleans())
    def crash_within_an_operation(self, main: Receipt, draw: int, pairing: bool) -> None:
        self.living()  # so that what has expired is closed before
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

    @rule(key=consumes(KEYS))
    def let_a_holder_fall_silent(self, key: Receipt) -> None:
        """No more steps for this key, so that others come first."""


TestKeyHistories = KeyHistories.TestCase
TestKeyHistories.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
