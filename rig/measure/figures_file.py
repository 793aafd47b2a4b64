"""Figures of a bench that are kept: what its uncertainty budgets are made of besides a run's own.

A JSON file that a bench names under ``vehicle: figures``. `rig doctor --measure --keep` writes what
it measured; what a data sheet or a tape measure says is added by a person. It is read strictly: a
wrong figure would widen or narrow every guard band and nobody would see it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rig.measure.errors import FigureError
from rig.measure.figures import Figure
from rig.measure.uncertainty import LATENCY, UNITS, Size, component, scale
from rig.records.uncertainty import UncertaintyComponent

FORMAT = "digital-key-rig bench figures 1"
_FIELDS = ("quantity", "name", "value", "unit", "distribution", "freedom", "source")
_OPTIONAL = ("sensitivity",)


@dataclass(frozen=True, slots=True)
class KeptFigure:
    """A contribution to one quantity's budget."""

    quantity: str
    part: UncertaintyComponent

    def to_json(self) -> dict[str, object]:
        """As the file has it."""
        found: dict[str, object] = {"quantity": self.quantity}
        found |= {name: getattr(self.part, name) for name in _FIELDS[1:]}
        if scale(self.quantity, self.part.unit) != self.part.sensitivity:
            found["sensitivity"] = self.part.sensitivity
        return found


def kept_of(figures: Iterable[Figure], source: str) -> tuple[KeptFigure, ...]:
    """What figures contribute to a latency's uncertainty; of several of one name, the widest.

    A sample that has such a time in it is uncertain by how that varies: rectangular, between the
    smallest and the largest seen.
    """
    found: dict[str, KeptFigure] = {}
    for figure in figures:
        if name := figure.contributes:
            other, one = found.get(name), _kept(name, figure, source)
            found[name] = one if other is None or one.part.value > other.part.value else other
    return tuple(found.values())


def _kept(name: str, figure: Figure, source: str) -> KeptFigure:
    spread = figure.statistic("max").value - figure.statistic("min").value
    said = f"{source}: {figure.what}, n {figure.n}"
    sensitivity = scale(LATENCY, figure.unit)
    if sensitivity is None:
        raise FigureError(f"{name}: {figure.unit} is no unit of time")
    size = Size(spread / 2, figure.unit, "rectangular")
    return KeptFigure(LATENCY, component(name, size, source=said, sensitivity=sensitivity))


def read_figures(path: Path) -> tuple[KeptFigure, ...]:
    """All figures of a file. Raises FigureError, which says where and what is wrong."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_constant)
    except (OSError, ValueError) as exc:
        raise FigureError(f"{path.name}: {exc}") from exc
    if not isinstance(body, dict) or body.keys() != {"format", "figures"}:
        raise FigureError(f"{path.name}: wanted format and figures, and nothing else")
    if body["format"] != FORMAT or not isinstance(body["figures"], list):
        raise FigureError(f"{path.name}: wanted format {FORMAT!r} and a list")
    found = [_entry(one, f"{path.name}, entry {n}") for n, one in enumerate(body["figures"], 1)]
    _refuse_twice(found, path.name)
    return tuple(found)


def write_figures(path: Path, figures: Sequence[KeptFigure]) -> None:
    """Write them anew; what the file has under other names stays. Raises FigureError, OSError."""
    new = {(one.quantity, one.part.name): one for one in figures}
    old = read_figures(path) if path.exists() else ()
    kept = {(one.quantity, one.part.name): one for one in old} | new
    body = {"format": FORMAT, "figures": [one.to_json() for one in kept.values()]}
    target = path.resolve()
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _entry(body: Any, where: str) -> KeptFigure:
    if not isinstance(body, dict) or not set(_FIELDS) <= body.keys() <= {*_FIELDS, *_OPTIONAL}:
        wanted = f"{', '.join(_FIELDS)} (and {', '.join(_OPTIONAL)})"
        raise FigureError(f"{where}: wanted {wanted}, and nothing else")
    for name in ("quantity", "name", "unit", "distribution", "source"):
        if not isinstance(body[name], str) or not body[name].strip():
            raise FigureError(f"{where}: {name} is {body[name]!r}, no text")
    if body["quantity"] not in UNITS:
        known = ", ".join(UNITS)
        raise FigureError(f"{where}: no quantity {body['quantity']!r}; there are: {known}")
    freedom = None if body["freedom"] is None else _number(body, "freedom", where)
    size = Size(_number(body, "value", where), body["unit"], body["distribution"], freedom)
    try:
        sensitivity = _sensitivity(body, where)
        part = component(body["name"], size, source=body["source"], sensitivity=sensitivity)
    except FigureError as exc:
        raise FigureError(f"{where}: {exc}") from exc
    return KeptFigure(body["quantity"], part)


def _sensitivity(body: Mapping[str, Any], where: str) -> float:
    """As given, or what leads from one unit of time or length to the other."""
    if "sensitivity" in body:
        return _number(body, "sensitivity", where)
    found = scale(body["quantity"], body["unit"])
    if found is None:
        into = UNITS[body["quantity"]]
        raise FigureError(f"{body['unit']} leads to {into} by a sensitivity, and none is given")
    return found


def _number(body: Mapping[str, Any], name: str, where: str) -> float:
    value = body[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FigureError(f"{where}: {name} is {value!r}, no number")
    return float(value)


def _refuse_twice(figures: Iterable[KeptFigure], where: str) -> None:
    seen = set[tuple[str, str]]()
    for one in figures:
        key = (one.quantity, one.part.name)
        if key in seen:
            raise FigureError(f"{where}: {one.part.name} of {one.quantity} is given twice")
        seen.add(key)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")
