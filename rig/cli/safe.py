"""`rig safe`: every switch of a bench into its safe state, by hand."""

from __future__ import annotations

import click

from rig.bench.load import find_bench, load_bench
from rig.bench.safety import make_safe
from rig.cli.errors import BenchRefusal, refusals


@click.command(
    epilog="""\b
Exit status: 0 all switches are safe, 2 the bench file is wrong, 3 one is not safe.

\b
Examples:
  rig safe desk
""",
)
@click.argument("bench")
def safe(bench: str) -> None:
    """Put every switch of BENCH into the safe state its bench file names.

    Opens only the switches and what they are built on. A run does this by itself, however it
    ends; this is for when somebody wants to be sure.
    """
    with refusals():
        outcomes = make_safe(load_bench(find_bench(bench)))
    for outcome in outcomes:
        state = "safe" if outcome.ok else f"NOT SAFE: {outcome.message}"
        click.echo(f"{outcome.switch}: {state}")
    if not outcomes:
        click.echo("this bench has no switches")
    if not all(outcome.ok for outcome in outcomes):
        raise BenchRefusal("switch them off by hand")
