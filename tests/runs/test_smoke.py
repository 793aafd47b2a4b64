"""The smoke plan from end to end, on virtual devices without and with the real PC/SC stack."""

from __future__ import annotations

import json

import pytest

from rig.bench.load import find_bench
from rig.records.verdict import Verdict
from tests.runs.rig_runs import Ended, OwnBench, RigRun

CORE = ("DK-CORE", "DK-UNLOCK", "DK-LOCK", "DK-START", "DK-TRUNK", "DK-SEC")


@pytest.fixture(scope="module")
def smoke(rig_run: RigRun, own_bench: OwnBench) -> Ended:
    return rig_run("smoke", own_bench("virtual-in-process"))


def test_smoke_passes_on_a_virtual_bench(smoke: Ended) -> None:
    assert smoke.status == 0, smoke.output
    assert {r.verdict for r in smoke.run.results} <= {Verdict.PASS, Verdict.OBSERVED}
    assert smoke.run.finished is not None


def test_smoke_covers_at_least_25_requirements(smoke: Ended) -> None:
    covered = {requirement for r in smoke.run.results for requirement in r.requirements}
    assert len([r for r in covered if r.startswith(CORE)]) >= 25, sorted(covered)


def test_every_selected_test_has_one_result(smoke: Ended) -> None:
    assert [r.test for r in smoke.run.results] == list(smoke.run.started.selected)


def test_a_virtual_run_is_stamped_simulated(smoke: Ended) -> None:
    assert smoke.run.started.simulated
    assert "simulated" in (smoke.run.folder / "report.html").read_text().lower()


def test_the_run_leaves_all_its_reports(smoke: Ended) -> None:
    for name in ("report.html", "engineer.html", "junit.xml"):
        assert (smoke.run.folder / name).stat().st_size > 1000, name
    assert str(smoke.run.folder / "report.html") in smoke.output.replace("\n", "")


def test_no_key_material_is_left_behind(smoke: Ended) -> None:
    """Canaries: every private key of both sides, in hex and in raw bytes."""
    keys = find_bench("virtual").parent / "keys"
    secrets = []
    for path in keys.glob("*.json"):
        content = json.loads(path.read_text())
        secrets += [content["vehicle"]["private"]] if "vehicle" in content else []
        for holder in content.get("holders", {}).values():
            secrets += [key["private"] for key in holder["keys"]]
    assert len(secrets) > 8
    for path in smoke.run.folder.rglob("*"):
        written = path.read_bytes() if path.is_file() else b""
        for secret in secrets:
            assert secret.encode() not in written.lower(), path
            assert bytes.fromhex(secret) not in written, path


def test_taps_go_through_the_real_pcsc_stack(rig_run: RigRun, own_bench: OwnBench) -> None:
    ended = rig_run("smoke", own_bench("virtual"), "-k", "holds_for_fob or trunk_button or fast")
    assert ended.status == 0, ended.output
    assert not ended.run.started.substitutions
    devices = {device.name: device for device in ended.run.started.devices}
    assert devices["driver_handle"].driver == "nfc.pcsc"
    assert devices["pcscd"].firmware, "pcscd did not say its version"
    visits = [v for v in ended.run.visits() if v.place == "driver_handle"]
    assert len(visits) >= 5
    assert {step.device for visit in visits for step in visit.steps} == {"driver_handle"}
