"""Which test is marked with which requirement, read from source."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rig.plans.coverage import coverage
from rig.plans.errors import PlansError
from rig.plans.load import load_catalogue
from rig.plans.plan import TESTPLANS

SOURCE = """\
import pytest

pytestmark = [pytest.mark.requirement("DK-CORE-01"), pytest.mark.slow]


@pytest.mark.requirement("DK-LOCK-01", "DK-LOCK-02")
class TestLocking:
    @pytest.mark.requirement("DK-LOCK-03")
    def test_a_tap(self): ...

    def helper(self): ...


def test_plain(): ...
"""


def test_marks_of_module_class_and_test_add_up(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    (tmp_path / "lock" / "test_lock.py").write_text(SOURCE)
    tap, plain = "lock/test_lock.py::TestLocking::test_a_tap", "lock/test_lock.py::test_plain"
    assert coverage(tmp_path) == {
        "DK-CORE-01": (tap, plain),
        "DK-LOCK-01": (tap,),
        "DK-LOCK-02": (tap,),
        "DK-LOCK-03": (tap,),
    }


NAMED = """\
import pytest

LOCK = "DK-LOCK-01"
SECURITY = pytest.mark.requirement("DK-SEC-02")
TWICE = [SECURITY, pytest.mark.requirement(LOCK)]
TYPED: pytest.MarkDecorator = pytest.mark.requirement(*["DK-LOCK-02", "DK-LOCK-03"])
CYCLE = CYCLE
pytestmark = TWICE + [pytest.mark.slow]


class TestAll:
    pytestmark = TYPED

    def test_a(self): ...


@pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.requirement("DK-CORE-01"))])
@CYCLE
def test_b(n): ...


if True:
    @pytest.mark.requirement("DK-CORE-02")
    async def test_c(): ...
"""


def test_marks_behind_names_of_the_module_are_found(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(NAMED)
    a, b, c = "test_it.py::TestAll::test_a", "test_it.py::test_b", "test_it.py::test_c"
    assert coverage(tmp_path) == {
        "DK-SEC-02": (a, b, c),
        "DK-LOCK-01": (a, b, c),
        "DK-LOCK-02": (a,),
        "DK-LOCK-03": (a,),
        "DK-CORE-01": (b,),
        "DK-CORE-02": (c,),
    }


COLLECTOR = """\
import json, pathlib, pytest

@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    found = {}
    for item in items:
        test = item.nodeid.partition("[")[0]
        for mark in item.iter_markers("requirement"):
            for name in mark.args:
                found.setdefault(name, []).append(test)
    pathlib.Path("found.json").write_text(json.dumps(found))
"""


def test_the_scan_finds_what_pytest_collects(tmp_path: Path) -> None:
    (tmp_path / "collector.py").write_text(COLLECTOR)
    command = [sys.executable, "-m", "pytest", "-c", str(TESTPLANS.parent / "pyproject.toml")]
    command += [f"--rootdir={TESTPLANS}", "--collect-only", "-q", "-p", "collector"]
    command += ["-p", "rig.plugin", "-p", "no:cacheprovider", str(TESTPLANS)]
    paths = f"{tmp_path}{os.pathsep}{TESTPLANS.parent}"
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    collected = json.loads((tmp_path / "found.json").read_text())
    assert {name: set(tests) for name, tests in coverage().items()} == {
        name: set(tests) for name, tests in collected.items()
    }


def test_a_file_that_is_no_python_is_named(tmp_path: Path) -> None:
    (tmp_path / "test_broken.py").write_text("def (:\n")
    with pytest.raises(PlansError, match=r"test_broken\.py:1: "):
        coverage(tmp_path)


def test_the_rigs_own_tests_name_only_requirements_there_are() -> None:
    assert coverage().keys() <= load_catalogue().requirements.keys()
