"""Files, functions and names keep the project's measure, and each rule can fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture.shape_rules import (
    empty_names,
    folders_without_readme,
    long_files,
    long_functions,
    sleeps_for_luck,
)
from tests.architecture.source_tree import PROJECT, plant

Rule = Callable[[Path], list[str]]
RULES = (long_files, long_functions, empty_names, folders_without_readme, sleeps_for_luck)


@pytest.mark.parametrize("rule", RULES)
def test_the_project_keeps_the_rule(rule: Rule) -> None:
    found = rule(PROJECT)
    assert not found, "\n".join(found)


VIOLATIONS: dict[str, tuple[Rule, str, str]] = {
    "a file of 301 lines": (long_files, "rig/cli/run.py", "x = 1\n" * 301),
    "a function of 41 lines": (
        long_functions,
        "drivers/nfc/pcsc.py",
        "def f():\n" + "    x = 1\n" * 40,
    ),
    "a method of 41 lines": (
        long_functions,
        "tests/test_a.py",
        "class A:\n    async def f(self):\n" + "        x = 1\n" * 40,
    ),
    "a module called utils": (empty_names, "rig/measure/utils.py", ""),
    "a folder called common": (empty_names, "drivers/common/frames.py", ""),
    "a folder without a README": (folders_without_readme, "drivers/nfc/pcsc.py", ""),
    "an empty README": (folders_without_readme, "rig/README.md", "\n"),
    "time.sleep": (sleeps_for_luck, "tests/test_a.py", "import time\ntime.sleep(1)\n"),
    "sleep by its own name": (
        sleeps_for_luck,
        "tests/rig/test_b.py",
        "from time import sleep\ndef test_b():\n    for _ in range(3):\n        sleep(0.1)\n",
    ),
}


@pytest.mark.parametrize(("rule", "name", "text"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_a_violation_is_found(tmp_path: Path, rule: Rule, name: str, text: str) -> None:
    assert len(rule(plant(tmp_path, name, text))) == 1


KEPT: dict[str, tuple[Rule, str, str]] = {
    "a file of 300 lines": (long_files, "rig/cli/run.py", "x = 1\n" * 300),
    "a function of 40 lines": (long_functions, "rig/a.py", "def f():\n" + "    x = 1\n" * 39),
    "a README": (folders_without_readme, "rig/README.md", "What is here."),
    "a polling loop": (
        sleeps_for_luck,
        "tests/test_a.py",
        "while not done():\n    time.sleep(0.01)\n",
    ),
    "a sleep in a driver": (sleeps_for_luck, "drivers/a.py", "time.sleep(1)\n"),
}


@pytest.mark.parametrize(("rule", "name", "text"), KEPT.values(), ids=KEPT)
def test_what_keeps_the_rule_is_left_alone(
    tmp_path: Path, rule: Rule, name: str, text: str
) -> None:
    assert rule(plant(tmp_path, name, text)) == []
