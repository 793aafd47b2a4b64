"""`rig doctor --measure`: figures of a bench, and no relay moves that was not named."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drivers.sim.body import VirtualBody
from rig.bench.build import Bench, opened
from rig.bench.load import BENCHES, load_bench
from rig.cli import main
from rig.cli.bench_figures import Asked, subjects_of
from rig.measure.actuation import Watching
from rig.measure.errors import FigureError
from rig.measure.uncertainty import LATENCY
from rig.plugin.budgets import budgets_of
from tests.rig.measure.latch_bench import Latch, ManualClock

KEYS = BENCHES / "keys"
BENCH = f"""\
name: tiny
devices:
  world:         {{driver: sim.world, seed: 7}}
  tray:          {{driver: sim.reader, world: "@world", place: tray}}
  body:          {{driver: sim.body, world: "@world", actuation_ms: 2}}
  usb:           {{driver: sim.relay_board, body: "@body", serial: RIG61}}
  board:         {{driver: relay.hid, serial: RIG61, usb: "@usb"}}
  unlock_driver: {{driver: relay.switch, board: "@board", channel: 1}}
  unlock_trunk:  {{driver: relay.switch, board: "@board", channel: 5}}
  release_trunk: {{driver: relay.switch, board: "@board", channel: 6}}
  accessory:     {{driver: relay.switch, board: "@board", channel: 7}}
  unlocked_driver: {{driver: relay.input, board: "@board", channel: 1}}
  unlocked_trunk:  {{driver: relay.input, board: "@board", channel: 5}}
  is_accessory:    {{driver: relay.input, board: "@board", channel: 11}}
  chip_1:        {{driver: sim.uwb_anchor, world: "@world", at: [4, 0, 1], seed: 1}}
  chip_2:        {{driver: sim.uwb_anchor, world: "@world", at: [4, 2, 1], seed: 2}}
  anchor_a:      {{driver: uwb.pipe, pipe: "@chip_1"}}
  anchor_b:      {{driver: uwb.pipe, pipe: "@chip_2"}}
  key_card:      {{driver: sim.keycard, world: "@world", wallet: {KEYS}/devices.json, holder: key_card}}
vehicle: {{keyring: {KEYS}/vehicle.json, model: cooper, model_year: 2026, os: 9, options: [322],
          key: digital_key, anchors: {{a: [4, 0, 1], b: [4, 2, 1]}}}}
"""  # noqa: E501 - a line of YAML


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # boards and leases of its own, the watchdog's too
    monkeypatch.setattr(tempfile, "tempdir", None)
    (tmp_path / "tiny.yaml").write_text(BENCH)
    return tmp_path


@pytest.fixture
def energised(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Every combination of relays that the virtual body has seen."""
    seen: set[int] = set()
    energise = VirtualBody.energise

    def noted(body: VirtualBody, relays: int) -> None:
        seen.add(relays)
        energise(body, relays)

    monkeypatch.setattr(VirtualBody, "energise", noted)
    return seen


def measured(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["doctor", "tiny.yaml", "--samples", "6", *arguments])


@pytest.mark.usefixtures("here")
def test_every_figure_has_unit_count_and_uncertainty_and_nothing_moves(energised: set[int]) -> None:
    output = measured("--measure").output
    figures = output.partition("figures of this bench")[2]
    for what, unit in (
        ("step of the clock, as it is seen", "ns"),
        ("a wait of 1 ms ends too late by", "us"),
        ("tray looks at an empty field", "ms"),
        ("tray finds a card that comes", "ms"),
        ("tray exchanges 5 octets for an answer", "ms"),
        ("anchor_a to anchor_b", "m"),
    ):
        number = r"-?[\d.]+(e-\d+)?"
        said = (
            rf"ok  {what}: p50 {number} {unit} \[.*p95 .*\n +n = 6, a sample's u = {number} {unit}"
        )
        assert re.search(said, figures), (what, figures)
    assert "surveyed 2.000 m, off by" in figures
    assert energised <= {0}


@pytest.mark.usefixtures("here")
def test_only_a_relay_that_is_named_moves_and_it_ends_safe(energised: set[int]) -> None:
    output = measured("--measure", "--move", "unlock_driver", "--debounce", "5").output
    assert "ok  unlock_driver on to unlocked_driver: p50" in output
    assert "ok  unlock_driver off to unlocked_driver: p50" in output
    assert "5 ms of the sensor's own debounce" in output
    assert energised == {0, 1}
    assert "unlock_trunk on" not in output


@pytest.mark.usefixtures("here")
def test_the_wrong_sensor_says_what_to_do_and_the_next_is_measured() -> None:
    moves = ("--move", "unlock_driver:unlocked_trunk", "--move", "accessory")
    result = measured("--measure", *moves)
    assert result.exit_code == 3
    assert "unlocked_trunk is not active 2 s after unlock_driver was switched on" in result.output
    assert "is it the sensor of this switch" in result.output
    assert "ok  accessory on to is_accessory" in result.output
    assert "1 figure is missing or in doubt" in result.output


