"""The YAML door: reads the catalogue and plans, strictly.

Unknown and missing fields, wrong types, keys given twice and dangling references are errors that
name the file and the line. Nothing is cached: the whole catalogue reads in well under 0.2 s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from rig.plans.catalogue import (
    Ambiguities,
    Capability,
    Catalogue,
    Requirement,
    Vocabulary,
    check_references,
)
from rig.plans.errors import CatalogueError, PlanError, PlansError
from rig.plans.plan import TESTPLANS, Plan, PlanContent

CATALOGUE = TESTPLANS / "requirements"
AMBIGUITIES, VOCABULARY = "ambiguities.yaml", "vocabulary.yaml"
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is ten times faster
M = TypeVar("M", bound=BaseModel)


class _Loader(_Base):  # type: ignore[misc]
    """A safe loader that refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        found: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        if len(found) != len(node.value):
            twice = _first_repeated(node)
            raise yaml.constructor.ConstructorError(
                None, None, f"{twice.value!r} is given twice", twice.start_mark
            )
        return found


def _first_repeated(node: yaml.MappingNode) -> yaml.Node:
    pairs: list[tuple[yaml.Node, yaml.Node]] = node.value
    keys = [key for key, _value in pairs]
    return next(k for i, k in enumerate(keys) if k.value in {other.value for other in keys[:i]})


def load_catalogue(folder: Path = CATALOGUE) -> Catalogue:
    """Read every file of the catalogue; CatalogueError says what is wrong and where."""
    vocabulary = _load(folder / VOCABULARY, Vocabulary, CatalogueError)
    ambiguities = _load(folder / AMBIGUITIES, Ambiguities, CatalogueError).ambiguities
    found: list[tuple[Requirement, str]] = []
    files: dict[str, Path] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name in {AMBIGUITIES, VOCABULARY}:
            continue
        part = _load(path, Capability, CatalogueError)
        for requirement in part.requirements:
            _refuse_twice(requirement.id, path, files)
            found.append((requirement, part.capability))
    found.sort(key=lambda pair: pair[0].number)
    catalogue = Catalogue(
        requirements={r.id: r for r, _ in found},
        capabilities={r.id: capability for r, capability in found},
        ambiguities={a.id: a for a in ambiguities},
        vocabulary=vocabulary,
    )
    if len(catalogue.ambiguities) != len(ambiguities):
        raise CatalogueError(f"{folder / AMBIGUITIES}: an ambiguity is given twice")
    check_references(catalogue)
    return catalogue


def _refuse_twice(requirement_id: str, path: Path, files: dict[str, Path]) -> None:
    if requirement_id in files:
        raise CatalogueError(f"{path}: {requirement_id} is also in {files[requirement_id]}")
    files[requirement_id] = path


def load_plan(path: Path) -> Plan:
    """Read one plan file; PlanError says what is wrong and where."""
    content = _load(path, PlanContent, PlanError)
    return Plan(
        name=path.stem,
        title=content.title,
        tests=content.tests,
        description=content.description.strip(),
        limits=content.limits,
        counts=content.counts,
        path=path.resolve(),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def plan_folders() -> tuple[Path, ...]:
    """Where plans are looked for by name: ``plans`` here first, then the rig's own."""
    return (Path.cwd() / "plans", TESTPLANS / "plans")


def list_plans() -> dict[str, Path]:
    """Every plan that can be run by name."""
    found: dict[str, Path] = {}
    for folder in plan_folders():
        for path in sorted(folder.glob("*.yaml")):
            found.setdefault(path.stem, path)
    return found


def find_plan(text: str) -> Plan:
    """Read the plan a person means: a file, or the name of one; PlanError lists what there is."""
    path = Path(text)
    if path.is_file():
        return load_plan(path)
    known = list_plans()
    if text in known:
        return load_plan(known[text])
    names = ", ".join(sorted(known)) or "none"
    raise PlanError(f"no plan {text!r}: neither a file nor one of: {names}")


def _load(path: Path, model: type[M], error: type[PlansError]) -> M:
    try:
        text = path.read_bytes()
        body = yaml.load(text, Loader=_Loader)  # noqa: S506 - _Loader is a safe loader
    except OSError as exc:
        raise error(f"{path}: {exc.strerror}") from exc
    except yaml.YAMLError as exc:
        raise error(f"{path}{_where(exc)}") from exc
    try:
        return model.model_validate(body)
    except ValidationError as exc:
        raise error("\n".join(_complaints(exc, path, text))) from exc


def _where(exc: yaml.YAMLError) -> str:
    mark = getattr(exc, "problem_mark", None)
    line = f":{mark.line + 1}" if mark else ""
    return f"{line}: {getattr(exc, 'problem', None) or exc}"


def _complaints(exc: ValidationError, path: Path, text: bytes) -> list[str]:
    """Pydantic's findings, each with the line of the value it is about."""
    root = yaml.compose(text, Loader=_Loader)
    found = []
    for error in exc.errors(include_url=False):
        place = ".".join(str(part) for part in error["loc"])
        said = error["msg"].removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            said = "unknown field"
        elif error["type"] == "missing":
            said = "missing field"
        found.append(f"{path}:{_line(root, error['loc'])}: {place or 'file'}: {said}")
    return found


def _line(node: yaml.Node | None, loc: tuple[int | str, ...]) -> int:
    """The line of the innermost node on the way to ``loc`` that the file has."""
    line = 1
    for part in loc:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == part), None)
            if pair is None:
                return line
            line, node = pair[0].start_mark.line + 1, pair[1]
        else:
            return line
    return line
