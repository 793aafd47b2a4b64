"""How a command ends when it cannot do its work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from rig.bench.errors import BenchError, BenchFileError
from rig.plans.errors import PlansError


class Refusal(click.ClickException):
    """One clear message on standard error: somebody asked for what cannot be."""

    exit_code = 2


class BenchRefusal(Refusal):
    """The same, where the bench is to blame."""

    exit_code = 3


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what is wrong with files into exit status 2, and with a bench into 3."""
    try:
        yield
    except (BenchFileError, PlansError) as exc:
        raise Refusal(str(exc)) from exc
    except BenchError as exc:
        raise BenchRefusal(str(exc)) from exc
