"""`rig plans`: what can be run by name."""

from __future__ import annotations

import click

from rig.cli.errors import refusals
from rig.plans.load import list_plans, load_plan


@click.command(
    epilog="""\b
Examples:
  rig plans
""",
)
def plans() -> None:
    """List the plans: those in ./plans first, then the rig's own."""
    with refusals():
        for name, path in list_plans().items():
            plan = load_plan(path)
            click.echo(f"{click.style(name, bold=True)}  {plan.title}")
            click.echo(f"    {path}")
