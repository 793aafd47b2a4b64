"""The table of imports and the doors of the libraries hold, and each rule can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.import_rules import (
    imports_by_computed_name,
    imports_past_the_door,
    text_names_off_the_bridge,
    wrong_way_imports,
)
from tests.architecture.source_tree import PROJECT, plant


def test_imports_point_the_allowed_way() -> None:
    found = wrong_way_imports(PROJECT)
    assert not found, "\n".join(found)


def test_libraries_enter_through_their_door() -> None:
    found = imports_past_the_door(PROJECT)
    assert not found, "\n".join(found)


def test_only_the_bridges_import_by_a_computed_name() -> None:
    found = imports_by_computed_name(PROJECT)
    assert not found, "\n".join(found)


def test_text_names_lead_where_their_bridge_may() -> None:
    found = text_names_off_the_bridge(PROJECT)
    assert not found, "\n".join(found)


WRONG_WAY = {
    "the waist to the rig": ("drivers/api/nfc.py", "import rig.records.run"),
    "a driver to the rig": ("drivers/nfc/pcsc.py", "from rig.digital_key import tlv"),
    "a driver to another family": ("drivers/nfc/pcsc.py", "from drivers.relay.hid import Board"),
    "a driver to the simulation": ("drivers/relay/hid.py", "from drivers.sim.world import World"),
    "the phone to the vehicle's half": (
        "drivers/sim/phone/applet.py",
        "from rig.digital_key.transactions import standard",
    ),
    "the protocol to the vehicle": ("rig/digital_key/tlv.py", "import rig.vehicle.body"),
    "the records to the reports": ("rig/records/run.py", "from reports.page import render"),
    "the bench to a driver": ("rig/bench/build.py", "from drivers.nfc.pcsc import PcscReader"),
    "a report to live objects": ("reports/page.py", "from rig.vehicle.body import Body"),
    "a test plan to a driver": ("testplans/unlock/test_tap.py", "import drivers.sim.world"),
    "the whole rig at once": ("rig/measure/timeline.py", "import rig"),
    "inside a function": ("rig/plans/load.py", "def load():\n    import rig.bench.load\n"),
    "for types only": (
        "drivers/api/nfc.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from rig.records import run\n",
    ),
    "relative": ("rig/digital_key/tlv.py", "from ..vehicle import body"),
    "relative from a package": ("rig/digital_key/__init__.py", "from ..vehicle import body"),
    "by its text name": (
        "rig/measure/limits.py",
        "import importlib\nimportlib.import_module('rig.bench.load')\n",
    ),
    "code outside the table": ("rig/odds/ends.py", "import rig.records.run"),
}


@pytest.mark.parametrize(("name", "text"), WRONG_WAY.values(), ids=WRONG_WAY)
def test_an_import_the_wrong_way_is_found(tmp_path: Path, name: str, text: str) -> None:
    assert len(wrong_way_imports(plant(tmp_path, name, text))) == 1


ALLOWED = {
    "the same family": ("drivers/nfc/pcsc.py", "from drivers.nfc.polling import Loop"),
    "the waist": ("drivers/nfc/pcsc.py", "from drivers.api.nfc import Reader"),
    "shared bytes": ("drivers/sim/phone/applet.py", "from rig.digital_key.tlv import Tlv"),
    "a sibling": ("rig/digital_key/tlv.py", "from . import apdu"),
    "a test": ("tests/rig/test_all.py", "import drivers.sim.world, rig.cli, reports.page"),
}


@pytest.mark.parametrize(("name", "text"), ALLOWED.values(), ids=ALLOWED)
def test_an_import_the_table_allows_is_left_alone(tmp_path: Path, name: str, text: str) -> None:
    assert wrong_way_imports(plant(tmp_path, name, text)) == []


PAST_THE_DOOR = {
    "pyscard": ("drivers/sim/pcscd.py", "from smartcard.scard import SCardConnect"),
    "pyusb": ("drivers/relay/switch.py", "import usb.core"),
    "yaml": ("rig/bench/build.py", "import yaml"),
    "cryptography": ("rig/digital_key/key_schedule.py", "import cryptography"),
    "jinja2": ("rig/cli/run.py", "def show():\n    import jinja2\n"),
    "numpy": ("rig/records/run.py", "import numpy as np"),
    "rich": ("reports/page.py", "from rich.table import Table"),
    "click": ("rig/plugin/options.py", "import click"),
    "pydantic": ("drivers/relay/hid.py", "import pydantic"),
    "pytest": ("drivers/sim/world.py", "import pytest"),
    "a library nobody listed": ("rig/measure/limits.py", "import requests"),
}


@pytest.mark.parametrize(("name", "text"), PAST_THE_DOOR.values(), ids=PAST_THE_DOOR)
def test_a_library_past_its_door_is_found(tmp_path: Path, name: str, text: str) -> None:
    assert len(imports_past_the_door(plant(tmp_path, name, text))) == 1


@pytest.mark.parametrize("name", ["drivers/nfc/pcsc.py", "drivers/nfc/pcsc_errors.py"])
def test_a_library_at_its_door_is_left_alone(tmp_path: Path, name: str) -> None:
    assert imports_past_the_door(plant(tmp_path, name, "import smartcard.scard")) == []


def test_an_import_by_a_computed_name_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "rig/bench/registry.py", "import importlib\nimportlib.import_module(name)\n")
    assert imports_by_computed_name(tmp_path) == []
    plant(tmp_path, "rig/bench/build.py", "from importlib import import_module\nimport_module(n)\n")
    assert len(imports_by_computed_name(tmp_path)) == 1


OFF_THE_BRIDGE = {
    "no bridge": ("rig/bench/build.py", "DRIVER = 'drivers.nfc.pcsc:PcscReader'"),
    "from the registry to the rig": ("rig/bench/registry.py", "D = {'a': 'rig.vehicle.car:Car'}"),
    "from the commands to a driver": ("rig/cli/__init__.py", "C = ['drivers.nfc.pcsc:Reader']"),
}


@pytest.mark.parametrize(("name", "text"), OFF_THE_BRIDGE.values(), ids=OFF_THE_BRIDGE)
def test_a_text_name_off_the_bridge_is_found(tmp_path: Path, name: str, text: str) -> None:
    assert len(text_names_off_the_bridge(plant(tmp_path, name, text))) == 1


def test_a_text_name_over_its_bridge_is_left_alone(tmp_path: Path) -> None:
    plant(tmp_path, "rig/bench/registry.py", "DRIVERS = {'nfc.pcsc': 'drivers.nfc.pcsc:Reader'}")
    plant(tmp_path, "rig/cli/__init__.py", "COMMANDS = {'report': 'reports.command:report'}")
    assert text_names_off_the_bridge(tmp_path) == []
