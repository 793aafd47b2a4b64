"""Which test is marked with which requirement, read from the source without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from rig.plans.errors import PlansError
from rig.plans.plan import TESTPLANS

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_TESTS = ("test_*.py", "*_test.py")


def coverage(folder: Path = TESTPLANS) -> dict[str, tuple[str, ...]]:
    """Requirement ids, each with the tests that carry it, as node ids below ``folder``.

    Finds ``@pytest.mark.requirement("...")`` on tests and classes and ``pytestmark`` of a module.
    PlansError when a file is no Python.
    """
    found: dict[str, list[str]] = {}
    for path in sorted({p for pattern in _TESTS for p in folder.rglob(pattern)}):
        name = path.relative_to(folder).as_posix()
        try:
            tree = ast.parse(path.read_bytes())
        except SyntaxError as exc:
            raise PlansError(f"{path}:{exc.lineno}: {exc.msg}") from exc
        for test, ids in _tests(tree.body, name, _of_module(tree)):
            for requirement in dict.fromkeys(ids):
                found.setdefault(requirement, []).append(test)
    return {requirement: tuple(tests) for requirement, tests in found.items()}


def _tests(
    body: list[ast.stmt], prefix: str, inherited: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in body:
        if not isinstance(node, Definition):
            continue
        ids = (*inherited, *(i for d in node.decorator_list for i in _ids(d)))
        name = f"{prefix}::{node.name}"
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from _tests(node.body, name, ids)
        elif not isinstance(node, ast.ClassDef) and node.name.startswith("test"):
            yield name, ids


def _of_module(tree: ast.Module) -> tuple[str, ...]:
    marks = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets)
    ]
    return tuple(i for mark in marks for call in ast.walk(mark) for i in _ids(call))


def _ids(node: ast.AST) -> Iterator[str]:
    """The arguments of a ``pytest.mark.requirement(...)``; nothing for any other expression."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "requirement"
    ):
        for argument in node.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value
