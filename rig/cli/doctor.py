"""`rig doctor`: the vehicle of a bench and each of its devices: how it is, and what to do."""

from __future__ import annotations

import click
from rich.console import Console
from rich.text import Text

from drivers.api.device import Identity
from rig.bench.build import driver_classes
from rig.bench.description import BenchDescription
from rig.bench.doctor import Diagnosis, examine
from rig.bench.lease import leased
from rig.bench.load import find_bench, load_bench
from rig.bench.safety import signals_unwind
from rig.cli.errors import BenchRefusal, Refusal, refusals
from rig.vehicle.preflight import provisioning_mistakes, wiring_mistakes


@click.command(
    epilog="""\b
Exit status: 0 all is well, 2 the bench file, a keyring or a setting is wrong (nothing was
opened), 3 something is to be done.

\b
Examples:
  rig doctor virtual
  rig doctor benches/desk.yaml
""",
)
@click.argument("bench")
def doctor(bench: str) -> None:
    """Check what the vehicle of BENCH needs; open every device, and let it test itself.

    Nothing is moved. BENCH is a bench file, or the name of one (see rig benches).
    """
    console = Console(highlight=False)
    with refusals(), signals_unwind():
        description = load_bench(find_bench(bench))
        console.print(f"bench {description.name} ({description.path})", style="bold")
        width = max(len(entry.name) for entry in description.devices)
        whole = _vehicle_is_whole(console, description, width)
        ill = 0
        with leased(description):
            for diagnosis in examine(description):
                ill += not diagnosis.well
                console.print(_told(diagnosis, width), soft_wrap=True)
    if ill:
        count = "1 device needs" if ill == 1 else f"{ill} devices need"
        raise BenchRefusal(f"{count} attention")
    if not whole:
        raise BenchRefusal("no test that needs the vehicle can run on this bench")
    console.print("all is well", style="green")


def _vehicle_is_whole(console: Console, description: BenchDescription, width: int) -> bool:
    """Say in a line how the vehicle is, and whether it has all its devices.

    Raises Refusal for a keyring or setting that no run would accept.
    """
    wrong = [*provisioning_mistakes(description.vehicle)]
    lacking = [*wiring_mistakes(driver_classes(description), description.vehicle.anchors)]
    mark, style = ("!!", "bold red") if wrong or lacking else ("ok", "green")
    line = Text.assemble((f"{mark}  ", style), f"{'vehicle':{width}}  ")
    line.append("not as it should be" if wrong or lacking else "keys, settings and devices fit")
    below = " " * (width + 6)
    for mistake in [*wrong, *lacking]:
        line.append(f"\n{below}{description.vehicle_error(mistake.key, mistake.text)}", "red")
    console.print(line, soft_wrap=True)
    if wrong:
        raise Refusal("the bench file is wrong about its vehicle; nothing was opened")
    return not lacking


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
