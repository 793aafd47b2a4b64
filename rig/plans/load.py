"""The YAML door: reads the catalogue and plans, strictly.

Unknown and missing fields, wrong types, keys given twice and dangling references are errors that
name the file and the line. Nothing is cached: the whole catalogue reads in well under 0.2 s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from rig.complaints import allowed, complaint, shown
from rig.plans.catalogue import (
    Ambiguities,
    Capability,
    Catalogue,
    Requirement,
    UnjudgedFile,
    Vocabulary,
    check_references,
)
from rig.plans.errors import CatalogueError, PlanError, PlansError
from rig.plans.plan import TESTPLANS, Plan, PlanContent

CATALOGUE = TESTPLANS / "requirements"
AMBIGUITIES, VOCABULARY, UNJUDGED = "ambiguities.yaml", "vocabulary.yaml", "unjudged.yaml"
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is ten times faster
M = TypeVar("M", bound=BaseModel)
Check: TypeAlias = Callable[[Mapping[str, object]], object]
Checks: TypeAlias = Mapping[str, Check]
Place: TypeAlias = tuple[int | str, ...]
Detail: TypeAlias = dict[str, Any]


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
    vocabulary = read_entry(folder / VOCABULARY, Vocabulary, CatalogueError)
    ambiguities = read_entry(folder / AMBIGUITIES, Ambiguities, CatalogueError).ambiguities
    found: list[tuple[Requirement, str]] = []
    files: dict[str, Path] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name in {AMBIGUITIES, VOCABULARY, UNJUDGED}:
            continue
        part = read_entry(path, Capability, CatalogueError)
        for requirement in part.requirements:
            _refuse_twice(requirement.id, path, files)
            found.append((requirement, part.capability))
    found.sort(key=lambda pair: pair[0].number)
    reasons = folder / UNJUDGED
    catalogue = Catalogue(
        requirements={r.id: r for r, _ in found},
        capabilities={r.id: capability for r, capability in found},
        ambiguities={a.id: a for a in ambiguities},
        vocabulary=vocabulary,
        unjudged=read_entry(reasons, UnjudgedFile, CatalogueError).unjudged
        if reasons.exists()
        else {},
    )
    if len(catalogue.ambiguities) != len(ambiguities):
        raise CatalogueError(f"{folder / AMBIGUITIES}: an ambiguity is given twice")
    check_references(catalogue)
    return catalogue


def _refuse_twice(requirement_id: str, path: Path, files: dict[str, Path]) -> None:
    if requirement_id in files:
        raise CatalogueError(f"{path}: {requirement_id} is also in {files[requirement_id]}")
    files[requirement_id] = path


def load_plan(path: Path, checks: Checks = MappingProxyType({})) -> Plan:
    """Read one plan file; PlanError says what is wrong and where.

    ``checks`` know, by section, the names there are; they raise ValueError for what is none.
    """
    content = read_entry(path, PlanContent, PlanError)
    for section, check in checks.items():
        try:
            check(getattr(content, section))
        except ValueError as exc:
            line = _line_of(path, section)
            raise PlanError(f"{path}:{line}: {section}: {exc}") from exc
    return Plan(
        name=path.stem,
        title=content.title,
        tests=content.tests,
        description=content.description.strip(),
        limits=content.limits,
        counts=content.counts,
        readings=content.readings,
        passive=content.passive,
        faults=content.faults,
        decision=content.decision,
        retry=content.retry,
        waivers=None if content.waivers is None else path.resolve().parent / content.waivers,
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


def find_plan(text: str, checks: Checks = MappingProxyType({})) -> Plan:
    """Read the plan a person means: a file, or the name of one; PlanError lists what there is."""
    path = Path(text)
    if path.is_file():
        return load_plan(path, checks)
    known = list_plans()
    if text in known:
        return load_plan(known[text], checks)
    names = ", ".join(sorted(known)) or "none"
    raise PlanError(f"no plan {text!r}: neither a file nor one of: {names}")


def read_entry(path: Path, model: type[M], error: type[PlansError]) -> M:
    """Read a YAML file strictly into a model; ``error`` says what is wrong and where."""
    try:
        text = path.read_bytes().decode()
        body = yaml.load(text, Loader=_Loader)  # noqa: S506 - _Loader is a safe loader
    except OSError as exc:
        raise error(f"{path}: cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        line = exc.object.count(b"\n", 0, exc.start) + 1
        byte = exc.object[exc.start]
        raise error(f"{path}:{line}: not UTF-8 text: byte 0x{byte:02X}") from exc
    except yaml.YAMLError as exc:
        raise error(f"{path}:{_no_yaml(exc, text)}") from exc
    except RecursionError as exc:
        raise error(f"{path}:1: nested too deeply") from exc
    try:
        return model.model_validate(body)
    except ValidationError as exc:
        raise error("\n".join(_complaints(exc, path, text, model))) from exc


def _no_yaml(exc: yaml.YAMLError, text: str) -> str:
    """The line and the reason, for text that is no YAML."""
    if isinstance(exc, yaml.reader.ReaderError):
        found = exc.character if isinstance(exc.character, str) else chr(exc.character)
        line = text.count("\n", 0, max(0, text.find(found))) + 1
        return f"{line}: character 0x{ord(found):02X} is not allowed"
    mark = getattr(exc, "problem_mark", None)
    problem = getattr(exc, "problem", None) or type(exc).__name__
    ours = isinstance(exc, yaml.constructor.ConstructorError)  # right YAML, and not what we want
    return f"{mark.line + 1 if mark else 1}: {'' if ours else 'not YAML: '}{problem}"


def _complaints(exc: ValidationError, path: Path, text: str, model: type[BaseModel]) -> list[str]:
    """What pydantic found, in a bench engineer's words, each with the line it is about."""
    root = yaml.compose(text, Loader=_Loader)
    alike: dict[Place, list[Detail]] = {}
    for detail in exc.errors(include_url=False):
        place = _place(root, detail["loc"], absent=detail["type"] == "missing")
        alike.setdefault(place, []).append({**detail})
    found = []
    for place, details in alike.items():
        inner = any(other[: len(place)] == place for other in alike if other != place)
        if inner and details[0]["type"] == "too_short":
            continue  # only because of what is wrong with its items
        what = ".".join(map(str, place)) or "the file"
        found.append(f"{path}:{_line(root, place)}: {what} {_said(details, place, model)}")
    return found


