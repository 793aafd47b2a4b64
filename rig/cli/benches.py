"""`rig benches`: what a plan can be run on by name."""

from __future__ import annotations

import click

from rig.bench.load import bench_files, load_bench
from rig.bench.registry import is_virtual
from rig.cli.errors import refusals


@click.command(
    epilog="""\b
Examples:
  rig benches
""",
)
def benches() -> None:
    """List the benches: those in ./benches first, then the rig's own."""
    with refusals():
        for name, path in bench_files().items():
            bench = load_bench(path)
            virtual = sum(is_virtual(entry.driver) for entry in bench.devices)
            said = f"{len(bench.devices)} devices, {virtual} of them virtual"
            if bench.fallback:
                said += f"; falls back to {bench.fallback.name}"
            click.echo(f"{click.style(name, bold=True)}  {said}")
            click.echo(f"    {path}")
