"""Bench files: where they are, and from YAML to a checked description.

The only place of ``rig.bench`` that knows YAML. Whatever is wrong is one BenchFileError with file
and line, raised before any device is opened.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import yaml
from yaml.reader import ReaderError

from rig.bench.description import BenchDescription
from rig.bench.entries import entries_of
from rig.bench.errors import BenchFileError
from rig.bench.sections import (
    SECTIONS,
    environment_of,
    laboratory_of,
    sections_of,
    vehicle_of,
)
from rig.bench.source import Node, Source
from rig.complaints import allowed

BENCHES = Path(__file__).parents[2] / "testplans" / "benches"
OWN_BENCHES = Path("benches")  # of the user, in the folder the rig is called from


def bench_files() -> dict[str, Path]:
    """The benches that can be named without a path; the user's own come first."""
    found: dict[str, Path] = {}
    for folder in (OWN_BENCHES, BENCHES):
        for path in sorted(folder.glob("*.yaml")):
            found.setdefault(path.stem, path)
    return found


def find_bench(text: str) -> Path:
    """The file of a bench given by path or by name.

    Raises BenchFileError that lists the benches there are.
    """
    named = bench_files()
    if text in named:
        return named[text]
    path = Path(text)
    if path.is_file():
        return path
    raise BenchFileError(
        f"no bench {text!r}, neither a file nor a name; {allowed(text, named, 'benches')}"
    )


def load_bench(path: Path) -> BenchDescription:
    """Read and check a bench file, and the bench it falls back to.

    Raises BenchFileError; no device has been opened when it does.
    """
    return _load(path, ())


def _load(path: Path, before: tuple[Path, ...]) -> BenchDescription:
    source = Source(path)
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise BenchFileError(f"cannot be read: {exc.strerror}", file=path) from exc
    sections = sections_of(source, _parsed(source, content))
    return BenchDescription(
        name=source.text(sections["name"], "name"),
        path=path,
        sha256=sha256(content).hexdigest(),
        devices=entries_of(source, sections["devices"]),
        vehicle=vehicle_of(source, sections["vehicle"]),
        fallback=_fallback(source, sections.get("fallback"), (*before, path.resolve())),
        vehicle_lines=sections["vehicle"].lines(),
        laboratory=laboratory_of(source, sections.get("laboratory")),
        environment=environment_of(source, sections.get("environment")),
    )


def _fallback(
    source: Source, node: Node | None, before: tuple[Path, ...]
) -> BenchDescription | None:
    if node is None:
        return None
    text = source.text(node, "fallback")
    beside = source.folder / f"{text}.yaml"
    try:
        path = beside if beside.is_file() else find_bench(text)
    except BenchFileError as exc:
        raise source.error(node.line, f"fallback: {exc}") from exc
    if path.resolve() in before:
        raise source.error(node.line, f"fallback: {text} leads back to a bench already tried")
    return _load(path, before)


def _parsed(source: Source, content: bytes) -> Node:
    """The YAML text as a tree; every way of being no YAML ends in BenchFileError."""
    try:
        text = content.decode()
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise source.error(line, f"not UTF-8 text: byte 0x{content[exc.start]:02X}") from exc
    try:
        loader = yaml.SafeLoader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
        if node is None:
            raise source.error(1, f"the file is empty; a bench file has: {', '.join(SECTIONS)}")
        return _Tree(source, loader).node(node, 1)
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        raise source.error(mark.line + 1 if mark else 1, _syntax(exc)) from exc
    except ReaderError as exc:
        line = text.count("\n", 0, exc.position) + 1
        character = ord(text[exc.position])
        raise source.error(line, f"character 0x{character:02X} is not allowed") from exc
    except RecursionError as exc:
        raise source.error(1, "nested too deeply for a bench file") from exc


class _Tree:
    """Turns YAML's nodes into ours, strictly: plain values, text keys, each key once."""

    _SCALARS = ("str", "int", "float", "bool", "null", "timestamp")

    def __init__(self, source: Source, loader: yaml.SafeLoader) -> None:
        self._source = source
        self._loader = loader
        self._seen: set[int] = set()

    def node(self, node: yaml.Node, line: int) -> Node:
        """One value that stands under a key of ``line``."""
        if id(node) in self._seen:  # an alias: it could repeat itself without end
            raise self._source.error(line, "aliases (*name) are not allowed; write the value again")
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode) and node.tag.endswith(":map"):
            return Node(self._mapping(node), line)
        if isinstance(node, yaml.SequenceNode) and node.tag.endswith(":seq"):
            return Node([self.node(n, _line(n)) for n in node.value], line)
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        if not isinstance(node, yaml.ScalarNode) or kind not in self._SCALARS:
            raise self._source.error(line, f"tag {node.tag} is not allowed; no tags are")
        if kind == "timestamp":  # a bench file has no dates; what looks like one is text
            return Node(str(node.value), line)
        try:
            return Node(self._loader.construct_object(node), line)
        except ValueError as exc:
            raise self._source.error(line, f"{node.value!r} is not a {kind}") from exc

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for key_node, value in node.value:
            key, line = self._key(key_node), _line(key_node)
            if key in found:
                first = found[key].line
                raise self._source.error(line, f"{key!r} stands twice; first on line {first}")
            found[key] = self.node(value, line)
        return found

    def _key(self, node: yaml.Node) -> str:
        if isinstance(node, yaml.ScalarNode) and node.tag.endswith(":str"):
            return str(node.value)
        found = repr(node.value) if isinstance(node, yaml.ScalarNode) else "a list or mapping"
        message = f"a key must be text, found {found}; quotes make it text"
        raise self._source.error(_line(node), message)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _syntax(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "cannot be read"
    if "'@'" in problem:
        return 'a reference is written in quotes: "@name"'
    where = f" ({error.context})" if error.context else ""
    return f"not YAML: {problem}{where}"
