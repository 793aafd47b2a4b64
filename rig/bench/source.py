"""A bench file as a tree of values that know their lines, and complaints that name them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from rig import complaints
from rig.bench.errors import BenchFileError

Scalar: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Node:
    """One value of the file. ``line`` is that of the key it stands under, or its own in a list."""

    value: Scalar | list[Node] | dict[str, Node]
    line: int

    def plain(self) -> object:
        """The value without lines."""
        if isinstance(self.value, list):
            return [item.plain() for item in self.value]
        if isinstance(self.value, dict):
            return {key: item.plain() for key, item in self.value.items()}
        return self.value

    def lines(self, name: str = "") -> dict[str, int]:
        """The line of this value and of each key and item below it, by dotted name."""
        found = {name: self.line}
        if isinstance(self.value, dict):
            for key, node in self.value.items():
                found |= node.lines(f"{name}.{key}" if name else key)
        elif isinstance(self.value, list):
            for number, node in enumerate(self.value):
                found |= node.lines(f"{name}.{number}")
        return found

    def under(self, path: Iterable[object]) -> tuple[str, Node]:
        """The node at the end of ``path``, or the last on the way there, with its dotted name."""
        node, names = self, []
        for step in path:
            inner: Node | None = None
            if isinstance(node.value, dict):
                inner = node.value.get(str(step))
            elif isinstance(node.value, list) and isinstance(step, int):
                inner = node.value[step] if step < len(node.value) else None
            if inner is None:
                break
            node = inner
            names.append(str(step))
        return ".".join(names), node


@dataclass(frozen=True, slots=True)
class Source:
    """The file that is being read."""

    path: Path

    @property
    def folder(self) -> Path:
        """Where the paths in the file begin."""
        return self.path.absolute().parent

    def error(self, line: int, message: str) -> BenchFileError:
        """A complaint about a line."""
        return BenchFileError(message, file=self.path, line=line)

    def mapping(self, node: Node, what: str) -> dict[str, Node]:
        """The node as a mapping, or a complaint that ``what`` must be one."""
        if not isinstance(node.value, dict):
            raise self.error(
                node.line, f"{what} must be a mapping of names to values, found {shown(node)}"
            )
        return node.value

    def text(self, node: Node, what: str) -> str:
        """The node as text that is not empty, or a complaint."""
        if not isinstance(node.value, str) or not node.value:
            raise self.error(node.line, f"{what} must be text, found {shown(node)}")
        return node.value


def shown(node: Node) -> str:
    """A value as it may stand in a message: short, and with text in quotes."""
    return complaints.shown(node.plain())
