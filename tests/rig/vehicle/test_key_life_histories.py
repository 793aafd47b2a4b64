"""Random histories of one vehicle and its key server, the vehicle offline most of the time.

The vehicle's own keyring, telematics and first use are at work, against the emulated server: what
has ended opens nothing, no share is too many, no slot is left over, and both sides end as one.
"""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    rule,
)

from rig.key_server.emulated.server import EmulatedKeyServer
from rig.key_server.emulated.store import Store
from rig.key_server.errors import StoreError
from rig.vehicle.keys import Key
from tests.rig.key_server import bookkeeping
from tests.rig.key_server.lab import ROOT, Draws
from tests.rig.vehicle.histories import Friend, LostAnswers, Main
from tests.rig.vehicle.keys_in_use import LIMIT, RARELY, KeysInUse, attempt


class KeyLives(KeysInUse):
    """One vehicle, owners one after the other, friends with phones and watches."""

    mains, friends = KeysInUse.mains, KeysInUse.friends

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


TestKeyLives = KeyLives.TestCase
TestKeyLives.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
