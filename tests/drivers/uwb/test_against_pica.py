"""Two hosts range each other in google/pica, a simulator that nobody here wrote.

Not run unless RIG_PICA names a bench file, such as testplans/benches/pica.yaml, with two
``sim.pica``, and one listens there. The same functions then have a second pair: two virtual chips
with pica's dialect, each of which is heard by the other only while it ranges in the same session.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from drivers.api.uwb import FiraSession, Measurement, RangeStatus, RangingSession
from drivers.sim.uwb_chip import VirtualUwbChip
from drivers.sim.uwb_chip.scene import Scene, Shot, Sight
from drivers.uwb.kits import PicaAnchor
from drivers.uwb.uci.app_config import Param
from drivers.uwb.uci.codes import SessionState
from rig.bench.build import Bench, opened
from rig.bench.errors import BenchUnavailable
from rig.bench.load import BENCHES, load_bench

CONTROLLER = FiraSession(session_id=7, address=1, peers=(2,), interval_ms=100)
CONTROLEE = replace(CONTROLLER, address=2, peers=(1,), controller=False)
VIRTUAL_M = 3.0
VIRTUAL = f"""\
name: like pica
devices:
  chip_near: {{driver: sim.uwb_chip, seed: 1, profile: pica, distance_m: {VIRTUAL_M}}}
  chip_far: {{driver: sim.uwb_chip, seed: 2, profile: pica, distance_m: {VIRTUAL_M}}}
  near: {{driver: sim.pica, address: "@chip_near"}}
  far: {{driver: sim.pica, address: "@chip_far"}}
vehicle: {{keyring: {BENCHES}/keys/vehicle.json, model: cooper, model_year: 2026, os: 9,
          options: [322], key: digital_key}}
"""


@dataclass(frozen=True)
class Pair:
    """The two hosts of a bench, and where they are known to stand; None: as pica has it."""

    near: PicaAnchor
    far: PicaAnchor
    distance_m: float | None = None


@contextmanager
def google_pica() -> Iterator[Pair]:
    """The one that RIG_PICA names; where there is none, or none listens, nothing is run."""
    named = os.environ.get("RIG_PICA", "")
    if not named:
        pytest.skip("not run: RIG_PICA names no bench file of a pica")
    with ExitStack() as stack:
        try:
            bench = stack.enter_context(opened(load_bench(Path(named))))
        except BenchUnavailable as exc:
            pytest.skip(f"not run: {exc}")
        yield Pair(*hosts_of(bench))


@contextmanager
def virtual_pair(folder: Path) -> Iterator[Pair]:
    """Two chips with pica's dialect; one is heard only while it ranges in the same session."""
    file = folder / "like_pica.yaml"
    file.write_text(VIRTUAL)
    with opened(load_bench(file)) as bench:
        near, far = bench.of(VirtualUwbChip).values()
        near.scene, far.scene = seen_of(far), seen_of(near)
        yield Pair(*hosts_of(bench), VIRTUAL_M)


def hosts_of(bench: Bench) -> tuple[PicaAnchor, PicaAnchor]:
    """The bench's two; a bench with others is none for this test."""
    first, second = bench.of(PicaAnchor).values()
    return first, second


def seen_of(other: VirtualUwbChip) -> Scene:
    """What a chip sees of another one."""

    def look(shot: Shot) -> Sight | None:
        sessions = list(other.chip.sessions.values())
        ranging = (s for s in sessions if s.state == SessionState.ACTIVE)
        heard = any(
            s.session_id == shot.session_id and s.number(Param.DEVICE_ADDRESS) == shot.peer
            for s in ranging
        )
        return Sight(VIRTUAL_M) if heard else None

    return look


@pytest.fixture(params=["google/pica", "virtual chips"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    with google_pica() if request.param == "google/pica" else virtual_pair(tmp_path) as found:
        yield found


def blocks_of(ranging: RangingSession, peer: int) -> list[Measurement]:
    """Five blocks, all of this peer."""
    found = [ranging.next(5.0) for _ in range(5)]
    measured = [one for one in found if one is not None]
    assert len(measured) == 5
    assert {one.peer for one in measured} == {peer}
    assert [one.t_ns for one in measured] == sorted(one.t_ns for one in measured)
    return measured


def check_distances(measured: Sequence[Measurement], true_m: float | None) -> None:
    """Ranges were decoded, and are those of where the two stand, as far as that is known."""
    ranges_m = [m.distance_m for m in measured if m.status is RangeStatus.OK]
    assert ranges_m, [m.status for m in measured]
    for range_m in ranges_m:
        assert range_m is not None
        assert 0 <= range_m < 655.35
        assert true_m is None or abs(range_m - true_m) < 0.5


def test_a_host_is_reset_and_says_who_it_is(pair: Pair) -> None:
    for host in (pair.near, pair.far):  # opening it has reset it
        assert "UCI " in host.identity().firmware
        assert all(finding.ok for finding in host.self_test())


def test_two_hosts_measure_their_distance(pair: Pair) -> None:
    theirs = pair.far.start(CONTROLEE)
    ours = pair.near.start(CONTROLLER)
    check_distances(blocks_of(ours, peer=2), pair.distance_m)
    check_distances(blocks_of(theirs, peer=1), pair.distance_m)
    ours.stop()
    theirs.stop()
    for host in (pair.near, pair.far):
        assert host.health.damaged == host.health.garbage_octets == 0


def test_a_session_that_was_stopped_can_be_had_again(pair: Pair) -> None:
    for _ in range(2):
        theirs, ours = pair.far.start(CONTROLEE), pair.near.start(CONTROLLER)
        check_distances(blocks_of(ours, peer=2), pair.distance_m)
        ours.stop()
        theirs.stop()


def test_whoever_ranges_alone_measures_nothing(tmp_path: Path) -> None:
    with virtual_pair(tmp_path) as pair:
        ours = pair.near.start(CONTROLLER)
        assert {m.status for m in blocks_of(ours, peer=2)} == {RangeStatus.NO_ANSWER}


def test_where_no_pica_listens_it_is_not_run_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RIG_PICA", raising=False)
    with pytest.raises(pytest.skip.Exception, match="not run: RIG_PICA names no"), google_pica():
        pass
    with closing(socket.create_server(("127.0.0.1", 0))) as unused:
        nobody = f"127.0.0.1:{unused.getsockname()[1]}"
    shipped = (BENCHES / "pica.yaml").read_text().replace("keys/", f"{BENCHES}/keys/")
    assert "127.0.0.1:7000" in shipped
    (tmp_path / "pica.yaml").write_text(shipped.replace("127.0.0.1:7000", nobody))
    monkeypatch.setenv("RIG_PICA", str(tmp_path / "pica.yaml"))
    with (
        pytest.raises(pytest.skip.Exception, match=r"not run: .*pica\.yaml:7: near "),
        google_pica(),
    ):
        pass
