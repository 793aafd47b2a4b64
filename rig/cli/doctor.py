"""`rig doctor`: each device of a bench, found or not, who it is, how it is, what to do."""

from __future__ import annotations

import click
from rich.console import Console
from rich.text import Text

from drivers.api.device import Identity
from rig.bench.doctor import Diagnosis, examine
from rig.bench.load import find_bench, load_bench
from rig.bench.safety import signals_unwind
from rig.cli.errors import BenchRefusal, refusals


@click.command(
    epilog="""\b
Exit status: 0 all is well, 2 the bench file is wrong, 3 something is to be done.

\b
Examples:
  rig doctor virtual
  rig doctor benches/desk.yaml
""",
)
@click.argument("bench")
def doctor(bench: str) -> None:
    """Open every device of BENCH, ask who it is, and let it test itself.

    Nothing is moved. BENCH is a bench file, or the name of one (see rig benches).
    """
    console = Console(highlight=False)
    with refusals(), signals_unwind():
        description = load_bench(find_bench(bench))
        console.print(f"bench {description.name} ({description.path})", style="bold")
        width = max(len(entry.name) for entry in description.devices)
        ill = 0
        for diagnosis in examine(description):
            ill += not diagnosis.well
            console.print(_told(diagnosis, width), soft_wrap=True)
    if ill:
        count = "1 device needs" if ill == 1 else f"{ill} devices need"
        raise BenchRefusal(f"{count} attention")
    console.print("all is well", style="green")


def _told(diagnosis: Diagnosis, width: int) -> Text:
    """A device in a line, and a line for each thing to do below it."""
    mark, style = ("ok", "green") if diagnosis.well else ("!!", "bold red")
    line = Text.assemble((f"{mark}  ", style), f"{diagnosis.device:{width}}  ")
    line.append(f"{diagnosis.driver:16}  ", "dim")
    line.append(_who(diagnosis.identity) if diagnosis.found else "not found")
    below = " " * (width + 6)
    for finding in diagnosis.findings:
        state, style = ("", "") if finding.ok else ("NOT ", "red")
        line.append(f"\n{below}{state}{finding.what}", style)
        if not finding.ok and finding.advice:
            line.append(f"\n{below}-> {finding.advice}", "yellow")
    if diagnosis.problem:
        line.append(f"\n{below}{diagnosis.problem}", "red")
    if diagnosis.advice:
        line.append(f"\n{below}-> {diagnosis.advice}", "yellow")
    return line


def _who(identity: Identity) -> str:
    parts = [identity.make, identity.model]
    parts += [f"serial {identity.serial}"] if identity.serial else []
    parts += [f"firmware {identity.firmware}"] if identity.firmware else []
    return " ".join(filter(None, parts)) or "does not say who it is"
