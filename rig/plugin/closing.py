"""What a person reads when a run has ended: verdicts, counts, what it was on, where it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rig.plugin.wording import STYLES, figures_of, observed_in, title_of
from rig.records.laboratory import EquipmentRecord, doubtful_on, say_calibration
from rig.records.run import Result, RunFinished
from rig.records.verdict import Verdict

_ALL_ROWS = 60
_LONGEST_WHY = 200
_PAGES = ("report.html", "engineer.html")


class Closing:
    """Collects results for the verdict table; beyond 60 tests, only those that did not pass."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._rows: list[Result] = []
        self.counts: Counter[Verdict] = Counter()

    def add(self, result: Result) -> None:
        """One more test is over."""
        self.counts[result.verdict] += 1
        if result.verdict is not Verdict.PASS or self.counts[Verdict.PASS] <= _ALL_ROWS:
            self._rows.append(result)

    def show(self, ended: RunFinished, *, simulated: bool, substitutions: Sequence[str]) -> None:
        """Print the verdict table and what must be known beside it."""
        rows = self._rows
        if self.counts.total() > _ALL_ROWS:
            rows = [r for r in rows if r.verdict is not Verdict.PASS][:_ALL_ROWS]
        if rows:
            self._console.print()
            self._console.print(_table(rows))
        self._console.print()
        self._print_counts(hidden=self.counts.total() - len(rows))
        if ended.reason:
            self._note("ended", ended.reason, "bold magenta")
        if simulated:
            said = "this run touched virtual devices and is no evidence of compliance"
            self._note("SIMULATED", said, "bold yellow")
        for sentence in substitutions:
            self._note("substituted", sentence, "yellow")

    def doubt(self, equipment: Sequence[EquipmentRecord], day: str) -> None:
        """Say whose calibration did not hold on the day of the run: that takes its verdict away."""
        for device in doubtful_on(day, equipment):
            said = f"{device.device}: {say_calibration(day, device)}; no compliance verdict"
            self._note("CALIBRATION", said, "bold yellow")

    def refuse(self, reason: str) -> None:
        """Say why there was no run."""
        self._console.print(Text.assemble(("no run  ", "bold red"), reason), soft_wrap=True)

    def show_paths(self, folder: Path) -> None:
        """Print where the run is kept; a page that was not rendered is not named."""
        found = [folder / page for page in _PAGES if (folder / page).exists()]
        for path in found or [folder]:
            name = path.stem if path.suffix else "run"
            self._console.print(
                Text.assemble((f"{name:<12}", "bold"), _short(path)), soft_wrap=True
            )

    def _print_counts(self, *, hidden: int) -> None:
        line = Text()
        for verdict in Verdict:
            if self.counts[verdict]:
                line.append(", " if line else "")
                line.append(f"{self.counts[verdict]} {verdict}", STYLES[verdict])
        if hidden:
            line.append(f"  ({hidden} of {self.counts.total()} not shown above)", "dim")
        self._console.print(line or Text("nothing was judged", "bold magenta"))

    def _note(self, name: str, said: str, style: str) -> None:
        self._console.print(Text.assemble((f"{name:<12}", style), said))


def _table(rows: Sequence[Result]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", expand=False)
    table.add_column("verdict", no_wrap=True)
    table.add_column("requirement", no_wrap=True, max_width=28)
    table.add_column("test", min_width=30)
    table.add_column("figure or reason")
    for cases in _families(rows):
        first, count = cases[0], len(cases)
        title = title_of(first.test)
        why = _said_of(first) or observed_in(o for case in cases for o in case.observations)
        table.add_row(
            Text(first.verdict, STYLES[first.verdict]),
            Text(", ".join(first.requirements)),
            Text(title if count == 1 else f"{title.partition(' [')[0]} ({count} cases)"),
            Text(why if len(why) <= _LONGEST_WHY else f"{why[: _LONGEST_WHY - 1]}…"),
        )
    return table


def _families(rows: Sequence[Result]) -> Iterator[list[Result]]:
    """Cases of one test that ended alike and have nothing of their own to say share a row."""
    for _, cases in groupby(rows, key=_family):
        yield list(cases)


def _family(result: Result) -> tuple[str, ...]:
    said = _said_of(result)
    test = result.test if said else result.test.partition("[")[0]
    return (test, result.verdict, said)


def _said_of(result: Result) -> str:
    """What a test has to say for itself: its reason, what it observed, its figures."""
    observed = observed_in(result.observations) if result.verdict is Verdict.OBSERVED else ""
    return "; ".join(filter(None, (result.reason, observed))) or figures_of(result)


def _short(path: Path) -> str:
    """The path as seen from here, if that is shorter."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
