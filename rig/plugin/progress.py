"""What a person sees while a run goes on: finished tests above, the one under way below."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from rig.plugin.screen import LiveScreen, PlainScreen, Screen
from rig.plugin.wording import STYLES, WIDTH, duration_of, figures_of, title_of
from rig.records.run import Result
from rig.records.verdict import Verdict

_DETAIL_LINES = 12
_NEWS_EVERY_S = 5.0  # of a long measurement, where nothing can be redrawn


@dataclass(slots=True)
class Sampling:
    """The latest news of a measurement under way."""

    name: str
    taken: int
    wanted: int
    latest: float | None
    unit: str

    def __str__(self) -> str:
        value = "" if self.latest is None else f": {self.latest:.4g} {self.unit}".rstrip()
        return f"{self.name} {self.taken} of {self.wanted}{value}"


class Progress:
    """Follows a run; cheap enough for ten thousand tests, whatever the screen."""

    def __init__(self, console: Console, *, full_tracebacks: bool = False) -> None:
        self._console = console
        self._screen: Screen = (
            LiveScreen(console, self._status) if console.is_terminal else (PlainScreen(console))
        )
        self._full = full_tracebacks
        self._total = self._number = 0
        self._test = ""
        self._begun_s = self._news_s = 0.0
        self._sampling: Sampling | None = None

    def open(self, total: int, heading: str) -> None:
        """The run begins with so many tests."""
        self._total = total
        self._screen.open()
        self._screen.show(Text(f"{heading}\n", "bold"))

    def started(self, test: str, attempt: int = 1) -> None:
        """A test begins, or is run again."""
        self._number += attempt == 1
        self._sampling = None
        self._begun_s = self._news_s = time.monotonic()
        self._test = test

    def measured(self, name: str, taken: int, wanted: int, latest: float | None, unit: str) -> None:
        """A measurement was declared or has one more sample."""
        self._sampling = Sampling(name, taken, wanted, latest, unit)
        now_s = time.monotonic()
        if not self._screen.is_live and now_s - self._news_s >= _NEWS_EVERY_S:
            self._news_s = now_s
            self._screen.show(
                Text(f"{'':{self._margin}}… {title_of(self._test)}: {self._sampling}")
            )

    def repeats(self, test: str) -> None:
        """A test is run again, because the rig or the bench broke in it."""
        said = f"{title_of(test)}: an error of the rig is no verdict; once more"
        self._below(said, STYLES[Verdict.ERROR])

    def finished(self, result: Result, detail: str = "") -> None:
        """A test is over and recorded."""
        self._test = ""
        if self._screen.is_live:
            self._screen.show(self._line(result))
        else:
            self._screen.show_plain(self._words(result))
        if result.verdict in (Verdict.FAIL, Verdict.ERROR):
            self._show_failure(result, detail)
        elif result.reason:
            self._below(result.reason, STYLES[result.verdict])

    def held_still(self) -> AbstractContextManager[None]:
        """Draw nothing meanwhile: somebody is asked on the same terminal."""
        return self._screen.held_still()

    def close(self) -> None:
        """Nothing more will happen; what is shown stays."""
        self._test = ""
        self._screen.close()

    @property
    def _margin(self) -> int:
        """How far the text below a finished test is moved to the right."""
        return 2 * len(str(self._total)) + 4

    def _counter(self) -> str:
        width = len(str(self._total))
        return f"[{self._number:{width}}/{self._total}]"

    def _words(self, result: Result) -> str:
        again = f"attempt {result.attempt}" if result.attempt > 1 else ""
        parts = (title_of(result.test), again, figures_of(result), duration_of(result.duration_s))
        said = " · ".join(filter(None, parts))
        return f"{self._counter()} {result.verdict:{WIDTH}} {said}"

    def _line(self, result: Result) -> Text:
        line = Text(f"{self._counter()} ", "dim", no_wrap=True, overflow="ellipsis")
        line.append(f"{result.verdict:{WIDTH}} ", STYLES[result.verdict])
        line.append(title_of(result.test), "default not dim")
        if result.attempt > 1:
            line.append(f" · attempt {result.attempt}", STYLES[Verdict.ERROR])
        if figures := figures_of(result):
            line.append(f" · {figures}", "cyan not dim")
        return line.append(f" · {duration_of(result.duration_s)}")

    def _show_failure(self, result: Result, detail: str) -> None:
        """The assertion with its values, or the reason; with -v the whole traceback."""
        lines = detail.splitlines()
        if not self._full:
            lines = [line[1:].strip() for line in lines if line.startswith("E ")][:_DETAIL_LINES]
            if result.verdict is Verdict.ERROR or not lines:
                lines = [result.reason]
        for line in lines:
            self._below(line, STYLES[result.verdict])
        self._below(result.test, "dim")

    def _below(self, line: str, style: str = "") -> None:
        """Add a line that belongs to the test above it."""
        self._screen.show(Text(f"{'':{self._margin}}{line}", style))

    def _status(self) -> Text:
        """The line at the bottom: step, attempt at it, latest value."""
        if not self._test:
            return Text("")
        line = Text(f"{self._counter()} ", "dim", no_wrap=True, overflow="ellipsis")
        line.append(title_of(self._test), "bold not dim")
        if self._sampling:
            line.append(f" · {self._sampling}", "cyan not dim")
        return line.append(f" · {duration_of(time.monotonic() - self._begun_s)}")
