"""One owner, one vehicle, and what must hold whatever happens to their keys in whatever order."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from rig.key_server.emulated.server import EmulatedKeyServer
from rig.key_server.emulated.store import Store
from rig.key_server.errors import Refused
from rig.key_server.invitations import InvitationState, Sent
from rig.key_server.keys import Functions, KeyRecord, KeyState, Receipt
from rig.key_server.readings import Counting, Readings
from rig.key_server.vehicles import Variant
from tests.rig.key_server import bookkeeping
from tests.rig.key_server.lab import ROOT, Draws, FailingDraws, Lab, open_lab
from tests.rig.key_server.offline_vehicle import OfflineVehicle

LIMIT = 2
READINGS = st.builds(
    Readings,
    counting=st.builds(
        Counting, pending=st.booleans(), pre_deletion=st.booleans(), watch_copies=st.booleans()
    ),
    limits=st.just(dict.fromkeys(Variant, LIMIT)),
    full_function=st.sampled_from(["on_acceptance", "on_screen"]),
    pre_deletion_use=st.sampled_from(["as_before", "unlock", "nothing"]),
    shared_keys_on_replacement=st.sampled_from(["survive", "re_invite"]),
    shared_keys_without_main_key=st.sampled_from(["kept", "deleted"]),
)
NAMES = st.none() | st.sampled_from([bytes((number,)) for number in range(1, 9)])
OPEN = {InvitationState.PENDING, InvitationState.ACCEPTED, InvitationState.ACTIVE}
ORDER = list(InvitationState)
KEYS: Bundle[Receipt] = Bundle("keys")
MAINS: Bundle[Receipt] = Bundle("mains")
INVITATIONS: Bundle[Sent] = Bundle("invitations")


class KeyBooks(RuleBasedStateMachine):
    """The lab, crashes between operations, and the invariants; the rules are added elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="key-histories-")
        self.restarts = 0
        self.ended: set[bytes] = set()  # by this test's own account
        self.revoked_at: dict[bytes, datetime] = {}
        self.stages: dict[str, InvitationState] = {}
        self.views_agree = False
        self.sent = 0  # number of the last event the vehicle has sent
        self.names: set[bytes] = set()  # that a vehicle gave out and the server took
        self.packages: list[tuple[Receipt, str, bytes]] = []  # who signed, for what, what

    @initialize(target=MAINS, readings=READINGS)
    def set_up(self, readings: Readings) -> Receipt:
        self.readings = readings
        path = Path(self.folder.name) / "keys.sqlite"
        self.lab: Lab = open_lab(path, readings=readings)
        self.lab.server.close()
        self.draws = FailingDraws(Draws(begin=1000))
        self.open(path)
        self.vehicle = OfflineVehicle(self.lab.vehicle_id, self.lab.clock)
        return self.lab.pair()

    def open(self, path: Path) -> None:
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
        self.open(left)
        assert bookkeeping.contents(self.tables) == before

    @invariant()
    def the_books_balance(self) -> None:
        if hasattr(self, "lab"):
            assert bookkeeping.faults(self.tables) == []
            assert bookkeeping.unattested(self.tables) == []
            assert self.taken() <= LIMIT

    @invariant()
    def what_has_ended_stays_ended(self) -> None:
        if not hasattr(self, "lab"):
            return
        living = {key.key_id for key in self.living()}
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
            told = {k.key_id: (k.state, self.left(k)) for k in self.living()}
            assert self.vehicle.held == told
            self.views_agree = False

    def left(self, key: KeyRecord) -> Functions:
        """What the reading leaves a key that is in pre-deletion."""
        if key.state is not KeyState.PRE_DELETION or key.functions is Functions.NONE:
            return key.functions
        left = {"unlock": Functions.UNLOCK, "nothing": Functions.NONE}
        return left.get(self.readings.pre_deletion_use, key.functions)

    def note(self, slot: bytes | None) -> None:
        if slot is not None:
            assert slot not in self.names, "a name was taken twice"
            self.names.add(slot)

    def living(self) -> list[KeyRecord]:
        return list(self.lab.server.tracking.keys(self.lab.vehicle_id))

    def taken(self) -> int:
        self.living()
        rule_in_force = self.readings.counting
        return bookkeeping.shares_taken(self.tables, self.lab.vehicle_id, rule_in_force)


def attempt(operation: Callable[[], None]) -> bool:
    """Whether the server did it; a refusal changes nothing, which the invariants see to."""
    try:
        operation()
    except Refused:
        return False
    return True
