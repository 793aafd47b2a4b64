"""How tests, measurements and verdicts read in a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rig.records.run import Limit, Measurement, Observation, Result
from rig.records.verdict import Verdict

WIDTH = max(len(verdict) for verdict in Verdict)
STYLES = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.OBSERVED: "cyan",
    Verdict.NOT_APPLICABLE: "dim",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.ERROR: "bold magenta",
}


def title_of(test: str) -> str:
    """``a tap unlocks [owner]`` for ``.../test_taps.py::test_a_tap_unlocks[owner]``."""
    name, bracket, parameters = test.rpartition("::")[2].partition("[")
    words = name.removeprefix("test_").replace("_", " ")
    return f"{words} [{parameters}" if bracket else words


def figure_of(measurement: Measurement) -> str:
    """The key figure: the last statistic that is limited, else the median, with unit and count."""
    limit = measurement.judgements[-1].limit if measurement.judgements else None
    statistic = limit.statistic if limit else "p50"
    value = _value(measurement, statistic)
    if value is None:
        return f"{measurement.name}: not taken ({_count(measurement)})"
    figure = f"{measurement.name} {statistic} {value:.4g} {measurement.unit}".rstrip()
    return f"{figure}{_bound(limit)} (n {_count(measurement)})"


def figures_of(result: Result) -> str:
    """The key figures of a test."""
    return ", ".join(figure_of(m) for m in result.measurements)


def observed_in(observations: Iterable[Observation]) -> str:
    """What was written down and not judged, each once, with the ambiguity it speaks to."""
    return ", ".join(dict.fromkeys(map(_observed, observations)))


def _observed(observation: Observation) -> str:
    said = f"{observation.what}: {observation.value}"
    return f"{said} ({observation.ambiguity})" if observation.ambiguity else said


def duration_of(seconds: float) -> str:
    """A duration for people: 85 ms, 2.1 s, 3 min 05 s."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"


def _bound(limit: Limit | None) -> str:
    return f" {limit.relation} {limit.bound:g}" if limit else ""


def _count(measurement: Measurement) -> str:
    taken = len(measurement.samples)
    return str(taken) if taken >= measurement.wanted else f"{taken} of {measurement.wanted}"


def _value(measurement: Measurement, statistic: str) -> float | None:
    samples = measurement.samples
    if samples and statistic in ("max", "min"):
        return max(samples) if statistic == "max" else min(samples)
    found = (s.value for s in measurement.statistics if s.name == statistic)
    return next(found, samples[0] if len(samples) == 1 else None)
