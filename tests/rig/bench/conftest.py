"""Bench files in a temporary folder, with fake devices that need nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rig.bench.description import BenchDescription
from rig.bench.load import load_bench
from rig.bench.registry import DRIVERS
from tests.rig.bench import bench_fakes

VEHICLE = """
vehicle: {keyring: ring.json, model: cooper, model_year: 2026, os: 9, options: [322],
          key: digital_key}
"""
WriteBench = Callable[..., Path]
LoadDevices = Callable[..., BenchDescription]


@pytest.fixture
def happened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Registers the fake drivers; what is done to fake devices is appended to it."""
    for name, cls in bench_fakes.DRIVERS.items():
        monkeypatch.setitem(DRIVERS, name, f"{bench_fakes.HERE}:{cls}")
    log: list[str] = []
    monkeypatch.setattr(bench_fakes._Faulty, "happened", log)  # noqa: SLF001
    return log


@pytest.fixture
def write_bench(tmp_path: Path) -> WriteBench:
    """Writes a bench file beside an (empty) key ring and returns its path."""
    (tmp_path / "ring.json").write_text("{}")

    def write(text: str, name: str = "desk") -> Path:
        path = tmp_path / f"{name}.yaml"
        path.write_text(text)
        return path

    return write


@pytest.fixture
def bench_of(write_bench: WriteBench, happened: list[str]) -> LoadDevices:
    """Loads a bench from the lines of its ``devices`` section; the vehicle is added."""
    del happened  # wanted for the registration only

    def load(*devices: str, name: str = "desk", fallback: str = "") -> BenchDescription:
        lines = [f"name: {name}", *([f"fallback: {fallback}"] if fallback else []), "devices:"]
        text = "\n".join([*lines, *(f"  {device}" for device in devices)]) + VEHICLE
        return load_bench(write_bench(text, name))

    return load
