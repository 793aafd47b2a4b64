"""Nothing in the project names a package index or a machine, and the rule can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.address_rules import HOSTS, PATHS, addresses, configured_hosts
from tests.architecture.source_tree import PROJECT, plant


def test_the_project_names_no_index_and_no_machine() -> None:
    found = addresses(PROJECT, configured_hosts())
    assert not found, "\n".join(found)


@pytest.mark.parametrize("address", [*HOSTS, *PATHS, "/" + "home/someone/"])
def test_an_address_is_found(tmp_path: Path, address: str) -> None:
    plant(tmp_path, "requirements.lock", f"--index-url https://{address}\n")
    plant(tmp_path, "build/setup.log", f"{address}: no file of the project\n")
    found = addresses(tmp_path)
    assert [line.partition(":")[0] for line in found] == ["requirements.lock"]


def test_the_host_of_a_configured_index_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "README.md", "pip install --index-url https://wheels.example.net/simple rig\n")
    assert len(addresses(tmp_path, ["wheels.example.net"])) == 1


@pytest.mark.parametrize(
    "text", ["rig/network/frames.py", "/".join(("testplans", "work", "a.py")), "build/root/x"]
)
def test_a_path_of_the_project_is_left_alone(tmp_path: Path, text: str) -> None:
    assert addresses(plant(tmp_path, "README.md", text)) == []
