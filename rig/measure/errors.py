"""What can be wrong with a measurement itself; to the run each is a rig *error*, never a fail.

* MeasureError
  * LimitError - a limit that nobody could judge: no basis, an unknown statistic, no number
  * SampleError - a sample that cannot be taken: no mark to begin at, a unit that is no time
  * CalibrationError - an antenna delay that cannot be found, read or applied
  * FigureError - a figure of the bench itself that cannot be taken; says what to do
"""

from __future__ import annotations


class MeasureError(Exception):
    """Base of everything this package raises besides the outcomes."""


class LimitError(MeasureError):
    """A limit that nobody could judge."""


class SampleError(MeasureError):
    """A sample that cannot be taken as asked."""


class CalibrationError(MeasureError):
    """An antenna delay that cannot be found, read or applied."""


class FigureError(MeasureError):
    """A figure of the bench itself that cannot be taken; the message says what to do."""
