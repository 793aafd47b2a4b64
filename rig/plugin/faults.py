"""A campaign: every test of a plan again under each fault of the bench's links.

The fault is planted for the call of a test alone, so that set-up and teardown show whether bench
and rig have got over it. What it was and how often it struck is an observation in the record.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Iterable
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from drivers.api.faulty import FaultyLink
from rig.bench.build import Bench, driver_classes
from rig.bench.description import BenchDescription
from rig.plans.plan import FaultSelection
from rig.plugin.fault_table import FAULT, NOTHING, STRIKES, WRONG, cases_of, table_of
from rig.plugin.recording import Attempt
from rig.records.journal import JOURNAL, read_run
from rig.records.run import Observation


class FaultCampaign:
    """The hooks of a run with faults; pytest finds them because this object is a plugin."""

    def __init__(
        self,
        wanted: FaultSelection,
        description: BenchDescription,
        bench: Callable[[], Bench],
        attempt: Callable[[], Attempt],
        folder: Path,
        console: Console,
    ) -> None:
        """Raises UsageError when the bench has no link that can be made to fail so."""
        self._wanted, self._bench, self._attempt = wanted, bench, attempt
        self._folder, self._console = folder, console
        classes = driver_classes(description).values()
        known = [f"{c.link}: {fault}" for c in map(_failing, classes) if c for fault in c.faults]
        self._kinds = [kind for kind in dict.fromkeys(known) if _is_among(kind, wanted.kinds)]
        if not self._kinds:
            raise pytest.UsageError(
                f"bench {description.name} has no link with the faults of the plan; "
                f"it has: {', '.join(known) or 'none'} (see bench virtual-faults)"
            )

    @pytest.fixture(autouse=True)
    def planted_fault(self, request: pytest.FixtureRequest) -> str:
        """The fault of this case, as "link: fault"."""
        return str(request.param)

    @pytest.hookimpl(trylast=True)
    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Each test without a fault first, then under each."""
        kinds = [NOTHING, *self._kinds]
        metafunc.parametrize("planted_fault", kinds, ids=kinds, indirect=True)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out cases where the plan wants every so-manieth only, the same each time."""
        items[:] = [item for item in items if self._is_taken(item)]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Plant the fault for the call, and take it out again."""
        kind = kind_of(item)
        link, _, fault = kind.partition(": ")
        links = [d for d in self._bench().of(FaultyLink).values() if d.link == link]
        for number, device in enumerate(links):
            device.plant(fault, seed=_seed(item.nodeid, number))
        try:
            return (yield)
        finally:
            strikes = sum(device.strikes for device in links)
            for device in links:
                device.plant("", 0)
            noted = self._attempt().observations
            noted.append(Observation(FAULT, kind))
            noted.append(Observation(STRIKES, str(strikes)))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Show what every fault came to, and each case that is not as it should be."""
        if not (self._folder / JOURNAL).exists():
            return
        cases = list(cases_of(read_run(self._folder)))
        self._console.print()
        self._console.print(table_of(cases))
        for case in cases:
            if case.came in WRONG:
                said = (
                    f"{case.came}  {case.result.test}: {case.result.verdict} {case.result.reason}"
                )
                self._console.print(Text(said), soft_wrap=True)

    def _is_taken(self, item: pytest.Item) -> bool:
        if kind_of(item) == NOTHING:
            return True
        return random.Random(item.nodeid).random() * self._wanted.every < 1  # noqa: S311 - no secret


def kind_of(item: pytest.Item) -> str:
    """The fault of a case."""
    callspec = getattr(item, "callspec", None)
    return str(callspec.params["planted_fault"]) if callspec else NOTHING


def _failing(cls: type) -> type[FaultyLink] | None:
    return cls if issubclass(cls, FaultyLink) else None


def _is_among(kind: str, wanted: Iterable[str]) -> bool:
    return not wanted or any(kind == one or kind.startswith(f"{one}: ") for one in wanted)


def _seed(node: str, number: int) -> int:
    return random.Random(f"{node} {number}").getrandbits(32)  # noqa: S311 - no secret
