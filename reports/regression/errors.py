"""Errors of the regression analysis.

* RegressionError - series, baseline or acceptance that cannot be judged as they are
"""

from __future__ import annotations

from reports.errors import ReportError


class RegressionError(ReportError):
    """The message names the series and says what is wrong."""
