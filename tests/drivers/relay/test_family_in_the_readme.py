"""The README's new relay family, followed to the letter in a copy of the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent, indent

import pytest

from tests.architecture.import_rules import imports_past_the_door, wrong_way_imports

ROOT = Path(__file__).parents[3]
SECTION = "### A relay board, from nothing to the suite"
REGISTRY = "rig/bench/registry.py"
LIMIT = 60
_BLOCK = re.compile(r"^ *```(?:python|yaml)\n(?P<body> *# (?P<path>\S+)\n.*?)^ *```$", re.M | re.S)


def example() -> dict[str, str]:
    """The section's blocks by the path that each one names, without that line."""
    text = (ROOT / "drivers" / "README.md").read_text()
    section = text.split(SECTION)[1].split("\n#")[0]
    return {m["path"]: dedent(m["body"]).split("\n", 1)[1] for m in _BLOCK.finditer(section)}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project without its other tests, as it was before anybody followed the section."""
    for name in ("drivers", "rig", "reports", "tests/contracts"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for path, text in example().items():
        if path == REGISTRY:
            registry = (tmp_path / path).read_text().splitlines(keepends=True)
            kept = [line for line in registry if line.strip() not in text.splitlines()]
            (tmp_path / path).write_text("".join(kept))
        else:
            (tmp_path / path).unlink(missing_ok=True)
    return tmp_path


def follow(copy: Path, blocks: dict[str, str]) -> None:
    """Write the new files, and add the lines to the registry."""
    for path, text in blocks.items():
        if path != REGISTRY:
            (copy / path).write_text(text)
    registry = copy / REGISTRY
    opening = "DRIVERS = {\n"
    before = registry.read_text()
    assert opening in before
    registry.write_text(before.replace(opening, opening + indent(blocks[REGISTRY], "    "), 1))


def run(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "TMPDIR": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )


def suite(copy: Path) -> subprocess.CompletedProcess[str]:
    quiet = ("-q", "-p", "no:cacheprovider")
    return run(copy, "pytest", *quiet, "tests/contracts/test_relay_board.py", "-k", "[kta")


def test_it_is_short_and_touches_no_file_but_the_registry() -> None:
    blocks = example()
    new = [path.rpartition("/")[0] for path in blocks if path != REGISTRY]
    assert new == ["drivers/relay", "drivers/sim", "tests/contracts/relay_boards"]
    assert REGISTRY in blocks
    assert sum(len(text.splitlines()) for text in blocks.values()) < LIMIT


def test_it_passes_the_suite_of_relay_boards_and_the_checks_of_the_house(copy: Path) -> None:
    follow(copy, example())
    done = suite(copy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^12 passed", done.stdout, re.M), done.stdout
    python = [path for path in example() if path.endswith(".py")]
    for check in (("check",), ("format", "--diff")):
        done = run(copy, "ruff", *check, "--no-cache", *python)
        assert done.returncode == 0, done.stdout + done.stderr
    assert wrong_way_imports(copy) == imports_past_the_door(copy) == []


FAULTS = {
    "a driver that mixes up on and off": ("'ON' if on else 'OF'", "'OF' if on else 'ON'"),
    "a driver that reads the wrong relay": ("range(8)", "reversed(range(8))"),
    "a driver that is in no registry": ('"relay.kta"', '"relay.cta"'),
}


@pytest.mark.parametrize(("right", "wrong"), FAULTS.values(), ids=FAULTS)
def test_a_mistake_in_it_is_caught_by_the_suite(copy: Path, right: str, wrong: str) -> None:
    blocks = {path: text.replace(right, wrong) for path, text in example().items()}
    assert blocks != example()
    follow(copy, blocks)
    assert suite(copy).returncode == 1
