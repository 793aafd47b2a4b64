"""Errors of the nightly run.

* NightError - a night cannot be begun or gone on with; nothing was judged
  * NightHeld - the bench, or its night, is in use
* NotifyError - somebody could not be told; the gate is what it was
"""

from __future__ import annotations

from reports.errors import ReportError


class NightError(ReportError):
    """The message names the file or step and says why."""


class NightHeld(NightError):
    """Says who has it. The next call may find it free."""


class NotifyError(ReportError):
    """The message names the channel and says why. It holds no password."""
