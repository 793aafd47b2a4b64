"""History errors.

* HistoryError - the database cannot be opened, read or written
  * JournalRefused - a journal that is none, or that is not the one that was imported before
  * NotServed - what names the database is no URL, or one of a kind that the rig does not serve
  * NoSuchRun - a run that the history does not have, or a name that fits several
"""

from __future__ import annotations


class HistoryError(Exception):
    """The message names the database or file and says why. It holds no password."""


class JournalRefused(HistoryError):
    """This journal was not imported, and the history is as it was."""


class NotServed(HistoryError):
    """Nothing was opened: another URL has to be given."""


class NoSuchRun(HistoryError):
    """No run, or more than one, goes by this name."""
