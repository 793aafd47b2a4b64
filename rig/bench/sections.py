"""The top level of a bench file, and its ``vehicle`` section."""

from __future__ import annotations

import json

from pydantic import TypeAdapter, ValidationError

from rig.bench.description import VehicleDescription
from rig.bench.source import Node, Source, shown
from rig.complaints import allowed, complaint

SECTIONS = ("name", "fallback", "devices", "vehicle")
_REQUIRED = ("name", "devices", "vehicle")
_VEHICLE = TypeAdapter(VehicleDescription)


def sections_of(source: Source, root: Node) -> dict[str, Node]:
    """The sections by name: none unknown, none missing."""
    sections = source.mapping(root, "a bench file")
    for key, node in sections.items():
        if key not in SECTIONS:
            message = f"unknown key {key!r}; {allowed(key, SECTIONS, 'a bench file has')}"
            raise source.error(node.line, message)
    for key in _REQUIRED:
        if key not in sections:
            message = f"a bench file needs {key!r}; it has: {', '.join(SECTIONS)}"
            raise source.error(root.line, message)
    return sections


def vehicle_of(source: Source, section: Node) -> VehicleDescription:
    """The vehicle, checked; its keyring is looked for beside the bench file."""
    fields = VehicleDescription.model_fields
    for key, node in source.mapping(section, "vehicle").items():
        if key not in fields:
            raise source.error(
                node.line, f"vehicle has no {key!r}; {allowed(key, fields, 'it has')}"
            )
    try:
        return _VEHICLE.validate_json(
            json.dumps(section.plain()), strict=True, context={"folder": source.folder}
        )
    except ValidationError as exc:
        raise _wrong(source, section, exc) from exc


def _wrong(source: Source, section: Node, error: ValidationError) -> Exception:
    """The first thing pydantic found, with the line of its key."""
    details = error.errors(include_url=False)
    place = details[0]["loc"]
    if details[0]["type"] == "missing":
        has = ", ".join(VehicleDescription.model_fields)
        return source.error(section.line, f"vehicle lacks {place[0]}; it has: {has}")
    name, node = section.under(place)
    alike = [d for d in details if section.under(d["loc"])[0] == name]
    return source.error(node.line, f"{name} {complaint(alike)}, found {shown(node)}")
