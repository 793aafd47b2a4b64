"""`rig bench`: who has a bench, and to free it by hand."""

from __future__ import annotations

import click

from rig.bench.lease import break_lease, holders
from rig.bench.load import find_bench, load_bench
from rig.cli.errors import Refusal, refusals


@click.group(
    "bench",
    epilog="""\b
Examples:
  rig bench who desk
  rig bench break desk --by AB --why "the lab's PC hung and was switched off"
""",
)
def command() -> None:
    """Say who uses a bench, and free one whose run is gone."""


@command.command(
    epilog="""\b
Exit status: 0 nobody does, 1 somebody does, 2 the bench file is wrong.
"""
)
@click.argument("bench")
@click.pass_context
def who(ctx: click.Context, bench: str) -> None:
    """Say who uses BENCH or a device of it."""
    with refusals():
        held = holders(load_bench(find_bench(bench)))
    now = {what: owner for what, owner in held.items() if owner.alive}
    for what, owner in now.items():
        click.echo(f"{what}: {owner}")
    if not now:
        click.echo("nobody")
    ctx.exit(1 if now else 0)


@command.command(
    "break",
    epilog="""\b
Exit status: 0 it is free, 2 the bench file is wrong, or nobody holds it.

\b
Example:
  rig bench break desk --by AB --why "the lab's PC hung and was switched off"
""",
)
@click.argument("bench")
@click.option("--by", required=True, metavar="INITIALS", help="Who answers for it.")
@click.option("--why", required=True, metavar="TEXT", help="Goes into the next run's journal.")
def break_(bench: str, by: str, why: str) -> None:
    """Free BENCH and its devices, whatever their owner does.

    Never needed after a run that was ended or killed: its lease ends with it. A process that still
    runs keeps its devices open, so end it first.
    """
    if not (by.strip() and why.strip()):
        raise Refusal("--by and --why say who frees it and why; neither may be empty")
    with refusals():
        broken = break_lease(load_bench(find_bench(bench)), by.strip(), why.strip())
    if not broken:
        raise Refusal("nobody holds it")
    for what, owner in broken.items():
        click.echo(f"freed {what}, held by {owner}")
    for process in sorted({owner.process for owner in broken.values() if owner.alive}):
        click.echo(f"process {process} still runs and may move its switches: end it", err=True)
