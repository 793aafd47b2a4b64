"""The verbs of the Makefile are the ones that the README and continuous integration call."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from tests.setup.machine import PROJECT

VERBS = ("run", "test", "test-vm", "check", "bench", "setup", "lock", "help")


def make(*words: str) -> str:
    """What `make` writes, whatever the make that runs these tests was given."""
    return subprocess.run(
        ["/usr/bin/env", "make", "--no-print-directory", *words],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize("verb", VERBS)
def test_help_names_the_verb(verb: str) -> None:
    assert re.search(rf"^  make {verb} +\w", make("help"), re.MULTILINE)


@pytest.mark.parametrize("verb", ["run", "test", "check", "bench"])
def test_each_verb_sets_itself_up_first(verb: str) -> None:
    first, *then = make("--dry-run", verb).splitlines()
    assert first == f".ci/setup {verb}"
    assert then


def test_the_virtual_machine_has_a_verb_with_the_set_up_of_the_tests() -> None:
    first, then = make("--dry-run", "test-vm").splitlines()
    assert first == ".ci/setup test"
    assert "pytest tests/vm" in then


def test_run_takes_another_plan_and_bench() -> None:
    command = make("--dry-run", "run", "PLAN=unlock", "BENCH=desk.yaml").splitlines()[-1]
    assert command.split() == [".venv/bin/rig", "run", "unlock", "--bench", "desk.yaml"]


def test_integration_runs_the_readmes_test_command() -> None:
    commands = (PROJECT / ".ci" / "run").read_text()
    readme = (PROJECT / "README.md").read_text()
    assert re.search(r"^make test\b", commands, re.MULTILINE)
    assert re.search(r"^make test\b", readme, re.MULTILINE)
