"""`rig keygen`, `rig sign`, `rig verify` and `rig report`, called as click calls them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reports.sealing.keys import SOURCE_TREE
from rig.cli import main

LONG = ["--owner", "A. Beck\n\x1b[2K", "--days", "36500"]


def called(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def desk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder above the run; no key is in the environment."""
    monkeypatch.delenv("RIG_SIGNING_KEY", raising=False)
    monkeypatch.delenv("RIG_TRUSTED_KEYS", raising=False)
    monkeypatch.chdir(folder.parent)
    return folder.parent


def test_a_run_is_signed_and_verified(desk: Path) -> None:
    assert called("keygen", "my.key", *LONG).exit_code == 0
    signed = called("sign", "run", "--key", "my.key")
    assert signed.exit_code == 0, signed.output
    done = called("verify", "run", "--trust", "my.key.pub")
    assert done.exit_code == 0, done.output
    assert r'5 files as the manifest says; signed by "A. Beck\n\u001b[2K", key ' in done.output
    assert called("verify", "run").exit_code == 13
    (desk / "run" / "report.html").write_text("changed")
    done = called("verify", "run", "--trust", "my.key.pub")
    assert done.exit_code == 10
    assert "report.html: changed: 7 bytes rather than 15" in done.output


def test_keys_are_taken_from_the_environment(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called("keygen", "my.key", *LONG)
    monkeypatch.setenv("RIG_SIGNING_KEY", "my.key")
    monkeypatch.setenv("RIG_TRUSTED_KEYS", f"{desk / 'my.key.pub'}")
    assert called("report", "run").exit_code == 0
    assert called("verify", "run").exit_code == 0


def test_an_unsigned_run_is_accepted_only_when_told_so(desk: Path) -> None:
    assert called("report", "run").exit_code == 0
    assert called("verify", "run").exit_code == 15
    done = called("verify", "run", "--unsigned")
    assert (done.exit_code, done.output) == (0, "6 files as the manifest says; not signed\n")
    (desk / "run" / "trace.jsonl").unlink()
    assert called("verify", "run", "--unsigned").exit_code == 11


def test_a_page_rendered_again_does_not_vouch_for_a_changed_journal(desk: Path) -> None:
    assert called("report", "run").exit_code == 0
    journal = desk / "run" / "journal.jsonl"
    journal.write_text(journal.read_text().replace("smoke", "SMOKE"))
    done = called("report", "run")
    assert done.exit_code == 2
    assert "journal.jsonl is not what it says" in done.output
    assert called("verify", "run", "--unsigned").exit_code == 10


def test_a_run_whose_journal_is_gone_is_verified_all_the_same(desk: Path) -> None:
    called("report", "run")
    (desk / "run" / "journal.jsonl").unlink()
    done = called("verify", "run", "--unsigned")
    assert (done.exit_code, done.output) == (11, "journal.jsonl: missing\n")


def test_without_a_key_nothing_is_signed(desk: Path) -> None:
    done = called("sign", "run")
    assert done.exit_code == 2
    assert "give --key, or set RIG_SIGNING_KEY" in done.output
    assert not (desk / "run" / "manifest.json").exists()


@pytest.mark.parametrize("command", ["keygen", "sign", "verify", "report"])
def test_help_says_the_exit_statuses(command: str) -> None:
    done = called(command, "--help")
    assert done.exit_code == 0
    assert "Exit status: 0" in done.output


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("run/lab.key", "is in a run folder"),
        ("run/photos/lab.key", "is in a run folder"),
        ("link/lab.key", "is in a run folder"),
        ("sealed/lab.key", "is in a run folder"),
        (f"{SOURCE_TREE}/reports/lab.key", "is in the source tree of the rig"),
    ],
)
def test_no_key_is_made_where_files_are_passed_on(desk: Path, where: str, told: str) -> None:
    (desk / "link").symlink_to("run")
    assert called("report", "run").exit_code == 0
    (desk / "sealed").mkdir()
    (desk / "run" / "manifest.json").rename(desk / "sealed" / "manifest.json")
    done = called("keygen", where, *LONG)
    assert done.exit_code == 2
    assert told in done.output
    assert not Path(where).exists()
    assert not Path(f"{where}.pub").exists()


@pytest.mark.parametrize(
    "command",
    [["sign", "--key", "my.key"], ["report"], ["export", "--format=csv"]],
    ids=lambda words: words[0],
)
def test_a_private_key_is_not_sealed_into_a_run(desk: Path, command: list[str]) -> None:
    assert called("keygen", "my.key", *LONG).exit_code == 0
    (desk / "run" / "photos" / "mine.txt").write_bytes((desk / "my.key").read_bytes())
    done = called(*command, "run")
    assert done.exit_code == 2
    assert "photos/mine.txt in it is a private key" in " ".join(done.output.split())
    assert not (desk / "run" / "manifest.json").exists()
    assert not (desk / "run" / "samples.csv").exists()


def test_other_keys_and_public_halves_are_sealed(desk: Path) -> None:
    assert called("keygen", "my.key", *LONG).exit_code == 0
    (desk / "run" / "my.key.pub").write_bytes((desk / "my.key.pub").read_bytes())
    (desk / "run" / "notes.txt").write_text("-----BEGIN PRIVATE KEY-----\nleft out\n")
    assert called("sign", "run", "--key", "my.key").exit_code == 0
