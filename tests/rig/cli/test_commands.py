"""The `rig` command: help, listings, errors, and what its help costs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rig.bench.load import BENCHES
from rig.cli import main

COMMANDS = [
    "run",
    "doctor",
    "calibrate",
    "safe",
    "bench",
    "report",
    "history",
    "compare",
    "trend",
    "plans",
    "benches",
    "requirements",
]
BENCH = """\
name: tiny
devices:
  world: {driver: sim.world}
vehicle: {keyring: ring.json, model: cooper, model_year: 2026, os: 9, options: [322],
          key: digital_key}
"""
READER = "  tray: {driver: nfc.pcsc, reader: 'nobody has this reader'}\nvehicle:"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a small bench of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_text(BENCH)
    (tmp_path / "ring.json").write_bytes((BENCHES / "keys" / "vehicle.json").read_bytes())
    return tmp_path


def called(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_help_lists_every_command_with_a_line_each() -> None:
    output = called("--help").output
    for command in COMMANDS:
        assert f"\n  {command} " in output


def test_help_loads_neither_pytest_nor_any_other_library_of_the_commands() -> None:
    code = (
        "import sys, rig.cli\n"
        "try: rig.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pytest', 'pydantic', 'yaml', 'rich', 'numpy', 'sqlalchemy'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", [c for c in COMMANDS if c != "report"])
def test_each_command_explains_itself_with_examples(command: str) -> None:
    result = called(command, "--help")
    assert result.exit_code == 0
    assert f"rig {command}" in result.output.partition("Examples:")[2]


def test_the_version_is_told() -> None:
    assert called("--version").output.startswith("rig ")


WRONG = [
    (["bogus"], "No such command 'bogus'"),
    (["run", "smoke"], "Missing option '--bench'"),
    (["run", "nope", "--bench", "virtual"], "no plan 'nope': neither a file nor one of: "),
    (["run", "smoke", "--bench", "nope"], "no bench 'nope'"),
    (["run", "smoke", "--bench", "virtual", "--", "--bogus"], ""),
    (["doctor", "nope"], "no bench 'nope'"),
    (["calibrate", "virtual", "left"], "Missing option '--reference'"),
    (["safe", "nope"], "no bench 'nope'"),
    (["trend", "DK-UNLOCK-01", "--history", "nowhere.db"], "There is no history in nowhere.db"),
    (["requirements", "DK-UNLOK-01"], "close: DK-UNLOCK-01"),
    (["requirements", "--capability", "fly"], "no capability 'fly'; there are: eligibility"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG, ids=[" ".join(w[0]) for w in WRONG])
def test_wrong_usage_is_one_message_and_exit_status_two(arguments: list[str], said: str) -> None:
    command = [sys.executable, "-c", "from rig.cli import main; main()", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_plans_and_benches_are_listed_with_their_files() -> None:
    assert "smoke" in called("plans").output
    assert "smoke.yaml" in called("plans").output
    assert "virtual-in-process.yaml" in called("benches").output


def test_a_bench_file_of_ones_own_that_is_wrong_is_named_by_benches(here: Path) -> None:
    (here / "benches").mkdir()
    (here / "benches" / "desk.yaml").write_text("name: desk\n")
    result = called("benches")
    assert result.exit_code == 2
    assert "desk.yaml:1" in result.output


def test_requirements_are_listed_by_capability() -> None:
    lines = called("requirements", "--capability", "unlock").output.splitlines()
    assert len(lines) == 11
    assert lines[0].split()[0] == "DK-UNLOCK-01"
    assert len(called("requirements").output.splitlines()) == 200


def test_a_requirement_is_shown_with_source_ambiguities_and_tests() -> None:
    output = called("requirements", "dk-unlock-01").output or ""
    assert "close: DK-UNLOCK-01" in output
    output = called("requirements", "DK-UNLOCK-01").output
    for word in ("Get Started Guide", "AMB-41", "test_unlock_by_tap.py::"):
        assert word in output


def coverage_of(
    monkeypatch: pytest.MonkeyPatch, tests: Mapping[str, tuple[str, ...]], capability: str = "valet"
) -> Result:
    """The command, with these tests in the place of those in the source tree."""
    monkeypatch.setattr("rig.cli.requirements.find_coverage", lambda: tests)
    return called("requirements", "--coverage", "--capability", capability)


def test_coverage_fails_while_a_requirement_has_neither_test_nor_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = coverage_of(monkeypatch, {"DK-VALET-02": ("a", "b")})
    assert done.exit_code == 1
    lines = done.output.splitlines()
    assert "valet: 1 of 2 have a test, 0 a stated reason" in lines
    assert lines[-2] == "1 of 2 requirements have a test, 0 a stated reason"
    assert lines[-1] == "1 has neither"


def test_coverage_is_whole_with_a_test_or_a_reason_for_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tests = {f"DK-START-{n:02}": ("a",) for n in range(1, 11) if n != 9}
    done = coverage_of(monkeypatch, tests, "start")
    assert done.exit_code == 0
    assert "It takes a tray reader" in " ".join(done.output.split())
    assert done.output.splitlines()[-1].endswith("requirements have a test, 1 a stated reason")


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        ({"DK-START-09": ("a",)}, "DK-START-09: a test and a reason why there is none"),
        ({"DK-LOCK-99": ("file.py::test_a",)}, "file.py::test_a names 'DK-LOCK-99', which is no"),
    ],
)
def test_coverage_refuses_what_contradicts_the_catalogue(
    monkeypatch: pytest.MonkeyPatch, tests: dict[str, tuple[str, ...]], said: str
) -> None:
    done = coverage_of(monkeypatch, tests, "start" if "DK-START-09" in tests else "lock")
    assert done.exit_code == 2
    assert said in done.output


def test_a_requirement_shows_why_it_is_not_judged() -> None:
    assert "not judged   It characterises cases" in called("requirements", "DK-START-09").output


@pytest.fixture
def whole(here: Path) -> str:
    """The text of a bench with all a vehicle needs, for a file in this folder."""
    del here  # where the file will be
    text = (BENCHES / "virtual-in-process.yaml").read_text().replace("RIG01", "DOC01")
    return text.replace("keys/", f"{BENCHES}/keys/")


def test_a_healthy_bench_is_called_well(here: Path, whole: str) -> None:
    (here / "whole.yaml").write_text(whole)
    result = called("doctor", "whole.yaml")
    assert result.exit_code == 0, result.output
    assert "ok  vehicle " in result.output
    assert "virtual world" in result.output
    assert "all is well" in result.output


WRONG_VEHICLES = [
    ("second_vehicle.json", "devices.json", "second_keyring: "),
    ("  key: d", "  settings: {mac_covers: x}\n  key: d", "settings.mac_covers: "),
]


@pytest.mark.parametrize(("old", "new", "says"), WRONG_VEHICLES)
def test_the_doctor_opens_nothing_with_a_wrong_keyring_or_setting(
    here: Path, whole: str, old: str, new: str, says: str
) -> None:
    (here / "whole.yaml").write_text(whole.replace(old, new))
    result = called("doctor", "whole.yaml")
    assert result.exit_code == 2
    assert "!!  vehicle " in result.output
    assert re.search(rf"whole\.yaml:\d+: {re.escape(says)}", result.output)
    assert "virtual world" not in result.output
    assert "all is well" not in result.output


def test_the_doctor_says_what_the_vehicle_lacks_and_looks_at_the_rest(here: Path) -> None:
    result = called("doctor", str(here / "tiny.yaml"))
    assert result.exit_code == 3
    assert "tiny.yaml:4: the vehicle needs a NfcReader named 'driver_handle'" in result.output
    assert "virtual world" in result.output
    assert "all is well" not in result.output


def test_an_absent_device_is_named_with_what_to_do(here: Path) -> None:
    (here / "gone.yaml").write_text(BENCH.replace("vehicle:", READER))
    result = called("doctor", "gone.yaml")
    assert result.exit_code == 3
    assert "!!  tray" in result.output
    assert "-> " in result.output
    assert "1 device needs attention" in result.output


def test_a_bench_without_switches_is_safe(here: Path) -> None:
    result = called("safe", str(here / "tiny.yaml"))
    assert (result.exit_code, result.output) == (0, "this bench has no switches\n")


def test_a_plan_runs_from_any_folder_and_its_status_is_the_commands(here: Path) -> None:
    (here / "test_it.py").write_text(
        'import pytest\n@pytest.mark.requirement("DK-UNLOCK-01")\ndef test_a(): pytest.skip("no")\n'
    )
    (here / "mine.yaml").write_text("title: Mine\ntests: [test_it.py]\n")
    command = [sys.executable, "-c", "from rig.cli import main; main()"]
    command += ["run", "mine.yaml", "--bench", "tiny.yaml"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=env)
    assert done.returncode == 4, done.stdout + done.stderr
    (folder,) = (path for path in (here / "runs").iterdir() if path.is_dir())
    assert folder.name.endswith("Z-mine-tiny")
    assert (folder / "report.html").exists()
    assert f"runs/{folder.name}/report.html" in done.stdout
    assert '"test":"test_it.py::test_a"' in (folder / "journal.jsonl").read_text()
