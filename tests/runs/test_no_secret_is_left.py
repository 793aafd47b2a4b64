"""After a run with the life of a key in it, no secret is in its folder or in what it printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from rig.records.verdict import Verdict
from tests.runs.rig_runs import OwnBench, RigRun
from tests.runs.secret_search import Searched, searched

# Who makes them: each of these has to be among the canaries, or the search would prove nothing.
MAKERS = {
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


@pytest.fixture(scope="module")
def run(rig_run: RigRun, own_bench: OwnBench, tmp_path_factory: pytest.TempPathFactory) -> Searched:
    return searched(rig_run, own_bench, tmp_path_factory.mktemp("secrets"))


def test_the_run_passes_with_its_secrets_watched(run: Searched) -> None:
    assert run.ended.status == 0, run.ended.output
    assert {result.verdict for result in run.ended.run.results} == {Verdict.PASS}


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_every_kind_of_secret_was_made(run: Searched, maker: str) -> None:
    assert any(canary.maker == maker for canary in run.canaries)


def test_no_secret_is_in_the_run_folder_or_in_the_output(run: Searched) -> None:
    names = {name for name, _ in run.contents()}
    assert {"output", "journal.jsonl", "trace.jsonl", "report.html"} <= names
    assert run.found() == {}


def test_leaks_are_found_in_each_form(rig_run: RigRun, own_bench: OwnBench, tmp_path: Path) -> None:
    cases = ("-k", "paired_in_the_app or typed_in")
    leaky = searched(rig_run, own_bench, tmp_path, *cases, leak=True)
    found = leaky.found()
    assert ("trace.jsonl", "hex") in found
    assert ("output", "text") in found
    assert ("dump.bin", "raw") in found
