"""The forty features of `reports/README.md`: each has a place and a test, and both exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = ROOT / "reports" / "README.md"
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
FILE = re.compile(r"`([\w./]+\.\w+)`")
ROWS = {int(n): (where, tests) for n, _what, where, tests in ROW.findall(README.read_text())}


def test_the_table_has_all_forty_rows() -> None:
    assert sorted(ROWS) == list(range(1, 41))


@pytest.mark.parametrize(("where", "tests"), ROWS.values(), ids=map(str, ROWS))
def test_each_row_names_a_module_and_a_test_that_exist(where: str, tests: str) -> None:
    for cell, folder in ((where, ROOT / "reports"), (tests, ROOT / "tests" / "reports")):
        named = FILE.findall(cell)
        assert named, cell
        for name in named:
            found = [folder / name, folder / "templates" / name]
            assert any(path.is_file() for path in found), name
    assert all(Path(name).name.startswith("test_") for name in FILE.findall(tests))
