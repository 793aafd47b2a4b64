"""Bench files: what a right one says, and one clear complaint with its line for each wrong one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from rig.bench import load
from rig.bench.description import BenchDescription, Reference
from rig.bench.errors import BenchFileError
from rig.bench.load import find_bench, load_bench
from rig.bench.vehicle import ArtefactWord, BodyWord, KeyWord
from rig.key_server.vehicles import Artefact, Body, Variant
from tests.rig.bench.wrong_bench_files import GOOD, WRONG
from tests.rig.bench.wrong_laboratories import WRONG_STATEMENTS

ALL_WRONG = WRONG | WRONG_STATEMENTS

WriteBench = Callable[..., Path]
BenchOf = Callable[..., BenchDescription]


@pytest.mark.usefixtures("happened")
@pytest.mark.parametrize(("old", "new", "line", "says"), ALL_WRONG.values(), ids=ALL_WRONG)
def test_a_wrong_bench_file_is_one_complaint_with_its_line(
    write_bench: WriteBench, old: str, new: str, line: int, says: str
) -> None:
    assert old in GOOD
    path = write_bench(GOOD.replace(old, new, 1))
    with pytest.raises(BenchFileError, match=re.escape(says)) as got:
        load_bench(path)
    assert str(got.value).startswith(f"{path}:{line}: ")
    assert (got.value.file, got.value.line) == (path, line)
    assert "\n" not in str(got.value)


def test_nothing_is_opened_while_a_file_is_checked(
    write_bench: WriteBench, happened: list[str]
) -> None:
    load_bench(write_bench(GOOD))
    with pytest.raises(BenchFileError):
        load_bench(write_bench(GOOD.replace("os: 9", "os: nine")))
    assert happened == []


@pytest.mark.usefixtures("happened")
def test_a_right_bench_file_is_described(write_bench: WriteBench) -> None:
    path = write_bench(GOOD)
    bench = load_bench(path)
    assert bench.name == "desk"
    assert bench.fallback is None
    assert [(e.name, e.driver, e.line) for e in bench.devices] == [
        ("world", "sim.world", 3),
        ("board", "fake.board", 5),
        ("latch", "fake.switch", 6),
    ]
    assert bench.entry("latch").options == {
        "board": Reference("board"),
        "channel": 2,
        "safe": False,
    }
    assert bench.vehicle.keyring == path.parent / "ring.json"
    assert bench.vehicle.options == (322,)


@pytest.mark.usefixtures("happened")
def test_the_fleet_is_the_vehicle_and_those_that_differ_from_it(write_bench: WriteBench) -> None:
    more = """  body: convertible
  delivered: [first_fob, second_fob]
  also:
    - {body: hatch, key: digital_key_plus, delivered: [first_fob, setup_card]}
    - {software: "22-07"}
