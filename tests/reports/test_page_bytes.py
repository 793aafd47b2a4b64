"""The same records give the same bytes: in any process, in any order of languages."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from reports.language import LANGUAGES
from reports.page import PAGES, render_files, write_page
from tests.reports.demo_run import write_demo

ROOT = Path(__file__).parents[2]
RENDER = """
import hashlib, json, sys
from pathlib import Path
from reports.page import render_files
files = render_files(Path(sys.argv[1]), sys.argv[2:])
print(json.dumps({name: hashlib.sha256(octets).hexdigest() for name, octets in files.items()}))
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo(tmp_path_factory.mktemp("demo") / "run")


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(octets).hexdigest() for name, octets in files.items()}


def in_a_process(run: Path, languages: Sequence[str], seed: str) -> dict[str, str]:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "PYTHONPATH": str(ROOT),
        "TZ": "Asia/Tokyo",
    }
    command = [sys.executable, "-c", RENDER, str(run), *languages]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, timeout=120)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_every_process_renders_the_same_bytes(run: Path) -> None:
    here = digests(render_files(run, LANGUAGES))
    assert set(here) == {"report.html", "report.de.html", "visits/1.html"}
    assert in_a_process(run, LANGUAGES, "1") == here
    assert in_a_process(run, list(reversed(LANGUAGES)), "2") == here


def test_a_page_does_not_depend_on_the_languages_beside_it(run: Path) -> None:
    both = render_files(run, LANGUAGES)
    for language in LANGUAGES:
        alone = render_files(run, [language])
        assert alone[PAGES[language]] == both[PAGES[language]]
        assert alone["visits/1.html"] == both["visits/1.html"]


def test_writing_a_page_changes_nothing_for_the_next(run: Path) -> None:
    write_page(run, LANGUAGES)
    first = {name: (run / name).read_bytes() for name in PAGES.values()}
    write_page(run, LANGUAGES)
    assert {name: (run / name).read_bytes() for name in PAGES.values()} == first
    assert not list(run.rglob("*.part"))
