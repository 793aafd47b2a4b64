"""`rig export`, called as click calls it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reports.exports.command import FORMATS
from rig.cli import main


def called(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def desk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder above the run; no key is in the environment."""
    monkeypatch.delenv("RIG_SIGNING_KEY", raising=False)
    monkeypatch.chdir(folder.parent)
    return folder.parent


def test_every_format_is_written_twice_the_same_and_sealed(desk: Path) -> None:
    arguments = ["export", "run", *(f"--format={name}" for name in FORMATS)]
    written = []
    for _ in range(2):
        done = called(*arguments)
        assert done.exit_code == 0, done.output
        paths = [Path(line) for line in done.output.splitlines()]
        assert paths == [Path("run") / file for file, _ in FORMATS.values()]
        written.append([path.read_bytes() for path in (*paths, desk / "run" / "manifest.json")])
    assert written[0] == written[1]
    assert called("verify", "run", "--unsigned").exit_code == 0


def test_a_signed_run_is_not_written_into_without_a_key(desk: Path) -> None:
    called("keygen", "my.key", "--owner", "A")
    assert called("sign", "run", "--key", "my.key").exit_code == 0
    done = called("export", "run", "--format=csv")
    assert done.exit_code == 2
    assert "give a signing key" in done.output
    assert not (desk / "run" / "samples.csv").exists()
    assert called("export", "run", "--format=csv", "--output", "out.csv").exit_code == 0
    assert called("export", "run", "--format=csv", "--key", "my.key").exit_code == 0
    assert called("verify", "run", "--trust", "my.key.pub").exit_code == 0
    assert (desk / "out.csv").read_bytes() == (desk / "run" / "samples.csv").read_bytes()


@pytest.mark.parametrize("output", ["run/mine.csv", "run/photos/mine.csv", "link/mine.csv"])
def test_a_sealed_run_takes_no_file_that_nobody_sealed(desk: Path, output: str) -> None:
    (desk / "link").symlink_to("run")
    (desk / "run" / "photos").mkdir()
    assert called("export", "run", "--format=csv").exit_code == 0
    done = called("export", "run", "--format=csv", "--output", output)
    assert done.exit_code == 2
    assert "is sealed by its manifest.json; write elsewhere" in " ".join(done.output.split())
    assert not (desk / output).exists()
    assert called("verify", "run", "--unsigned").exit_code == 0


def test_a_manifest_of_another_program_seals_nothing(desk: Path) -> None:
    (desk / "manifest.json").write_text('{"name": "a web page"}')
    assert called("export", "run", "--format=csv", "--output", "mine.csv").exit_code == 0


def test_standard_output_holds_the_document_alone(desk: Path) -> None:
    done = called("export", str(desk / "run"), "--format=json", "--output", "-")
    assert done.exit_code == 0
    assert done.stdout.startswith('{"format":"digital-key-rig/run","version":1,')
    assert not (desk / "run" / "run.json").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run"], "Missing option '--format'"),
        (["run", "--format=xml"], "'xml' is not one of"),
        (["run", "--format=csv", "--format=json", "--output", "x"], "takes one format only"),
        (["none", "--format=csv"], "none is no folder"),
        (["run", "--format=csv", "--output", "none/x"], "none/x cannot be written"),
    ],
)
@pytest.mark.usefixtures("desk")
def test_what_cannot_be_written_is_refused(arguments: list[str], told: str) -> None:
    done = called("export", *arguments)
    assert done.exit_code == 2
    assert told in done.output


def test_a_journal_that_does_not_read_is_refused(desk: Path) -> None:
    (desk / "run" / "journal.jsonl").write_text('{"record": "Unheard"}\n')
    done = called("export", "run", "--format=csv")
    assert done.exit_code == 2
    assert "run is not a readable run" in done.output
