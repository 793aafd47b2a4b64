"""The kernel of the tests in a virtual machine is fetched for them alone, and not installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.setup.machine import KERNEL, Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A bare machine where set-up runs as root, and apt has a kernel."""
    machine = Machine(tmp_path)
    machine.holds_a_kernel()
    return machine


def fetched(machine: Machine) -> list[str]:
    return [call for call in machine.said_to("apt") if "download" in call]


def test_the_tests_get_a_kernel_and_the_modules_they_need(machine: Machine) -> None:
    assert f"machine: {KERNEL}" in machine.set_up("test").stdout
    kernel = machine.clone / "build" / "kernel"
    assert (kernel / "boot" / "vmlinuz-1").exists()
    assert (kernel / "lib/modules/1/kernel/net/9p/module.ko").exists()
    assert not (kernel / "lib/modules/1/kernel/sound").exists()
    assert not list(machine.clone.rglob("*.deb"))


def test_it_is_not_fetched_twice(machine: Machine) -> None:
    machine.set_up("test")
    assert machine.set_up("test").stdout == ""
    machine.set_up("test", "--again")
    assert len(fetched(machine)) == 1


@pytest.mark.parametrize("verb", ["run", "check"])
def test_no_other_verb_takes_one(machine: Machine, verb: str) -> None:
    machine.set_up(verb)
    assert fetched(machine) == []


def test_a_machine_of_another_kind_gets_none(machine: Machine) -> None:
    machine.command("uname", "#!/bin/sh\necho aarch64\n")
    done = machine.set_up("test")
    assert "qemu" not in done.stdout
    assert fetched(machine) == []


def test_the_skip_setting_fetches_nothing_and_says_so(machine: Machine) -> None:
    machine.has("python3-venv")
    done = machine.set_up("test", RIG_SYSTEM_PACKAGES="skip")
    assert "no kernel fetched: RIG_SYSTEM_PACKAGES=skip" in done.stdout
    assert fetched(machine) == []


@pytest.mark.parametrize("broken", ["download", "unpacking"])
def test_a_kernel_that_cannot_be_had_is_said_once_and_is_not_fatal(
    machine: Machine, broken: str
) -> None:
    if broken == "download":
        (machine.folder / "download-breaks").touch()
    else:
        (machine.folder / "kernel.tar").write_bytes(b"half")
    done = machine.set_up("test")
    assert done.returncode == 0
    assert "no kernel fetched (see build/setup.log)" in done.stdout
    assert not (machine.clone / "build" / "kernel").exists()
    assert machine.set_up("test").stdout == ""
