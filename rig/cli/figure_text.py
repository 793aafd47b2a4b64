"""A figure of a bench in a few lines of text."""

from __future__ import annotations

from rich.text import Text

from rig.cli.bench_figures import Outcome
from rig.measure.figures import Figure
from rig.records.run import Statistic

_BELOW = "      "


def told(outcome: Outcome) -> Text:
    """What was measured in a line, with unit, interval and count; below it, what to know and do."""
    mark, style = ("ok", "green") if outcome.ok else ("!!", "bold red")
    line = Text.assemble((f"{mark}  ", style))
    figure = outcome.figure
    if figure is None:
        line.append(f"{outcome.subject}\n{_BELOW}-> ", "yellow")
        return line.append(outcome.problem, "yellow")
    line.append(f"{figure.what}: {'; '.join(_value(one, figure) for one in figure.statistics)}")
    line.append(f"\n{_BELOW}n = {figure.n}, a sample's u = {_number(figure.uncertainty)} ", "dim")
    line.append(f"{figure.unit} ({figure.basis})", "dim")
    for remark in figure.remarks:
        line.append(f"\n{_BELOW}{remark}", "dim")
    if figure.doubt:
        line.append(f"\n{_BELOW}-> {figure.doubt}", "yellow")
    return line


def _value(one: Statistic, figure: Figure) -> str:
    """Such as "p50 12.3 ms [12.1, 12.6]"; the interval is of 95 % confidence."""
    text = f"{one.name} {_number(one.value)} {figure.unit}"
    if one.low is None or one.high is None:
        return text
    return f"{text} [{_number(one.low)}, {_number(one.high)}]"


def _number(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 10000 else f"{value:.0f}"
