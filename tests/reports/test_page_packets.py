"""The page links to the packets of a run's radios, where there are any."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from rig.records.journal import PACKETS
from rig.records.packets import PacketsOf
from tests.reports.sample_runs import BEGAN, result

if TYPE_CHECKING:
    from tests.reports.conftest import RenderRun


def test_packets_are_linked_with_their_hash(page_of: RenderRun, tmp_path: Path) -> None:
    page = page_of([result("a::test_one")], packets=[PacketsOf("a::test_one", 1, BEGAN, 7)])
    (link,) = [a for a in page.find("a") if a.attributes.get("href") == PACKETS]
    assert link.text == PACKETS
    sha256 = hashlib.sha256((tmp_path / "run" / PACKETS).read_bytes()).hexdigest()
    assert sha256 in page.text


def test_a_run_without_radios_names_none(page_of: RenderRun) -> None:
    assert PACKETS not in page_of([result("a::test_one")]).text