def _said(details: list[Detail], place: Place, model: type[BaseModel]) -> str:
    kind, value = details[0]["type"], details[0]["input"]
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        fields = _fields_at(model, place[:-1])
        return f"is unknown; {allowed(str(place[-1]), fields, 'there are')}"
    if kind == "value_error":
        return complaint(details)
    return f"{complaint(details)}, found {shown(value)}"


def _fields_at(hint: Any, place: Place) -> tuple[str, ...]:
    """The fields of the model that stands at ``place`` below one of this annotation."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        if not place:
            return tuple(f.alias or name for name, f in hint.model_fields.items())
        return _fields_at(hint.model_fields[str(place[0])].annotation, place[1:])
    inner = [part for part in get_args(hint) if get_args(part) or isinstance(part, type)]
    step = place[1:] if get_origin(hint) in (dict, list, tuple) else place
    return next((found for part in inner if (found := _fields_at(part, step))), ())


def _place(node: yaml.Node | None, loc: Place, *, absent: bool) -> Place:
    """``loc`` as far as it leads through the file, without pydantic's own words.

    The last step to a field that is ``absent`` is kept.
    """
    for steps, part in enumerate(loc):
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        values = [value for key, value in pairs if key.value == str(part)]
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            values = [node.value[part]]
        if not values:
            return loc if absent else loc[:steps]
        node = values[0]
    return loc


def _line_of(path: Path, field: str) -> int:
    """The line of a field at the top of a file that has been read before."""
    return _line(yaml.compose(path.read_bytes(), Loader=_Loader), (field,))


def lines_of(path: Path, field: str, count: int) -> list[int]:
    """The lines of the items of a list at the top of a file that has been read before."""
    root = yaml.compose(path.read_bytes(), Loader=_Loader)
    return [_line(root, (field, item)) for item in range(count)]


def _line(node: yaml.Node | None, place: Place) -> int:
    """The line of the innermost node on the way to ``place`` that the file has."""
    line = 1
    for part in place:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if pair is None:
                return line
            line, node = pair[0].start_mark.line + 1, pair[1]
        else:
            return line
    return line
