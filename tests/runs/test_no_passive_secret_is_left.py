"""After a run with passive entry in it, no secret is in its folder or in what it printed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from rig.records.packets import PacketRecord, PacketsOf
from rig.records.verdict import Verdict
from tests.runs.rig_runs import OwnBench, RigRun
from tests.runs.secret_search import Searched, searched

# Who makes them: each of these has to be among the canaries, or the search would prove nothing.
MAKERS = {
    "LTK": "drivers.ble.pairing:on_pairing:ltk",
    "IRK of the vehicle": "drivers.ble.radio:__init__:irk",  # a virtual phone has none
    "OOB confirm of the vehicle": "drivers.ble.pairing:ours:confirm",
    "OOB random of the vehicle": "drivers.ble.pairing:ours:random",
    "OOB confirm of the phone": "rig.vehicle.passive.first_approach:first_approach:confirm",
    "OOB random of the phone": "rig.vehicle.passive.first_approach:first_approach:random",
    "URSK": "rig.digital_key.key_schedule:ranging_key",
    "hop key": "rig.digital_key.ble_fields:parse",
    "session key": "rig.digital_key.key_schedule:_session",
}
# Which of them cross the line to the radio or to an anchor.
ON_THE_LINE = [maker for name, maker in MAKERS.items() if name != "session key"]
PLAN, BENCH = "passive_canaries.yaml", "virtual-time"


@pytest.fixture(scope="module")
def run(rig_run: RigRun, own_bench: OwnBench, tmp_path_factory: pytest.TempPathFactory) -> Searched:
    folder = tmp_path_factory.mktemp("secrets")
    return searched(rig_run, own_bench, folder, plan=PLAN, bench=BENCH)


@pytest.fixture(scope="module")
def leaky(
    rig_run: RigRun, own_bench: OwnBench, tmp_path_factory: pytest.TempPathFactory
) -> Searched:
    folder = tmp_path_factory.mktemp("leaks")
    return searched(
        rig_run, own_bench, folder, "-k", "first_approach", plan=PLAN, bench=BENCH, leak=True
    )


def test_the_run_passes_with_its_secrets_watched(run: Searched) -> None:
    assert run.ended.status == 0, run.ended.output
    assert {result.verdict for result in run.ended.run.results} == {Verdict.PASS}


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_every_kind_of_secret_was_made(run: Searched, maker: str) -> None:
    assert any(canary.maker == maker for canary in run.canaries)


def test_no_secret_is_in_the_run_folder_or_in_the_output(run: Searched) -> None:
    names = {name for name, _ in run.contents()}
    assert {"output", "journal.jsonl", "trace.jsonl", "packets.jsonl", "report.html"} <= names
    assert run.found() == {}


def test_every_attempt_has_its_packets_of_the_radio_and_of_the_anchors(run: Searched) -> None:
    found: dict[str, set[str]] = {}
    for line in run.ended.run.packets():
        if isinstance(line, PacketsOf):
            kinds = found[line.test] = set()
        elif isinstance(line, PacketRecord):
            kinds.add(line.kind)
    assert list(found) == [result.test for result in run.ended.run.results]
    assert set().union(*found.values()) == {"hci", "uci"}
    assert all("hci" in kinds for kinds in found.values())


def test_an_approach_begins_in_utc_when_its_connection_does(run: Searched) -> None:
    """So that the messages of the trace stand among the packets that carried them."""
    connected_ns = []
    for line in run.ended.run.packets():
        if isinstance(line, PacketsOf):
            zero = datetime.fromisoformat(line.utc) - timedelta(microseconds=line.clock_ns / 1000)
        elif isinstance(line, PacketRecord) and line.octets.startswith(("043e1301", "043e1f0a")):
            connected_ns.append(zero + timedelta(microseconds=line.t_ns / 1000))
    visits = list(run.ended.run.visits())
    assert len(visits) >= len(run.ended.run.results)
    for visit in visits:
        began = datetime.fromisoformat(visit.begun_utc)
        at = began + timedelta(microseconds=visit.marks["connected"] / 1000)
        assert min(abs(at - one) for one in connected_ns) < timedelta(milliseconds=1)


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_a_leak_of_each_kind_is_found_in_each_form(leaky: Searched, maker: str) -> None:
    found = leaky.found()
    for place in (
        ("trace.jsonl", "hex"),
        ("report.html", "hex"),
        ("journal.jsonl", "hex"),
        ("output without line ends", "hex"),
        ("dump.bin", "raw"),
    ):
        assert maker in found[place], place


@pytest.mark.parametrize("maker", ON_THE_LINE)
def test_a_leak_of_what_crosses_the_line_is_found_in_the_packets(
    leaky: Searched, maker: str
) -> None:
    found = leaky.found()
    for place in (("packets.jsonl", "hex"), ("trace.pcapng", "raw")):
        assert maker in found[place], place


def test_a_hop_key_is_found_by_its_digits(leaky: Searched) -> None:
    found = leaky.found()
    assert MAKERS["hop key"] in found["journal.jsonl", "text"]