"""
    bench = load_bench(write_bench(GOOD + more))
    first, hatch, old = bench.vehicle.fleet
    assert (first.body, first.key, first.also) == ("convertible", "digital_key", ())
    assert (hatch.body, hatch.key, hatch.model) == ("hatch", "digital_key_plus", "cooper")
    assert hatch.delivered == ("first_fob", "setup_card")
    assert (old.body, old.software) == ("convertible", "22-07")
    assert hatch.label == "cooper hatch 2026, digital key plus"
    assert bench.vehicle_lines["also.1.software"] == 19


@pytest.mark.usefixtures("happened")
@pytest.mark.parametrize(
    ("zone", "hours"), [("", 0), ("120", 2), ("-90", -1.5), ("Asia/Tokyo", 9), ("UTC", 0)]
)
def test_a_vehicle_has_a_local_zone(write_bench: WriteBench, zone: str, hours: float) -> None:
    line = f"  local_zone: {zone}\n" if zone else ""
    zone_of_it = load_bench(write_bench(GOOD + line)).vehicle.zone
    assert datetime(2026, 1, 1, tzinfo=zone_of_it).utcoffset() == timedelta(hours=hours)


@pytest.mark.usefixtures("happened")
def test_certificates_of_a_customer_are_looked_for_beside_the_file(
    write_bench: WriteBench, tmp_path: Path
) -> None:
    more = "  authority_key: ring.json\n  authority_certificate: ring.json\n"
    vehicle = load_bench(write_bench(f"{GOOD}{more}  device_roots: [ring.json]\n")).vehicle
    ring = tmp_path / "ring.json"
    assert (vehicle.authority_key, vehicle.authority_certificate) == (ring, ring)
    assert vehicle.device_roots == (ring,)


def test_the_words_of_a_bench_file_are_those_of_the_vehicle_makers_record() -> None:
    assert set(get_args(BodyWord)) == {body.value for body in Body}
    assert set(get_args(ArtefactWord)) == {artefact.value for artefact in Artefact}
    assert set(get_args(KeyWord)) == {variant.value for variant in Variant}


def test_a_path_is_taken_from_the_folder_of_the_file(
    bench_of: BenchOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    words = "safe: {driver: fake.safe, file: ring.json, sizes: [1, 2], words: {a: b}}"
    options = bench_of(words).entry("safe").options
    assert options == {"file": tmp_path / "ring.json", "sizes": (1, 2), "words": {"a": "b"}}


@pytest.mark.parametrize(("word", "state"), [("on", True), ("off", False), ("true", True)])
def test_on_and_off_are_true_and_false(bench_of: BenchOf, word: str, state: bool) -> None:
    latch = f'latch: {{driver: fake.switch, board: "@board", safe: {word}}}'
    bench = bench_of("board: {driver: fake.board, serial: A}", latch)
    assert bench.entry("latch").options["safe"] is state


def test_what_looks_like_a_date_is_text(bench_of: BenchOf) -> None:
    bench = bench_of("board: {driver: fake.board, serial: 2026-02-31}")
    assert bench.entry("board").options["serial"] == "2026-02-31"


def test_the_digest_is_of_the_bytes_of_the_file(write_bench: WriteBench) -> None:
    text = "name: w\ndevices: {w: {driver: sim.world}}\nvehicle: {keyring: ring.json, "
    text += "model: c, model_year: 1, os: 1, options: [], key: digital_key}\n"
    first = load_bench(write_bench(text)).sha256
    assert (
        first == load_bench(write_bench(text)).sha256 != load_bench(write_bench(f"{text}#")).sha256
    )


def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    path.write_bytes(b"name: desk\ndevices: \xff\n")
    with pytest.raises(BenchFileError, match=r"b\.yaml:2: not UTF-8 text: byte 0xFF"):
        load_bench(path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BenchFileError, match=f"^{tmp_path}: cannot be read: Is a directory$"):
        load_bench(tmp_path)


def test_a_fallback_beside_the_file_is_checked_with_it(
    write_bench: WriteBench, bench_of: BenchOf
) -> None:
    spare = write_bench(GOOD.replace("seed: 7", "seed: x").replace("fake.", "sim."), "spare")
    with pytest.raises(BenchFileError, match=f"^{spare}:3: seed must be"):
        bench_of("world: {driver: sim.world}", fallback="spare")


def test_benches_are_found_by_path_and_by_name(
    write_bench: WriteBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = write_bench(GOOD)
    assert find_bench(str(path)) == path
    assert find_bench("virtual") == load.BENCHES / "virtual.yaml"
    own = tmp_path / "benches"
    own.mkdir()
    (own / "virtual.yaml").write_text(GOOD)
    assert find_bench("virtual").resolve() == own / "virtual.yaml"


def test_a_bench_that_is_nowhere_is_answered_with_those_there_are() -> None:
    with pytest.raises(BenchFileError, match=r"no bench 'virtal', .*did you mean virtual\? bench"):
        find_bench("virtal")
