"""The top level of a bench file, and its sections that pydantic checks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from rig.bench.laboratory import (
    CalibrationDescription,
    EnvironmentDescription,
    LaboratoryDescription,
)
from rig.bench.source import Node, Source, shown
from rig.bench.vehicle import DIFFERENCES, VehicleDescription
from rig.complaints import allowed, complaint

SECTIONS = ("name", "fallback", "devices", "vehicle", "laboratory", "environment")
_REQUIRED = ("name", "devices", "vehicle")
M = TypeVar("M", bound=BaseModel)


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
    """The vehicle and those of ``also``, checked; paths are looked for beside the bench file."""
    nodes = source.mapping(section, "vehicle")
    _refuse_unknown(source, nodes, VehicleDescription.model_fields, "vehicle")
    own = {key: node.plain() for key, node in nodes.items() if key != "also"}
    vehicle = _checked(source, section, own, VehicleDescription, "vehicle")
    if "also" not in nodes:
        return vehicle
    also = tuple(_differing(source, node, own) for node in _listed(source, nodes["also"]))
    return vehicle.model_copy(update={"also": also})


def laboratory_of(source: Source, section: Node | None) -> LaboratoryDescription:
    """Who answers for the bench; where there is no such section, nobody is stated."""
    if section is None:
        return LaboratoryDescription()
    return _section(source, section, LaboratoryDescription, "laboratory")


def environment_of(source: Source, section: Node | None) -> EnvironmentDescription | None:
    """The surroundings that the file states."""
    if section is None:
        return None
    return _section(source, section, EnvironmentDescription, "environment")


def calibration_of(source: Source, node: Node, device: str) -> CalibrationDescription:
    """The option ``calibrated`` of a device."""
    return _section(source, node, CalibrationDescription, f"calibrated of {device}")


def _section(source: Source, section: Node, model: type[M], what: str) -> M:
    nodes = source.mapping(section, what)
    _refuse_unknown(source, nodes, model.model_fields, what)
    plain = {key: node.plain() for key, node in nodes.items()}
    return _checked(source, section, plain, model, what)


def _listed(source: Source, node: Node) -> list[Node]:
    if not isinstance(node.value, list):
        message = f"also must be a list of what is different, found {shown(node)}"
        raise source.error(node.line, message)
    return node.value


def _differing(source: Source, node: Node, own: Mapping[str, object]) -> VehicleDescription:
    """Another vehicle: the one of the section with some words replaced."""
    differences = source.mapping(node, "a vehicle of also")
    if not differences:
        raise source.error(node.line, "a vehicle of also must differ in something")
    _refuse_unknown(source, differences, DIFFERENCES, "a vehicle of also")
    plain = {key: value.plain() for key, value in differences.items()}
    return _checked(source, node, {**own, **plain}, VehicleDescription, "vehicle")


def _refuse_unknown(
    source: Source, nodes: Mapping[str, Node], known: Iterable[str], what: str
) -> None:
    for key, node in nodes.items():
        if key not in known:
            raise source.error(node.line, f"{what} has no {key!r}; {allowed(key, known, 'it has')}")


def _checked(
    source: Source, section: Node, plain: Mapping[str, object], model: type[M], what: str
) -> M:
    try:
        return model.model_validate_json(
            json.dumps(plain), strict=True, context={"folder": source.folder}
        )
    except ValidationError as exc:
        raise _wrong(source, section, exc, model, what) from exc


def _wrong(
    source: Source, section: Node, error: ValidationError, model: type[M], what: str
) -> Exception:
    """The first thing pydantic found, with the line of its key."""
    details = error.errors(include_url=False)
    place = details[0]["loc"]
    if details[0]["type"] == "missing":
        has = ", ".join(model.model_fields)
        return source.error(section.line, f"{what} lacks {place[0]}; it has: {has}")
    name, node = section.under(place)
    if not name:
        return source.error(section.line, f"{what} {complaint(details[:1])}")
    alike = [d for d in details if section.under(d["loc"])[0] == name]
    return source.error(node.line, f"{name} {complaint(alike)}, found {shown(node)}")
