"""After a run with secrets in it, none is in its folder or in what it printed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

import pytest

from rig.records.packets import PacketRecord, PacketsOf
from rig.records.verdict import Verdict
from tests.runs.rig_runs import OwnBench, RigRun
from tests.runs.secret_search import Searched, searched

# Who makes them: each of these has to be among the canaries, or the search would prove nothing.
OF_A_KEYS_LIFE = {
    "private key": "rig.digital_key.crypto:generate",
    "session key": "rig.digital_key.key_schedule:_session",
    "Kpersistent": "rig.digital_key.crypto:hkdf",
    "immobilizer token": "rig.vehicle.provisioning:provision_token",
    "pairing password or activation code": "rig.key_server.emulated.seal:_digits",
    "link": "rig.key_server.emulated.seal:link",
    "manual token": "rig.key_server.emulated.seal:manual_token",
    "w0": "rig.digital_key.spake2plus:_scalar",
    "root secret": "rig.key_server.emulated.open:open_server",
}
OF_PASSIVE_ENTRY = {
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
ON_THE_LINE = [maker for name, maker in OF_PASSIVE_ENTRY.items() if name != "session key"]
MAKERS = {"a key's life": OF_A_KEYS_LIFE, "passive entry": OF_PASSIVE_ENTRY}
PLANS = {
    "a key's life": ("canaries.yaml", "virtual-in-process"),
    "passive entry": ("passive_canaries.yaml", "virtual-time"),
}
EACH = [(run, maker) for run, makers in MAKERS.items() for maker in makers.values()]
IDS = [f"{run}: {kind}" for run, makers in MAKERS.items() for kind in makers]
Search = Callable[[str], Searched]


@pytest.fixture(scope="module")
def after(rig_run: RigRun, own_bench: OwnBench, tmp_path_factory: pytest.TempPathFactory) -> Search:
    """What a run left behind, by what it is of."""

    @cache
    def search(run: str) -> Searched:
        plan, bench = PLANS[run]
        folder = tmp_path_factory.mktemp("secrets")
        return searched(rig_run, own_bench, folder, plan=plan, bench=bench)

    return search


@pytest.fixture(scope="module")
def leaky(rig_run: RigRun, own_bench: OwnBench, tmp_path_factory: pytest.TempPathFactory) -> Search:
    """The same, of fewer tests, with every secret given away."""
    some = {"a key's life": "paired_in_the_app or typed_in", "passive entry": "first_approach"}

    @cache
    def search(run: str) -> Searched:
        plan, bench = PLANS[run]
        folder = tmp_path_factory.mktemp("leaks")
        return searched(
            rig_run, own_bench, folder, "-k", some[run], plan=plan, bench=bench, leak=True
        )

    return search


@pytest.mark.parametrize("run", MAKERS)
def test_the_run_passes_with_its_secrets_watched(after: Search, run: str) -> None:
    ended = after(run).ended
    assert ended.status == 0, ended.output
    assert {result.verdict for result in ended.run.results} == {Verdict.PASS}


@pytest.mark.parametrize(("run", "maker"), EACH, ids=IDS)
def test_every_kind_of_secret_was_made(after: Search, run: str, maker: str) -> None:
    assert any(canary.maker == maker for canary in after(run).canaries)


@pytest.mark.parametrize("run", MAKERS)
def test_no_secret_is_in_the_run_folder_or_in_the_output(after: Search, run: str) -> None:
    names = {name for name, _ in after(run).contents()}
    packets = {"packets.jsonl"} if run == "passive entry" else set()
    assert {"output", "journal.jsonl", "trace.jsonl", "report.html", *packets} <= names
    assert after(run).found() == {}


def test_every_attempt_has_its_packets_of_the_radio_and_of_the_anchors(after: Search) -> None:
    ended = after("passive entry").ended
    found: dict[str, set[str]] = {}
    for line in ended.run.packets():
        if isinstance(line, PacketsOf):
            kinds = found[line.test] = set()
        elif isinstance(line, PacketRecord):
            kinds.add(line.kind)
    assert list(found) == [result.test for result in ended.run.results]
    assert set().union(*found.values()) == {"hci", "uci"}
    assert all("hci" in kinds for kinds in found.values())


def test_an_approach_begins_in_utc_when_its_connection_does(after: Search) -> None:
    """So that the messages of the trace stand among the packets that carried them."""
    ended = after("passive entry").ended
    connected_ns = []
    for line in ended.run.packets():
        if isinstance(line, PacketsOf):
            zero = datetime.fromisoformat(line.utc) - timedelta(microseconds=line.clock_ns / 1000)
        elif isinstance(line, PacketRecord) and line.octets.startswith(("043e1301", "043e1f0a")):
            connected_ns.append(zero + timedelta(microseconds=line.t_ns / 1000))
    visits = list(ended.run.visits())
    assert len(visits) >= len(ended.run.results)
    for visit in visits:
        began = datetime.fromisoformat(visit.begun_utc)
        at = began + timedelta(microseconds=visit.marks["connected"] / 1000)
        assert min(abs(at - one) for one in connected_ns) < timedelta(milliseconds=1)


def test_leaks_are_found_in_each_form(leaky: Search) -> None:
    found = leaky("a key's life").found()
    assert ("trace.jsonl", "hex") in found
    assert ("output", "text") in found
    assert ("dump.bin", "raw") in found


@pytest.mark.parametrize("maker", OF_PASSIVE_ENTRY.values(), ids=OF_PASSIVE_ENTRY)
def test_a_leak_of_each_kind_is_found_in_each_form(leaky: Search, maker: str) -> None:
    found = leaky("passive entry").found()
    for place in (
        ("trace.jsonl", "hex"),
        ("report.html", "hex"),
        ("journal.jsonl", "hex"),
        ("output without line ends", "hex"),
        ("dump.bin", "raw"),
    ):
        assert maker in found[place], place


@pytest.mark.parametrize("maker", ON_THE_LINE)
def test_a_leak_of_what_crosses_the_line_is_found_in_the_packets(leaky: Search, maker: str) -> None:
    found = leaky("passive entry").found()
    for place in (("packets.jsonl", "hex"), ("trace.pcapng", "raw")):
        assert maker in found[place], place


def test_a_hop_key_is_found_by_its_digits(leaky: Search) -> None:
    found = leaky("passive entry").found()
    assert OF_PASSIVE_ENTRY["hop key"] in found["journal.jsonl", "text"]
