"""Report errors.

* ReportError - a run folder that cannot be read, or a page that cannot be rendered or written
"""

from __future__ import annotations


class ReportError(Exception):
    """No report came of it; the message names the folder or file and says why."""
