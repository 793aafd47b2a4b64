"""Decision rules: how the uncertainty of a measurement enters the verdict on a limit.

After ILAC-G8:09/2019 and ISO/IEC 17025:2017, 7.8.6. A plan chooses, for all of its limits or one:

* **simple** acceptance (w = 0): the samples are held against the limit as they are. Of a value at
  the limit itself, up to 50 % of acceptances are false.
* **guarded** acceptance (w = U): the limit less the expanded uncertainty of a sample has to be
  kept, so that at most about 2.5 % are. Four outcomes (G8, 4.2.3), by TL, the limit, and w:

  | outcome | the samples keep | stored verdict |
  |---|---|---|
  | pass | TL less w | pass |
  | conditional pass | TL, and not TL less w | inconclusive: neither shown to conform nor not to |
  | conditional fail | TL plus w, and not TL | fail, as under simple acceptance |
  | fail | not even TL plus w | fail |

  So no verdict becomes milder by the stricter rule, and no gate has to know the conditional ones.
  Where a part of the uncertainty is not evaluated, nothing passes under guarded acceptance.

A percentile passes under either rule only when the samples demonstrate it at the measurement's
confidence (rig.measure.limits). A standard deviation is judged simply: U is that of a sample.
"""

from __future__ import annotations

from dataclasses import replace

from rig.measure.limits import Series, judge
from rig.records.run import Judgement, Limit
from rig.records.verdict import Verdict

SIMPLE, GUARDED = "simple", "guarded"
RULES = (SIMPLE, GUARDED)


def decide(limit: Limit, series: Series, rule: str = SIMPLE) -> Judgement:
    """Hold a limit against samples by its own decision rule, or else by ``rule``."""
    chosen = limit.decision or rule
    found = judge(limit, series)
    if not series.samples:
        return found
    if chosen == GUARDED and limit.statistic != "sd":
        return _guarded(found, series)
    return replace(found, rule=SIMPLE, guard_band=0.0, uncertainty=series.uncertainty)


def _guarded(found: Judgement, series: Series) -> Judgement:
    """``found``, the verdict on the limit itself, with a guard band on either side of it."""
    width = series.uncertainty
    found = replace(found, rule=GUARDED, guard_band=width, uncertainty=width)
    if width is None:
        if found.verdict is not Verdict.PASS:
            return found
        want = ", ".join(series.lacking) or "there is no budget for this quantity"
        said = f"{found.statement}; but the rule is guarded by U, which is not evaluated ({want})"
        return replace(found, verdict=Verdict.INCONCLUSIVE, statement=said)
    limit, band = found.limit, f"U = {series.figure(width)}"
    inner = judge(replace(limit, bound=_moved(limit, -width)), series)
    if inner.verdict is Verdict.PASS:
        kept = f"the limit of {series.figure(limit.bound)} {_less(limit)} {band}"
        said = f"{inner.statement}; {series.figure(inner.limit.bound)} is {kept}"
        return replace(found, verdict=Verdict.PASS, statement=said)
    if found.verdict is Verdict.PASS:
        said = f"conditional pass: {found.statement}, but not by as much as {band}"
        return replace(found, verdict=Verdict.INCONCLUSIVE, statement=said, conditional=True)
    if found.verdict is Verdict.FAIL:
        outer = judge(replace(limit, bound=_moved(limit, width)), series)
        if outer.verdict is not Verdict.FAIL:
            said = f"conditional fail: {found.statement}, but by no more than {band}"
            return replace(found, statement=said, conditional=True)
    return found


def _moved(limit: Limit, outwards: float) -> float:
    return limit.bound + outwards if limit.relation == "<=" else limit.bound - outwards


def _less(limit: Limit) -> str:
    return "less" if limit.relation == "<=" else "and"
