"""After a run with the life of a key in it, no secret is in its folder or in what it printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rig.records.verdict import Verdict
from tests.runs.rig_runs import PLANS, Ended, OwnBench, RigRun

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
    "LTK, vehicle": "drivers.ble.pairing:on_pairing.ltk",
    "LTK, phone": "drivers.sim.phone_ble.radio:pair.ltk",
    "URSK": "rig.digital_key.key_schedule:ranging_key",
    "OOB random, vehicle": "drivers.ble.pairing:ours.random",
    "OOB random, phone": "rig.vehicle.passive.first_approach:first_approach.random",
    "hop key": "drivers.sim.phone_ble.negotiation:_setup.hop_key",
    "IRK, radio": "drivers.ble.radio:__init__.irk",
    "IRK, pairing": "rig.vehicle.surroundings:reached_by.identity_key",
}
_NUMBER = re.compile(rb"(?<=[\[:,])\s*-?\d[\d.eE+-]*(?=\s*[,}\]])")  # of JSON; no secret is one


@dataclass(frozen=True)
class Canary:
    """A secret, and where it came from."""

    kind: str
    value: bytes = field(repr=False)
    maker: str

    def form_in(self, content: bytes, lowered: bytes) -> str:
        """In which form it is there: "raw", "hex", "text", "number"; "" for none."""
        if self.kind == "number":
            return self._number_in(content, lowered)
        if self.value.hex().encode() in lowered:
            return "hex"
        if self.kind == "raw":
            return "raw" if self.value in content else ""
        text = self.value.lower()
        if text not in lowered:
            return ""
        alone = re.compile(rb"(?<![0-9a-z])(?<!\d\.)" + re.escape(text) + rb"(?!\.?[0-9a-z])")
        return "text" if alone.search(lowered) else ""

    def _number_in(self, content: bytes, lowered: bytes) -> str:
        """A number of four octets, in either order or in digits."""
        if any(octets.hex().encode() in lowered for octets in (self.value, self.value[::-1])):
            return "hex"
        digits = str(int.from_bytes(self.value, "big")).encode()
        alone = re.compile(rb"(?<![0-9a-zA-Z.])" + digits + rb"(?![0-9a-zA-Z.])")
        return "number" if alone.search(content) else ""


@dataclass(frozen=True)
class Searched:
    """A run, its canaries, and where which of them was found: (file, form)."""

    ended: Ended
    canaries: tuple[Canary, ...] = field(repr=False)

    def found(self) -> set[tuple[str, str, str]]:
        """Each place with a form of a secret, and who made that secret."""
        places: set[tuple[str, str, str]] = set()
        makers: dict[tuple[str, bytes], list[Canary]] = {}
        for canary in self.canaries:
            makers.setdefault((canary.kind, canary.value), []).append(canary)
        for name, content in self.contents():
            plain = _NUMBER.sub(b"", content) if name.endswith(".jsonl") else content
            lowered = plain.lower()
            for same in makers.values():
                if form := same[0].form_in(content, lowered):
                    places.update((name, form, canary.maker) for canary in same)
        return places

    def contents(self) -> Iterator[tuple[str, bytes]]:
        output = self.ended.output.encode()
        yield "output", output
        yield "output without line ends", b"".join(output.split())  # a table breaks long words
        for path in self.ended.run.folder.rglob("*"):
            if path.is_file():
                yield path.name, path.read_bytes()


def searched(
    rig_run: RigRun, own_bench: OwnBench, folder: Path, *more: str, leak: bool = False
) -> Searched:
    kept = folder / "canaries"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RIG_CANARIES", str(kept))
        if leak:
            patch.setenv("RIG_LEAK", "1")
        bench = own_bench("virtual-in-process")
        ended = rig_run(PLANS / "canaries.yaml", bench, *more, "--", "-p", "tests.runs.canaries")
    lines = (line.split() for line in kept.read_text().splitlines())
    canaries = (Canary(kind, bytes.fromhex(value), maker) for kind, value, maker in lines)
    return Searched(ended, tuple(canaries))


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
    assert run.found() == set()


def test_leaks_are_found_in_each_form(rig_run: RigRun, own_bench: OwnBench, tmp_path: Path) -> None:
    cases = ("-k", "paired_in_the_app or typed_in or walked_up")
    leaky = searched(rig_run, own_bench, tmp_path, *cases, leak=True)
    found = leaky.found()
    forms = {(name, form) for name, form, _ in found}
    assert ("trace.jsonl", "hex") in forms
    assert ("output", "text") in forms
    assert ("dump.bin", "raw") in forms
    assert ("trace.jsonl", "number", MAKERS["hop key"]) in found
    assert ("trace.jsonl", "hex", MAKERS["URSK"]) in found
    assert {maker for _, _, maker in found} >= {MAKERS["LTK, vehicle"]}
