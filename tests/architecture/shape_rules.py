"""How large a file and a function may be, what may not be a name, and what a test may not do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source_tree import PACKAGES, modules

LINES_OF_A_FILE = 300
LINES_OF_A_FUNCTION = 40
NAMES_THAT_SAY_NOTHING = frozenset(
    {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
)

# Signals against grace periods: there, what happens after a while is what is tested.
TIME_IS_THE_SUBJECT = frozenset(
    {
        "tests.drivers.api.test_event_loop",
        "tests.drivers.sim.test_skipping",
        "tests.rig.bench.bench_victim",
        "tests.rig.bench.test_kill_matrix",
    }
)


def long_files(root: Path) -> list[str]:
    """Files that hold more than one subject, by their length."""
    return [
        f"{module.name}: {lines} lines, at most {LINES_OF_A_FILE}"
        for module in modules(root)
        if (lines := len(module.text.splitlines())) > LINES_OF_A_FILE
    ]


def long_functions(root: Path) -> list[str]:
    """Functions that do not fit in the eye."""
    return [
        module.at(node, f"{node.name} has {lines} lines, at most {LINES_OF_A_FUNCTION}")
        for module in modules(root)
        for node in ast.walk(module.syntax)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > LINES_OF_A_FUNCTION
    ]


def empty_names(root: Path) -> list[str]:
    """Modules and folders whose name does not say what is in them."""
    return [
        f"{module.name}: {part!r} says nothing"
        for module in modules(root)
        for part in module.name.split(".")
        if part in NAMES_THAT_SAY_NOTHING
    ]


def folders_without_readme(root: Path) -> list[str]:
    """Top folders that do not explain themselves."""
    folders = [root / package for package in PACKAGES if (root / package).is_dir()]
    return [f"{folder.name}: no README.md" for folder in folders if not _is_written(folder)]


def _is_written(folder: Path) -> bool:
    readme = folder / "README.md"
    return readme.is_file() and bool(readme.read_text(encoding="utf-8").strip())


def sleeps_for_luck(root: Path) -> list[str]:
    """Tests that wait a fixed time. A pause in a `while` loop polls a condition and may stay.

    What a clock is told to sleep may pass at once: that is asked of the clock, not of luck.
    """
    return [
        module.at(node, "sleeps outside of a polling loop")
        for module in modules(root)
        if module.name.startswith("tests.") and module.name not in TIME_IS_THE_SUBJECT
        for node in _outside_of_loops(module.syntax)
        if isinstance(node, ast.Call) and _called(node) == "sleep" and not _of_a_clock(node)
    ]


def _outside_of_loops(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.While):
            yield child
            yield from _outside_of_loops(child)


def _of_a_clock(node: ast.Call) -> bool:
    called = node.func
    owner = called.value if isinstance(called, ast.Attribute) else None
    name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    return name.endswith("clock")


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""
