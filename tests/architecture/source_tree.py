"""The project's source as the architecture rules see it: modules with their syntax trees.

Every rule is a function from the root of a tree to its violations, so that it can be run on the
project and on a small tree with a planted fault.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PACKAGES = ("drivers", "rig", "reports", "testplans", "tests")


@dataclass(frozen=True)
class Module:
    """One source file: its dotted name, where it lies, and what is in it."""

    name: str
    path: Path
    text: str
    syntax: ast.Module

    @property
    def package(self) -> str:
        """The package that a relative import in this module starts from."""
        return self.name if self.path.stem == "__init__" else self.name.rpartition(".")[0]

    def at(self, node: ast.stmt | ast.expr, message: str) -> str:
        """A violation at a place in this module."""
        return f"{self.name}:{node.lineno}: {message}"


def modules(root: Path) -> Iterator[Module]:
    """Every module of the project below this root, `conftest.py` included."""
    paths = [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]
    paths += sorted(root.glob("*.py"))
    for path in paths:
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        text = path.read_text(encoding="utf-8")
        yield Module(name, path, text, ast.parse(text, filename=str(path)))


def plant(root: Path, name: str, text: str = "") -> Path:
    """Write one file of a small tree, for a rule to be seen failing on."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return root
