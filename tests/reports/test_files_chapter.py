"""The page says how its files are checked and what else can be made of the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reports.command import report
from reports.exports.command import FORMATS
from reports.sealing.command import stamp, verify
from tests.reports.sample_runs import STARTED, result

if TYPE_CHECKING:
    from tests.reports.conftest import RenderRun


def test_every_export_is_named_with_its_command_and_file(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")])
    rows = {e.text for e in page.find("table", "t-export")[0:1]}
    (table,) = rows
    for name, (file, _write) in FORMATS.items():
        assert f"rig export --format {name} {file}" in table
    assert "samples.csv a row for every sample" in table


def test_the_commands_that_it_names_exist(page_of: RenderRun) -> None:
    chapter = page_of([result("a::test_one")]).by_id("files").text
    assert f"rig verify {STARTED.run_id} --trust KEY.pub" in chapter
    assert "rig stamp" in chapter
    assert {"--trust"} <= options(verify)
    assert "--language" in options(report)
    assert stamp.name == "stamp"


def options(command: click.Command) -> set[str]:
    return {word for parameter in command.params for word in parameter.opts}


def test_it_promises_no_signature_that_is_written_after_it(page_of: RenderRun) -> None:
    chapter = page_of([result("a::test_one")]).by_id("files").text
    assert "whether a run is signed is not said here" in chapter
    assert "manifest.json" in chapter
    assert "manifest.sig" in chapter
    assert "manifest.tsr" in chapter


def test_the_records_are_linked_with_their_hashes(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")])
    assert page.by_id("files").text.count("SHA-256 ") >= 2
    links = {a.attributes["href"] for a in page.find("a")}
    assert {"journal.jsonl", "trace.jsonl", "#files"} <= links
