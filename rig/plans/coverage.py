"""Which test is marked with which requirement, read from the source without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rig.plans.errors import PlansError
from rig.plans.plan import TESTPLANS

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Names = Mapping[str, ast.expr]
_TESTS = ("test_*.py", "*_test.py")


def coverage(folder: Path = TESTPLANS) -> dict[str, tuple[str, ...]]:
    """Requirement ids, each with the tests that carry it, as node ids below ``folder``.

    Finds ``pytest.mark.requirement("...")`` on tests, classes and parameters, and in ``pytestmark``
    of classes and modules, also by a name that the same module gives it. A name imported from
    elsewhere is not followed. PlansError when a file is no Python.
    """
    found: dict[str, list[str]] = {}
    for path in sorted({p for pattern in _TESTS for p in folder.rglob(pattern)}):
        name = path.relative_to(folder).as_posix()
        try:
            tree = ast.parse(path.read_bytes())
        except SyntaxError as exc:
            raise PlansError(f"{path}:{exc.lineno}: {exc.msg}") from exc
        for test, ids in _tests(tree.body, name, (), {}):
            for requirement in dict.fromkeys(ids):
                found.setdefault(requirement, []).append(test)
    return {requirement: tuple(tests) for requirement, tests in found.items()}


def _tests(
    body: list[ast.stmt], prefix: str, inherited: tuple[str, ...], outer: Names
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each test of a module or class, with its own ids and those of what it stands in."""
    statements = list(_flat(body))
    own = dict(_assignments(statements))
    names = {**outer, **own}
    if (marks := own.get("pytestmark")) is not None:
        inherited = (*inherited, *_ids(marks, names))
    for node in statements:
        if not isinstance(node, Definition):
            continue
        ids = (*inherited, *(i for d in node.decorator_list for i in _ids(d, names)))
        name = f"{prefix}::{node.name}"
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from _tests(node.body, name, ids, names)
        elif not isinstance(node, ast.ClassDef) and node.name.startswith("test"):
            yield name, ids


def _flat(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a body, those below an ``if`` included."""
    for node in body:
        yield node
        if isinstance(node, ast.If):
            yield from _flat([*node.body, *node.orelse])


def _assignments(statements: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in statements:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        value = getattr(node, "value", None)
        for target in targets:
            if isinstance(target, ast.Name) and value is not None:
                yield target.id, value


def _ids(node: ast.expr, names: Names) -> Iterator[str]:
    """The ids in an expression that gives marks; nothing for any other."""
    for part in _parts(node, names):
        if not isinstance(part, ast.Call) or not isinstance(part.func, ast.Attribute):
            continue
        if part.func.attr == "requirement":
            yield from _texts(part.args, names)
        elif part.func.attr == "parametrize":
            for marks in _marks_of_parameters(part):
                yield from _ids(marks, names)


def _parts(node: ast.expr, names: Names) -> Iterator[ast.expr]:
    """What an expression is made of, with names replaced and lists, sums and stars taken apart."""
    if isinstance(node, ast.Name) and node.id in names:
        others = {name: value for name, value in names.items() if name != node.id}
        yield from _parts(names[node.id], others)
    elif isinstance(node, ast.List | ast.Tuple):
        for element in node.elts:
            yield from _parts(element, names)
    elif isinstance(node, ast.BinOp):
        yield from _parts(node.left, names)
        yield from _parts(node.right, names)
    elif isinstance(node, ast.Starred):
        yield from _parts(node.value, names)
    else:
        yield node


def _texts(arguments: Iterable[ast.expr], names: Names) -> Iterator[str]:
    for argument in arguments:
        for part in _parts(argument, names):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value


def _marks_of_parameters(call: ast.Call) -> Iterator[ast.expr]:
    """The ``marks`` of every ``pytest.param`` among the cases."""
    for node in ast.walk(call):
        if isinstance(node, ast.keyword) and node.arg == "marks":
            yield node.value
