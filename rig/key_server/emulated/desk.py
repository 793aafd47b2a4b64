"""What every counter of the emulated server works with, and one operation at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from drivers.api.clock import Clock
from rig.key_server import eligibility
from rig.key_server.eligibility import Decision, Feature, Rule
from rig.key_server.emulated import texts
from rig.key_server.emulated.schema import moment, ticks
from rig.key_server.emulated.seal import Seal
from rig.key_server.emulated.store import Row, Store, Tables
from rig.key_server.errors import NotFound
from rig.key_server.readings import Readings
from rig.key_server.vehicles import VehicleRecord

IDENTIFIER_SIZE = 8


@dataclass(frozen=True, slots=True)
class Desk:
    """Store, clock, secrets, randomness, and how the sources are read."""

    store: Store
    clock: Clock
    seal: Seal
    random_bytes: Callable[[int], bytes]
    readings: Readings
    rules: Sequence[Rule]

    @contextmanager
    def operation(self) -> Iterator[Operation]:
        """One transaction at one instant; what has expired by then is closed first."""
        with self.store.transaction() as tables:
            operation = Operation(self, tables, ticks(self.clock.utc()))
            operation.close_expired()
            yield operation


@dataclass(frozen=True, slots=True)
class Operation:
    """One transaction. ``now`` is in the ticks of the tables."""

    desk: Desk
    tables: Tables
    now: int

    @property
    def time(self) -> datetime:
        """When it happens."""
        return moment(self.now)

    def identifier(self) -> str:
        """A fresh random name."""
        return self.desk.random_bytes(IDENTIFIER_SIZE).hex()

    def change(self, statement: str, *values: object) -> int:
        """Run a statement; the number of rows it changed."""
        return self.tables.execute(statement, values).rowcount

    def rows(self, query: str, *values: object) -> list[Row]:
        """What a query finds."""
        return self.tables.execute(query, values).fetchall()

    def row(self, query: str, *values: object) -> Row | None:
        """The only row a query finds, or None."""
        found: Row | None = self.tables.execute(query, values).fetchone()
        return found

    def number(self, query: str, *values: object) -> int:
        """The one number a query answers with."""
        return int(self.tables.execute(query, values).fetchone()[0])

    def close_expired(self) -> None:
        """End the invitations whose time is over, and free their slots."""
        due = "state = 'pending' AND expires_at <= ?"
        chosen = f"SELECT invitation_id FROM invitations WHERE {due}"  # noqa: S608 - constant text
        self.change(f"DELETE FROM slots WHERE invitation_id IN ({chosen})", self.now)  # noqa: S608
        self.change(f"UPDATE invitations SET state = 'expired' WHERE {due}", self.now)  # noqa: S608

    def vehicle(self, vehicle_id: bytes) -> VehicleRecord:
        """A vehicle's record. Raises NotFound."""
        found = self.row("SELECT record FROM vehicles WHERE vehicle_id = ?", vehicle_id)
        if found is None:
            raise NotFound("vehicle", vehicle_id.hex())
        return texts.record_from(found["record"])

    def decide(self, vehicle_id: bytes, feature: Feature) -> Decision:
        """Whether a vehicle has a feature, under the rules in force."""
        return eligibility.decide(self.vehicle(vehicle_id), feature, self.desk.rules)
