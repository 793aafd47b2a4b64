"""Vehicle records and offers as the JSON texts that stand in the tables."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import time
from enum import Enum
from typing import Any

from rig.key_server.invitations import (
    Area,
    Channel,
    CodeEntry,
    Hours,
    Limit,
    Offer,
    Platform,
    Restrictions,
)
from rig.key_server.software_status import SoftwareStatus
from rig.key_server.vehicles import Artefact, Body, VehicleRecord


def record_text(record: VehicleRecord) -> str:
    """A vehicle record; the identifier as hexadecimal digits, the status as yy-mm."""
    return json.dumps(
        asdict(record) | {"software": str(record.software)}, default=_plain, sort_keys=True
    )


def record_from(text: str) -> VehicleRecord:
    """The record that `record_text` wrote."""
    fields: dict[str, Any] = json.loads(text)
    return VehicleRecord(
        **fields
        | {
            "vehicle_id": bytes.fromhex(fields["vehicle_id"]),
            "body": Body(fields["body"]),
            "software": SoftwareStatus.parse(fields["software"]),
            "options": frozenset(fields["options"]),
            "delivered": frozenset(map(Artefact, fields["delivered"])),
            "limits": frozenset(map(Limit, fields["limits"])),
        }
    )


def offer_text(offer: Offer) -> str:
    """An offer with its restrictions."""
    return json.dumps(asdict(offer), default=_plain, sort_keys=True)


def offer_from(text: str) -> Offer:
    """The offer that `offer_text` wrote."""
    fields: dict[str, Any] = json.loads(text)
    return Offer(
        recipient=fields["recipient"],
        channel=Channel(fields["channel"]),
        sender=Platform(fields["sender"]),
        receiver=Platform(fields["receiver"]),
        restrictions=_restrictions(fields["restrictions"]),
        code=CodeEntry(fields["code"]),
    )


def _restrictions(fields: dict[str, Any]) -> Restrictions:
    hours = tuple(
        Hours(
            time.fromisoformat(each["begin"]),
            time.fromisoformat(each["end"]),
            frozenset(each["weekdays"]),
        )
        for each in fields["hours"]
    )
    areas = tuple(Area(**each) for each in fields["areas"])
    return Restrictions(**fields | {"hours": hours, "areas": areas})


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no place in a record")
