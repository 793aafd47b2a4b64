"""Which test is marked with which requirement, read from source."""

from __future__ import annotations

from pathlib import Path

import pytest

from rig.plans.coverage import coverage
from rig.plans.errors import PlansError
from rig.plans.load import load_catalogue

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


def test_a_file_that_is_no_python_is_named(tmp_path: Path) -> None:
    (tmp_path / "test_broken.py").write_text("def (:\n")
    with pytest.raises(PlansError, match=r"test_broken\.py:1: "):
        coverage(tmp_path)


def test_the_rigs_own_tests_name_only_requirements_there_are() -> None:
    assert coverage().keys() <= load_catalogue().requirements.keys()
