"""Searches what a run left behind, and what it printed, for the secrets that it made."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reports.exports.capture import write_capture
from rig.records.journal import Run
from rig.records.packets import HCI, PacketRecord
from tests.runs.rig_runs import PLANS, Ended, OwnBench, RigRun

_NUMBER = re.compile(rb"(?<=[\[:,])\s*-?\d[\d.eE+-]*(?=\s*[,}\]])")  # of JSON; no secret is one


@dataclass(frozen=True)
class Canary:
    """A secret, and where it came from."""

    kind: str
    value: bytes = field(repr=False)
    maker: str

    def form_in(self, content: bytes, lowered: bytes) -> str:
        """In which form it is there: "raw", "hex", "text"; "" for none."""
        if self.value.hex().encode() in lowered:
            return "hex"
        if self.kind == "raw":
            return "raw" if self.value in content else ""
        text = self.value.lower()
        if text not in lowered:
            return ""
        alone = re.compile(rb"(?<![0-9a-z])(?<!\d\.)" + re.escape(text) + rb"(?!\.?[0-9a-z])")
        return "text" if alone.search(lowered) else ""


@dataclass(frozen=True)
class Searched:
    """A run, its canaries, and where which of them was found: (file, form)."""

    ended: Ended
    canaries: tuple[Canary, ...] = field(repr=False)

    def found(self) -> dict[tuple[str, str], set[str]]:
        """Each place with a form of some secrets, and who made those."""
        places: dict[tuple[str, str], set[str]] = {}
        for name, content in self.contents():
            plain = _NUMBER.sub(b"", content) if name.endswith(".jsonl") else content
            lowered = plain.lower()
            for canary in self.canaries:
                if form := canary.form_in(content, lowered):
                    places.setdefault((name, form), set()).add(canary.maker)
        return places

    def contents(self) -> Iterator[tuple[str, bytes]]:
        output = self.ended.output.encode()
        yield "output", output
        yield "output without line ends", b"".join(output.split())  # a table breaks long words
        for path in self.ended.run.folder.rglob("*"):
            if path.is_file():
                yield path.name, path.read_bytes()
        yield "trace.pcapng", write_capture(self.ended.run)
        yield "packets.jsonl, data joined", _joined(self.ended.run)


def _joined(run: Run) -> bytes:
    """What Bluetooth carried each way, without headers: a message may lie in several packets."""
    data: dict[bool, list[bytes]] = defaultdict(list)
    for line in run.packets():
        if isinstance(line, PacketRecord) and line.kind == HCI and line.octets.startswith("02"):
            octets = bytes.fromhex(line.octets)
            continues = octets[2] & 0x30 == 0x10
            data[line.sent].append(octets[5:] if continues else octets[9:])
    return b"--".join(b"".join(parts) for parts in data.values())


def searched(
    rig_run: RigRun,
    own_bench: OwnBench,
    folder: Path,
    *more: str,
    plan: str,
    bench: str,
    leak: bool = False,
) -> Searched:
    """Run the plan with every secret written down in the folder."""
    kept = folder / "canaries"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RIG_CANARIES", str(kept))
        if leak:
            patch.setenv("RIG_LEAK", "1")
        watched = ("--", "-p", "tests.runs.canaries")
        ended = rig_run(PLANS / plan, own_bench(bench), *more, *watched)
    lines = (line.split() for line in kept.read_text().splitlines())
    canaries = (Canary(kind, bytes.fromhex(value), maker) for kind, value, maker in lines)
    return Searched(ended, tuple(canaries))
