"""What can be wrong with a bench before any test runs.

* BenchError
  * BenchFileError - the file asks for something that does not exist; carries file and line
  * BenchUnavailable - the file is right, but this machine or bench lacks something it needs
"""

from __future__ import annotations


class BenchError(Exception):
    """Base of everything that stops a bench from opening."""


class BenchFileError(BenchError):
    """The bench file asks for something that does not exist."""


class BenchUnavailable(BenchError):
    """Something the bench needs is not installed or not plugged in."""
