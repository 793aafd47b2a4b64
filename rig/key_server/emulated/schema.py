"""The tables, and how times stand in them: whole microseconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

VERSION = 2

# Deleted keys and closed invitations stay: a key that was seen once is never tracked again.
# A slot is a row only while it is taken; who holds it is checked by the database itself. Its name
# stays when it is free again: one that no slot bears any more is spent.
TABLES = """
CREATE TABLE seal (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), fingerprint BLOB NOT NULL);
CREATE TABLE accounts (account_id TEXT PRIMARY KEY, address TEXT NOT NULL UNIQUE);
CREATE TABLE vehicles (
    vehicle_id BLOB PRIMARY KEY,
    record TEXT NOT NULL,
    account_id TEXT REFERENCES accounts,
    added_at INTEGER,
    last_event INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE tokens (
    token_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts,
    vehicle_id BLOB NOT NULL REFERENCES vehicles,
    link_digest BLOB NOT NULL UNIQUE,
    manual_digest BLOB NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'spent', 'void'))
);
CREATE TABLE pairings (
    pairing_id TEXT PRIMARY KEY,
    vehicle_id BLOB NOT NULL REFERENCES vehicles,
    way TEXT NOT NULL,
    scrypt_n INTEGER NOT NULL,
    scrypt_r INTEGER NOT NULL,
    scrypt_p INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'spent', 'void'))
);
CREATE TABLE setup_cards (
    vehicle_id BLOB PRIMARY KEY REFERENCES vehicles,
    digest BLOB NOT NULL UNIQUE
);
CREATE TABLE invitations (
    invitation_id TEXT PRIMARY KEY,
    vehicle_id BLOB NOT NULL REFERENCES vehicles,
    offer TEXT NOT NULL,
    link_digest BLOB NOT NULL UNIQUE,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    wrong_codes INTEGER NOT NULL DEFAULT 0,
    code_entered TEXT
);
CREATE TABLE keys (
    key_id BLOB PRIMARY KEY,
    vehicle_id BLOB NOT NULL REFERENCES vehicles,
    role TEXT NOT NULL,
    device TEXT NOT NULL,
    public BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'pre_deletion', 'deleted')),
    functions TEXT NOT NULL,
    invitation_id TEXT REFERENCES invitations,
    parent BLOB REFERENCES keys,
    tracked_at INTEGER NOT NULL,
    revoked_at INTEGER,
    ended_at INTEGER,
    ending TEXT,
    CHECK ((state = 'active') = (ending IS NULL)),
    CHECK ((state = 'deleted') = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX one_main_key ON keys (vehicle_id)
    WHERE role = 'owner' AND device = 'phone' AND state <> 'deleted';
CREATE UNIQUE INDEX one_key_an_invitation ON keys (invitation_id) WHERE device = 'phone';
CREATE TABLE attestations (
    invitation_id TEXT PRIMARY KEY REFERENCES invitations,
    entitlement BLOB NOT NULL,
    attestation BLOB
);
CREATE TABLE slot_names (
    vehicle_id BLOB NOT NULL REFERENCES vehicles,
    identifier BLOB NOT NULL,
    PRIMARY KEY (vehicle_id, identifier)
);
CREATE TABLE slots (
    vehicle_id BLOB NOT NULL REFERENCES vehicles,
    number INTEGER NOT NULL,
    identifier BLOB NOT NULL,
    invitation_id TEXT UNIQUE REFERENCES invitations,
    key_id BLOB UNIQUE REFERENCES keys,
    PRIMARY KEY (vehicle_id, number),
    UNIQUE (vehicle_id, identifier),
    FOREIGN KEY (vehicle_id, identifier) REFERENCES slot_names,
    CHECK ((invitation_id IS NULL) <> (key_id IS NULL))
);
CREATE TABLE receipts (
    key_id BLOB PRIMARY KEY REFERENCES keys,
    slot_number INTEGER NOT NULL,
    slot_identifier BLOB NOT NULL,
    tracked_at INTEGER NOT NULL,
    signature BLOB NOT NULL
);
"""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def ticks(at: datetime) -> int:
    """A time as it stands in the tables. Raises ValueError for one without zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return (at - _EPOCH) // _TICK


def moment(at: int) -> datetime:
    """A time of the tables as everyone else sees it."""
    return _EPOCH + at * _TICK
