"""What must hold in the tables after every operation, read by a connection of its own."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from rig.digital_key.attestation import Attestation, attested
from rig.digital_key.crypto import PublicKey
from rig.digital_key.errors import DigitalKeyError
from rig.key_server.readings import Counting

# Each query names rows that break a rule.
RULES = {
    "a slot that nothing living holds": """
        SELECT number FROM slots LEFT JOIN keys ON keys.key_id = slots.key_id
        LEFT JOIN invitations ON invitations.invitation_id = slots.invitation_id
        WHERE coalesce(keys.state, 'deleted') = 'deleted'
        AND coalesce(invitations.state, '') <> 'pending'""",
    "a slot of another vehicle's key": """
        SELECT number FROM slots JOIN keys USING (key_id)
        WHERE slots.vehicle_id <> keys.vehicle_id""",
    "a living key without a slot": """
        SELECT hex(key_id) FROM keys
        WHERE state <> 'deleted' AND key_id NOT IN
        (SELECT key_id FROM slots WHERE key_id IS NOT NULL)""",
    "a pending invitation without a slot": """
        SELECT invitation_id FROM invitations
        WHERE state = 'pending' AND invitation_id NOT IN
        (SELECT invitation_id FROM slots WHERE invitation_id IS NOT NULL)""",
    "an active key of a closed invitation, or an open one of a key that ends": """
        SELECT invitation_id FROM keys JOIN invitations USING (invitation_id)
        WHERE device = 'phone'
        AND (keys.state = 'active') <> (invitations.state IN ('accepted', 'active'))""",
    "an accepted invitation without a key": """
        SELECT invitation_id FROM invitations WHERE state IN ('accepted', 'active')
        AND invitation_id NOT IN
        (SELECT invitation_id FROM keys WHERE invitation_id IS NOT NULL)""",
    "a watch that outlives its phone": """
        SELECT hex(watch.key_id) FROM keys watch JOIN keys phone ON phone.key_id = watch.parent
        WHERE watch.state <> 'deleted' AND watch.state <> phone.state""",
    "two main keys": """
        SELECT hex(vehicle_id) FROM keys
        WHERE role = 'owner' AND device = 'phone' AND state <> 'deleted'
        GROUP BY vehicle_id HAVING count(*) > 1""",
    "an entitlement of a share that nobody accepted": """
        SELECT invitation_id FROM attestations WHERE invitation_id NOT IN
        (SELECT invitation_id FROM keys WHERE invitation_id IS NOT NULL)""",
    "a shared key that may do something without an entitlement, or nothing with one": """
        SELECT invitation_id FROM keys WHERE invitation_id IS NOT NULL AND device = 'phone'
        AND (functions = 'none') <> (invitation_id NOT IN
        (SELECT invitation_id FROM attestations))""",
    "a name that was never written down": """
        SELECT hex(identifier) FROM
        (SELECT identifier FROM slots UNION SELECT slot_identifier FROM receipts)
        WHERE identifier NOT IN (SELECT identifier FROM slot_names)""",
    "a key that may do everything before it was activated": """
        SELECT invitation_id FROM keys JOIN invitations USING (invitation_id)
        WHERE functions = 'all' AND keys.state = 'active' AND invitations.state <> 'active'""",
}


def connect(path: Path) -> sqlite3.Connection:
    """A second connection; for the caller to close."""
    return sqlite3.connect(path, isolation_level=None)


def faults(tables: sqlite3.Connection) -> list[str]:
    """The rules that are broken, with where."""
    return [
        f"{rule}: {found}"
        for rule, query in RULES.items()
        if (found := [row[0] for row in tables.execute(query)])
    ]


def shares_taken(tables: sqlite3.Connection, vehicle_id: bytes, rule: Counting) -> int:
    """Counted apart from the server: a list of what is there, then what of it counts."""
    there = [
        (device, state)
        for device, state in tables.execute(
            "SELECT device, state FROM keys WHERE vehicle_id = ? AND role = 'shared'", (vehicle_id,)
        )
    ]
    there += tables.execute(
        "SELECT 'invitation', state FROM invitations WHERE vehicle_id = ?", (vehicle_id,)
    ).fetchall()
    counts = {("phone", "active")}
    counts |= {("invitation", "pending")} if rule.pending else set()
    counts |= {("phone", "pre_deletion")} if rule.pre_deletion else set()
    counts |= {("watch", "active")} if rule.watch_copies else set()
    if rule.watch_copies and rule.pre_deletion:
        counts.add(("watch", "pre_deletion"))
    return sum(each in counts for each in there)


def unattested(tables: sqlite3.Connection) -> list[str]:
    """Living shares whose attestation is not one of the vehicle's main key of the day."""
    query = """
        SELECT invitations.invitation_id, attestation, owner.public FROM attestations
        JOIN invitations USING (invitation_id) LEFT JOIN keys owner
        ON owner.vehicle_id = invitations.vehicle_id AND owner.role = 'owner'
        AND owner.device = 'phone' AND owner.state = 'active'
        WHERE attestation IS NOT NULL AND invitations.state IN ('accepted', 'active')"""
    found = []
    for invitation_id, attestation, owner in tables.execute(query):
        package = Attestation.decode(attestation)
        try:
            PublicKey(owner or b"").verify(package.signature, attested(package.entitlement))
        except DigitalKeyError:
            found.append(invitation_id)
    return found


def spent_names(tables: sqlite3.Connection, vehicle_id: bytes) -> set[bytes]:
    """Counted apart from the server: slot names of which no key or invitation is left."""
    query = """
        SELECT identifier FROM slot_names WHERE vehicle_id = ?1 EXCEPT SELECT * FROM
        (SELECT slot_identifier FROM receipts JOIN keys USING (key_id)
        WHERE vehicle_id = ?1 AND state <> 'deleted'
        UNION SELECT identifier FROM slots JOIN invitations USING (invitation_id)
        WHERE slots.vehicle_id = ?1 AND state = 'pending')"""
    return {row[0] for row in tables.execute(query, (vehicle_id,))}


def contents(tables: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the tables but signatures, which differ each time they are made.

    Of an attestation, whether it is there.
    """
    names = [
        name
        for (name,) in tables.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        )
    ]
    found = {}
    for name in names:
        chosen = "rowid, *" if name == "slot_names" else "*"
        if name == "attestations":
            chosen = "invitation_id, entitlement, attestation IS NULL"
        cursor = tables.execute(f"SELECT {chosen} FROM {name}")  # noqa: S608 - the schema's names
        kept = [i for i, column in enumerate(cursor.description) if column[0] != "signature"]
        found[name] = sorted((tuple(row[i] for i in kept) for row in cursor), key=repr)
    return found
