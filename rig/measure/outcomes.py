"""How a test says that it ended otherwise than by pass or fail.

* AssertionError (Python's own) - the device under test was judged and found wanting: *fail*
  * Unmet - a condition did not come true in time
  * LimitMissed - a measurement was taken, and a limit on it was not kept
    * ConditionallyMissed - by no more than the uncertainty of the measurement
  * NotMeasured - samples were declared and not taken
* Outcome
  * Inconclusive - it could not be judged; the reason says why
    * ConditionallyKept - a limit was kept, and not by as much as the decision rule asks
  * NotApplicable - this vehicle, phone or market does not have it

Any other exception is a rig or bench *error*.
"""

from __future__ import annotations


class Unmet(AssertionError):
    """A condition of the vehicle did not come true within its deadline."""


class LimitMissed(AssertionError):
    """A measurement was taken, and a limit on it was not kept; the message is the statement."""


class ConditionallyMissed(LimitMissed):
    """A limit was not kept, by no more than the uncertainty: a conditional fail (ILAC-G8)."""


class NotMeasured(AssertionError):
    """Fewer samples were taken than the test declared."""


class Outcome(Exception):
    """Base of the verdicts a test can ask for."""


class Inconclusive(Outcome):
    """It could not be judged: a precondition, a missing device, an operator who declined."""


class ConditionallyKept(Inconclusive):
    """A limit was kept by less than the uncertainty: a conditional pass (ILAC-G8)."""


class NotApplicable(Outcome):
    """The vehicle, phone or market under test does not have this."""
