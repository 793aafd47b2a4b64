"""The lock files pin everything that pyproject.toml asks for, and say nothing about a machine."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise

import pytest

from tests.setup.machine import PROJECT

PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[0-9][0-9a-z.]*)(?: ; (?P<marker>.+?))? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
GROUPS = {"core": "requirements.lock"} | {
    group: f"requirements-{group}.lock" for group in ("pcsc", "dev", "bench")
}


def pins(group: str) -> list[tuple[str, str, str]]:
    """Name, version and marker of every pin of a lock file, in its order."""
    lines = (PROJECT / GROUPS[group]).read_text().splitlines()
    return [
        (found["name"], found["version"], found["marker"] or "")
        for line in lines
        if (found := PIN.match(line))
    ]


def asked_for(group: str) -> set[str]:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    groups = settings["dependency-groups"]
    texts = (
        settings["project"]["dependencies"] + groups["build"] if group == "core" else groups[group]
    )
    return {re.split(r"[^\w.-]", text)[0].lower().replace("_", "-") for text in texts}


@pytest.mark.parametrize("group", GROUPS)
def test_a_lock_holds_pins_with_hashes_and_nothing_else(group: str) -> None:
    lines = (PROJECT / GROUPS[group]).read_text().splitlines()
    strange = [
        line for line in lines if not (line.startswith("#") or PIN.match(line) or HASH.match(line))
    ]
    assert strange == []
    bare = [a for a, b in pairwise(lines) if PIN.match(a) and not HASH.match(b)]
    assert bare == []


@pytest.mark.parametrize("group", GROUPS)
def test_a_lock_pins_what_the_project_asks_for(group: str) -> None:
    assert asked_for(group) <= {name for name, _, _ in pins(group)}


@pytest.mark.parametrize("group", ["pcsc", "dev", "bench"])
def test_the_locks_can_be_installed_together(group: str) -> None:
    core = {(name, version) for name, version, _ in pins("core")}
    names = {name for name, _ in core}
    others = {(name, version) for name, version, _ in pins(group) if name in names}
    assert others <= core


def test_what_builds_the_project_is_locked() -> None:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    assert settings["build-system"]["requires"] == [
        text for text in settings["dependency-groups"]["build"] if text.startswith("setuptools")
    ]
