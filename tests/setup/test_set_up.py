"""Set-up names what it installs, asks for no more than it may, and does nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.setup.machine import FOR_TESTS, PACKAGES, Machine

TO_RUN = set(PACKAGES) - FOR_TESTS


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A bare machine where set-up runs as root."""
    return Machine(tmp_path)


def line_with(output: str, text: str) -> str:
    return next(line for line in output.splitlines() if text in line)


def test_missing_packages_are_named_before_they_are_installed(machine: Machine) -> None:
    done = machine.set_up()
    assert done.returncode == 0
    named = line_with(done.stdout, "missing system packages: ")
    assert set(named.partition("packages: ")[2].split()) == TO_RUN
    assert done.stdout.index(named) < done.stdout.index("installing them")
    assert set(machine.said_to("apt")[-1].split()) >= TO_RUN


def test_every_step_of_a_first_run_is_taken(machine: Machine) -> None:
    done = machine.set_up("test")
    assert "in-process" not in done.stdout
    core, project, pyscard = machine.said_to("pip")
    assert "--require-hashes -r requirements.lock -r requirements-dev.lock" in core
    assert "--no-deps --editable ." in project
    assert "--require-hashes -r requirements-pcsc.lock" in pyscard


def test_a_second_run_does_nothing_and_says_nothing(machine: Machine) -> None:
    machine.set_up()
    calls = machine.said_to("pip") + machine.said_to("apt")
    again = machine.set_up()
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert machine.said_to("pip") + machine.said_to("apt") == calls


def test_the_verb_test_adds_only_what_the_tests_need(machine: Machine) -> None:
    machine.set_up("run")
    done = machine.set_up("test")
    named = line_with(done.stdout, "missing system packages: ").partition("packages: ")[2]
    assert set(named.split()) == FOR_TESTS
    assert ["requirements-dev.lock" in call for call in machine.said_to("pip")[3:]] == [True, False]


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_what_changed_is_installed_again(machine: Machine, changed: str) -> None:
    machine.set_up()
    before = len(machine.said_to("pip"))
    with (machine.clone / changed).open("a") as file:
        file.write("# changed\n")
    assert "installing pinned packages: core" in machine.set_up().stdout
    assert len(machine.said_to("pip")) == before + 2


def test_a_clone_that_was_moved_is_set_up_again(machine: Machine) -> None:
    machine.set_up()
    machine.clone = machine.clone.rename(machine.folder / "elsewhere")
    done = machine.set_up()
    assert "making .venv" in done.stdout
    assert "installing pinned packages: core" in done.stdout


def test_the_skip_setting_leaves_the_system_alone(machine: Machine) -> None:
    machine.has("python3-venv")
    done = machine.set_up(RIG_SYSTEM_PACKAGES="skip")
    assert done.returncode == 0
    assert machine.said_to("apt") == []
    assert "By hand: sudo apt-get install" in done.stdout
    assert "falls back on an in-process reader" in done.stdout
    machine.set_up()  # without the setting
    assert machine.said_to("apt") != []


def test_a_user_who_may_not_install_is_told_the_one_command(tmp_path: Path) -> None:
    machine = Machine(tmp_path, user=1000)
    machine.has("python3-venv")
    done = machine.set_up()
    assert done.returncode == 0
    assert machine.said_to("apt") == []
    command = line_with(done.stdout, "that takes root").partition("By hand: sudo ")[2]
    assert set(command.split()) >= TO_RUN - {"python3-venv"}
    again = machine.set_up()
    assert len(again.stdout.splitlines()) == 1
    assert "falls back on an in-process reader" in again.stdout


def test_sudo_serves_where_it_asks_for_no_password(tmp_path: Path) -> None:
    machine = Machine(tmp_path, user=1000)
    machine.command("sudo", '#!/bin/sh\n[ "$1" = -n ] && shift && exec "$@"\n')
    done = machine.set_up()
    assert done.returncode == 0
    assert set(machine.said_to("apt")[-1].split()) >= TO_RUN


def test_packages_that_were_installed_by_hand_are_noticed(tmp_path: Path) -> None:
    machine = Machine(tmp_path, user=1000)
    machine.has("python3-venv")
    machine.set_up()
    machine.has(*TO_RUN)
    done = machine.set_up()
    assert "compiling pyscard" in done.stdout
    assert "in-process" not in done.stdout


def test_a_system_without_apt_is_told_what_is_missing(machine: Machine) -> None:
    machine.has("python3-venv")
    (machine.folder / "bin" / "apt-get").unlink()
    done = machine.set_up()
    assert done.returncode == 0
    assert "no apt-get here" in done.stdout
    assert "falls back on an in-process reader" in done.stdout


def test_a_package_that_apt_does_not_know_does_not_stop_the_others(machine: Machine) -> None:
    (machine.folder / "packages" / "chromium").unlink()
    done = machine.set_up("test")
    assert "apt-get knows no package chromium" in done.stdout
    assert (machine.root / PACKAGES["opensc"]).exists()


def test_the_library_for_speed_is_found_on_any_machine_and_missed_by_nobody(
    machine: Machine,
) -> None:
    (machine.folder / "packages" / "libfaketime").write_text(
        "usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"
    )
    machine.set_up()
    assert machine.set_up().stdout == ""
    (machine.root / "usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1").unlink()
    (machine.folder / "packages" / "libfaketime").unlink()
    done = machine.set_up()
    assert done.returncode == 0
    assert "apt-get knows no package libfaketime" in done.stdout
    assert "want of" not in done.stdout


def test_package_lists_that_cannot_be_updated_are_used_as_they_are(machine: Machine) -> None:
    (machine.folder / "update-breaks").touch()
    done = machine.set_up()
    assert done.returncode == 0
    assert "apt-get update failed" in done.stdout
    assert "in-process" not in done.stdout


def test_pyscard_that_cannot_be_compiled_is_said_and_is_not_fatal(machine: Machine) -> None:
    (machine.folder / "pcsc-breaks").touch()
    done = machine.set_up()
    assert done.returncode == 0
    assert "pyscard cannot be compiled" in done.stdout
    assert "no PC/SC, for want of: pyscard." in machine.set_up().stdout
    attempts = len(machine.said_to("pip"))
    (machine.folder / "pcsc-breaks").unlink()
    machine.set_up()
    assert len(machine.said_to("pip")) == attempts, "the same attempt was made again by itself"
    assert machine.set_up("run", "--again").returncode == 0
    assert machine.set_up().stdout == ""


def test_packages_that_cannot_be_installed_stop_with_the_reason(machine: Machine) -> None:
    (machine.folder / "pip-breaks").touch()
    done = machine.set_up()
    assert done.returncode == 1
    assert "no such version" in done.stderr
    (machine.folder / "pip-breaks").unlink()
    assert machine.set_up().returncode == 0


def test_a_python_that_is_too_old_stops_with_what_to_do(machine: Machine) -> None:
    (machine.folder / "old-python").touch()
    done = machine.set_up()
    assert done.returncode == 1
    assert "Python 3.11 or newer was not found" in done.stderr
    assert "RIG_PYTHON=" in done.stderr


def test_a_python_without_venv_stops_with_the_package_that_brings_it(tmp_path: Path) -> None:
    done = Machine(tmp_path, user=1000).set_up()
    assert done.returncode == 1
    assert "sudo apt-get install python3-venv" in done.stderr


def test_an_unknown_verb_is_refused(machine: Machine) -> None:
    assert machine.set_up("dance").returncode == 2
