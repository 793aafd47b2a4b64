"""The menus of each version hold the paths of the sources, and every function once."""

from __future__ import annotations

import pytest

from rig.key_server.software_status import SoftwareStatus
from rig.vehicle.menus import VERSIONS, Function, Menus, menus_of

OF_THE_GUIDE = [
    pytest.param(Function.ADD_KEY, "Home > Digital Key > Add Key", id="add"),
    pytest.param(Function.ACTIVATE_CARD, "Home > Keys > Digital Key > Activate Key", id="on"),
    pytest.param(Function.DEACTIVATE_CARD, "Home > Keys > Deactivate Card", id="off"),
    pytest.param(Function.DELETE_KEY, "Home > Keys > Reset Functions > Delete Key", id="delete"),
]


@pytest.mark.parametrize(("function", "path"), OF_THE_GUIDE)
def test_the_current_version_has_the_paths_of_the_guide(function: Function, path: str) -> None:
    entry = menus_of(SoftwareStatus(2025, 7)).entry(function)
    assert " > ".join(entry.path) == path
    assert entry.source.startswith("guide")


def test_the_earlier_version_deletes_by_the_guides_other_path() -> None:
    menus = menus_of(SoftwareStatus(2024, 7))
    entry = menus.entry(Function.DELETE_KEY)
    assert (*entry.path, menus.confirm) == ("Keys", "Digital Key", "Reset Function", "OK")


def test_no_two_versions_have_the_same_paths() -> None:
    paths = [tuple(entry.path for entry in menus.entries) for menus in VERSIONS]
    assert len(set(paths)) == len(paths) >= 2


@pytest.mark.parametrize("menus", VERSIONS, ids=lambda menus: str(menus.software))
def test_no_path_is_the_beginning_of_another(menus: Menus) -> None:
    ways = [menus.steps(entry.path) for entry in menus.entries]
    for way in ways:
        assert not [other for other in ways if other != way and other[: len(way)] == way]
    assert len(set(ways)) == len(Function)


@pytest.mark.parametrize("menus", VERSIONS, ids=lambda menus: str(menus.software))
def test_deleting_always_asks_once_more(menus: Menus) -> None:
    assert menus.entry(Function.DELETE_KEY).confirm
    assert menus.confirm != menus.cancel


@pytest.mark.parametrize(
    ("software", "menus"),
    [
        ("22-11", "24-07"),
        ("24-07", "24-07"),
        ("25-03", "24-07"),
        ("25-07", "25-07"),
        ("26-03", "25-07"),
    ],
)
def test_a_vehicle_has_the_latest_menus_of_its_software(software: str, menus: str) -> None:
    assert str(menus_of(SoftwareStatus.parse(software)).software) == menus
