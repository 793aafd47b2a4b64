"""The driver registry: text until a driver is named, and readable without optional libraries."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rig.bench.errors import BenchFileError
from rig.bench.registry import DRIVERS, driver_class, is_virtual

OPTIONAL = ("smartcard", "serial", "nfc")  # Bumble is pure Python, and comes with the rig


def run_python(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_naming_a_virtual_driver_loads_no_real_one() -> None:
    loaded = run_python(
        "import sys; from rig.bench.registry import driver_class; driver_class('sim.world');"
        "print(*[m for m in sys.modules if m.startswith('drivers.')])"
    ).split()
    assert "drivers.sim.world" in loaded
    assert not [m for m in loaded if m.startswith(("drivers.nfc.", "drivers.relay."))]


def test_the_bench_knows_no_driver_before_a_file_names_one() -> None:
    loaded = run_python(
        "import sys, rig.bench.load, rig.bench.build, rig.bench.doctor, rig.bench.guard;"
        "print(*[m for m in sys.modules if m.startswith('drivers.')])"
    ).split()
    assert loaded
    assert all(m.startswith("drivers.api") for m in loaded)


@pytest.mark.parametrize("name", sorted(DRIVERS))
def test_the_options_of_a_driver_can_be_read_without_optional_libraries(name: str) -> None:
    run_python(
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({OPTIONAL!r}))\n"  # None: importing it fails
        "from rig.bench.registry import driver_class\n"
        "from rig.bench.options import parameters_of\n"
        f"parameters_of(driver_class({name!r}))\n"
    )


def test_an_unknown_driver_is_named_with_the_known_ones() -> None:
    with pytest.raises(BenchFileError, match=r"nfc\.pscs.*known: .*nfc\.pcsc, .*relay\.hid"):
        driver_class("nfc.pscs")


def test_only_drivers_of_the_simulation_are_virtual() -> None:
    assert is_virtual("sim.phone")
    assert not is_virtual("relay.hid")
