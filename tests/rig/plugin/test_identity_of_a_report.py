"""A run's UUID and number, the commit it ran from, and its vehicle's number under a secret."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from rig.bench.description import BenchDescription
from rig.bench.load import load_bench
from rig.plugin.identification import source, vehicle_facts, vin_redaction
from rig.plugin.issuing import REGISTER, issue
from rig.records.laboratory import RedactionRecord
from tests.rig.plugin.conftest import BENCH, SHIPPED

VIN = "WMW11AA0102030405"
Described = Callable[..., BenchDescription]


def test_runs_of_a_bench_are_numbered_and_each_has_a_uuid(tmp_path: Path) -> None:
    found = [
        issue(tmp_path / f"run{n}", bench, begin=True)
        for n, bench in enumerate(("desk", "bay", "desk"))
    ]
    assert [one.number for one in found] == [1, 1, 2]
    assert len({UUID(one.uuid) for one in found}) == 3
    lines = [json.loads(line) for line in (tmp_path / REGISTER).read_text().splitlines()]
    assert [(e["number"], e["bench"], e["run"]) for e in lines] == [
        (1, "desk", "run0"),
        (1, "bay", "run1"),
        (2, "desk", "run2"),
    ]


def test_a_number_is_never_given_twice_though_a_run_was_taken_away(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        assert issue(tmp_path / "gone", "desk", begin=True).number == number


def test_a_register_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    issue(tmp_path / "a", "desk", begin=True)
    with (tmp_path / REGISTER).open("a") as register:
        register.write('{"number":2,"ben')
    assert issue(tmp_path / "b", "desk", begin=True).number == 2
    assert issue(tmp_path / "c", "desk", begin=True).number == 3


def test_a_folder_without_register_gets_none_and_the_run_no_number(tmp_path: Path) -> None:
    found = issue(tmp_path / "run", "desk", begin=False)
    assert (found.number, list(tmp_path.iterdir())) == (0, [])
    (tmp_path / REGISTER).touch()
    assert issue(tmp_path / "run", "desk", begin=False).number == 1


def test_a_register_that_cannot_be_written_costs_the_number_alone(tmp_path: Path) -> None:
    (tmp_path / REGISTER).mkdir()
    assert issue(tmp_path / "run", "desk", begin=True).number == 0


@pytest.fixture
def described(tmp_path: Path) -> Described:
    """A bench whose vehicle has a number, with these lines added to the file."""
    (tmp_path / "ring.json").write_bytes((SHIPPED / "keys" / "vehicle.json").read_bytes())
    (tmp_path / "vin.txt").write_text(f"{VIN}\n")
    (tmp_path / "secret").write_bytes(b"sixteen octets.." * 2)
    (tmp_path / "another").write_bytes(b"sixteen octets!!" * 2)

    def load(vehicle: str = "vin: vin.txt", more: str = "") -> BenchDescription:
        path = tmp_path / "desk.yaml"
        path.write_text(
            f"{BENCH.replace('key: digital_key}', f'key: digital_key, {vehicle}}}')}{more}"
        )
        return load_bench(path)

    return load


def facts_of(bench: BenchDescription) -> dict[str, str]:
    return vehicle_facts(bench.vehicle, bench.laboratory.secret)


def redaction_of(bench: BenchDescription) -> RedactionRecord | None:
    return vin_redaction(bench.vehicle, bench.laboratory.secret)


def test_without_a_secret_the_end_of_the_number_is_told(described: Described) -> None:
    bench = described()
    assert facts_of(bench) == {"VIN": "*" * 13 + "0405"}
    told = redaction_of(bench)
    assert told is not None
    assert "last 4" in told.how


def test_with_a_secret_it_is_hashed_under_it(described: Described) -> None:
    keyed = "laboratory: {secret: secret}\n"
    told = facts_of(described(more=keyed))["VIN"]
    assert told == facts_of(described(more=keyed))["VIN"]
    assert told.startswith("HMAC-SHA256 ")
    assert "0405" not in told
    other = facts_of(described(more="laboratory: {secret: another}\n"))["VIN"]
    assert told.split()[1] != other.split()[1]
    assert told.split()[3] != other.split()[3]  # which secret it was can be told
    redaction = redaction_of(described(more=keyed))
    assert redaction is not None
    assert "HMAC" in redaction.how


def test_a_vehicle_without_number_tells_none(described: Described) -> None:
    bench = described('ecus: {UWB: "2.4", BDC: "1"}, condition: as delivered')
    assert facts_of(bench) == {
        "condition on receipt": "as delivered",
        "software of BDC": "1",
        "software of UWB": "2.4",
    }
    assert redaction_of(bench) is None


def git(folder: Path, *words: str) -> str:
    author = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *author, *words],  # noqa: S607 - whichever there is
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def test_the_commit_is_told_and_how_many_files_differ_from_it(tmp_path: Path) -> None:
    assert source(tmp_path) is None
    git(tmp_path, "init", "-q")
    assert source(tmp_path) is None  # nothing was committed yet
    (tmp_path / "a.py").write_text("1\n")
    git(tmp_path, "add", "a.py")
    git(tmp_path, "commit", "-qm", "One.")
    found = source(tmp_path)
    assert found is not None
    assert (found.commit, found.changed) == (git(tmp_path, "rev-parse", "HEAD"), 0)
    (tmp_path / "a.py").write_text("2\n")
    (tmp_path / "untracked").write_text("")
    found = source(tmp_path)
    assert found is not None
    assert found.changed == 1


def test_a_folder_within_a_checkout_of_something_else_is_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-qm", "One.", "--allow-empty")
    (tmp_path / "site-packages").mkdir()
    assert source(tmp_path / "site-packages") is None