def test_what_makes_samples_uncertain_is_kept_and_taken_into_a_run(here: Path) -> None:
    output = measured("--measure", "--move", "unlock_driver", "--keep", "figures.json").output
    assert "kept in figures.json: reader poll period, relay actuation" in output
    (here / "tiny.yaml").write_text(BENCH.replace("{keyring", "{figures: figures.json, keyring"))
    description = load_bench(here / "tiny.yaml")
    with opened(description) as bench:
        found = next(b for b in budgets_of(bench, ()).known if b.quantity == LATENCY)
    parts = {one.name: one for one in found.components}
    assert parts["relay actuation"].standard > 0
    assert "rig doctor --measure of tiny on 20" in parts["relay actuation"].source
    assert set(found.unknown) == {"sensor debounce"}


def test_a_file_of_something_else_is_not_written_over(here: Path) -> None:
    (here / "figures.json").write_text("{}")
    result = measured("--measure", "--keep", "figures.json")
    assert result.exit_code == 2
    assert "--keep: figures.json: wanted format and figures" in result.output
    assert (here / "figures.json").read_text() == "{}"


def test_a_run_refuses_a_bench_with_wrong_figures(here: Path) -> None:
    (here / "figures.json").write_text("{}")
    (here / "tiny.yaml").write_text(BENCH.replace("{keyring", "{figures: figures.json, keyring"))
    result = measured()
    assert result.exit_code == 2
    assert "figures: figures.json: wanted format and figures" in result.output


WRONG = {
    "keeping nothing": (("--keep", "x.json"), "--keep goes with --measure"),
    "no such switch": (("--measure", "--move", "unlock_drivr"), "the bench has switches"),
    "a sensor": (("--measure", "--move", "unlocked_driver"), "the bench has switches"),
    "nothing tells": (("--measure", "--move", "release_trunk"), "--move release_trunk:SENSOR"),
    "no sensor": (("--measure", "--move", "accessory:board"), "the bench has sensors"),
    "without --measure": (("--move", "accessory"), "--move goes with --measure"),
    "rules and figures": (("--measure", "--udev"), "ask for one of them"),
}


@pytest.mark.parametrize(("arguments", "says"), WRONG.values(), ids=WRONG)
def test_wrong_usage_moves_nothing(
    here: Path, energised: set[int], arguments: tuple[str, ...], says: str
) -> None:
    del here
    result = measured(*arguments)
    assert result.exit_code == 2
    assert says in result.output
    assert energised == set()


def test_a_device_that_is_ill_hides_no_other_figure(here: Path) -> None:
    text = BENCH.replace('driver: uwb.pipe, pipe: "@chip_2"', "driver: uwb.qorvo, serial: none")
    (here / "tiny.yaml").write_text(text)
    result = measured("--measure")
    assert result.exit_code == 3
    assert "anchor_a and anchor_b\n      -> not measured: see above what anchor_b" in result.output
    assert "ok  tray finds a card that comes" in result.output


def test_virtual_time_is_not_passed_off_as_this_machine_s(here: Path) -> None:
    (here / "tiny.yaml").write_text(BENCH.replace("seed: 7}", "seed: 7, time: virtual}"))
    result = measured("--measure")
    assert result.exit_code == 3
    assert "take a bench whose world has real time" in result.output


def test_anchors_are_paired_with_those_that_they_see() -> None:
    subjects = subjects_of(load_bench(BENCHES / "virtual.yaml"), Asked(5))
    pairs = {one.devices for one in subjects if one.name.startswith("anchor_")}
    assert pairs == {
        ("anchor_front_left", "anchor_front_right"),
        ("anchor_rear_left", "anchor_rear_right"),
        ("anchor_seat_left", "anchor_seat_right"),
        ("anchor_back_left", "anchor_back_right"),
    }


def test_anchors_without_places_are_paired_in_turn(here: Path) -> None:
    text = BENCH.replace(", anchors: {a: [4, 0, 1], b: [4, 2, 1]}", "")
    (here / "tiny.yaml").write_text(text)
    subjects = subjects_of(load_bench(here / "tiny.yaml"), Asked(5))
    assert [one.devices for one in subjects][-1] == ("anchor_a", "anchor_b")


def test_the_debounce_of_a_sensor_s_entry_counts_besides_the_board_s(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = load_bench(here / "tiny.yaml")
    entries = tuple(
        replace(e, options={**e.options, "debounce_ms": 7.0}) if e.name == "is_accessory" else e
        for e in bench.devices
    )
    watched: list[Watching] = []

    def noted(*arguments: object) -> None:
        watched.extend(one for one in arguments if isinstance(one, Watching))
        raise FigureError("enough")

    monkeypatch.setattr("rig.cli.bench_figures.characterise", noted)
    bench = replace(bench, devices=entries)
    (subject,) = (
        s
        for s in subjects_of(bench, Asked(5, ("accessory",), 2.0))
        if s.devices == ("accessory", "is_accessory")
    )
    clock = ManualClock()
    latches = {name: Latch(clock, 1.0) for name in subject.devices}
    with pytest.raises(FigureError):
        next(subject.take(Bench(bench, latches, (), ()), clock))
    assert [one.debounce_s for one in watched] == [0.009]
