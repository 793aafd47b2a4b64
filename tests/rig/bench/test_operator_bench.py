"""A bench where a person handles everything: its file is checked as strictly as any."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.api.head_unit import HeadUnit
from drivers.api.operator import Operator
from drivers.api.phone import KeyCard, Phone, SetupCard, Watch
from drivers.api.sharing import Platform
from rig.bench.build import opened
from rig.bench.errors import BenchFileError
from rig.bench.load import load_bench
from tests.architecture.source_tree import PROJECT

DEVICES = """\
name: desk
devices:
  operator:    {driver: operator.terminal, deadline_s: 120}
  head_unit:   {driver: headunit.operator, operator: "@operator"}
  owner_phone: {driver: phone.operator, operator: "@operator", platform: ios, model: iPhone 15,
                ultra_wideband: true, vehicles: {"0102030405060708": the MINI}}
  watch:       {driver: watch.operator, operator: "@operator", platform: apple_watch, model: W9}
  key_card:    {driver: card.operator, operator: "@operator", serial: K1}
  setup_card:  {driver: setup_card.operator, operator: "@operator"}
vehicle: {keyring: ring.json, model: cooper, model_year: 2026, os: 9, options: [322],
          key: digital_key}
"""


def bench_file(folder: Path, text: str) -> Path:
    keys = PROJECT / "testplans" / "benches" / "keys" / "vehicle.json"
    (folder / "ring.json").write_bytes(keys.read_bytes())
    path = folder / "desk.yaml"
    path.write_text(text)
    return path


def test_a_bench_of_people_is_opened_and_is_not_simulated(tmp_path: Path) -> None:
    with opened(load_bench(bench_file(tmp_path, DEVICES))) as bench:
        kinds = (Operator, HeadUnit, Phone, Watch, KeyCard, SetupCard)
        assert [len(bench.of(kind)) for kind in kinds] == [1] * len(kinds)
        assert bench.of(Phone)["owner_phone"].platform is Platform.IOS
        assert not bench.simulated


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("platform: ios", "platform: nokia"),
        ("apple_watch", "sundial"),
        ('operator: "@operator", platform: ios', 'operator: "@head_unit", platform: ios'),
        ("deadline_s: 120", "deadline_s: soon"),
    ],
)
def test_what_is_wrong_in_it_is_found_before_anybody_is_asked(
    tmp_path: Path, old: str, new: str
) -> None:
    assert old in DEVICES
    with pytest.raises(BenchFileError):
        load_bench(bench_file(tmp_path, DEVICES.replace(old, new)))
