"""`rig doctor`: the vehicle of a bench and each of its devices: how it is, and what to do.

It also prints the udev rules that the devices need, and looks at who else may hold them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from drivers.api.device import Identity
from rig.bench.build import driver_classes
from rig.bench.description import BenchDescription
from rig.bench.doctor import Diagnosis, examine
from rig.bench.holders import held_devices
from rig.bench.kernel import Machine
from rig.bench.lease import leased
from rig.bench.load import find_bench, load_bench
from rig.bench.registry import usb_families
from rig.bench.safety import Interrupted, signals_unwind
from rig.bench.udev import udev_rules
from rig.bench.usb_devices import UsbUse, usb_uses
from rig.cli.bench_figures import Asked, Subject, subjects_of, taken
from rig.cli.errors import BenchRefusal, Refusal, refusals
from rig.cli.figure_text import told
from rig.measure.errors import FigureError
from rig.measure.figures import Figure
from rig.measure.figures_file import kept_of, write_figures
from rig.vehicle.preflight import provisioning_mistakes, wiring_mistakes


@click.command(
    epilog="""\b
Exit status: 0 all is well, 2 the bench file, a keyring or a setting is wrong (nothing was
opened), 3 something is to be done.

\b
Examples:
  rig doctor virtual
  rig doctor benches/desk.yaml
  rig doctor desk --measure --move unlock_driver
  rig doctor desk --udev | sudo tee /etc/udev/rules.d/70-digital-key-rig.rules
""",
)
@click.argument("bench", required=False)
@click.option("--udev", is_flag=True, help="Print udev rules for the USB devices, and no more.")
@click.option("--group", default="", metavar="NAME", help="A group that these rules let in too.")
@click.option("--measure", is_flag=True, help="Take figures of clock, readers and anchors too.")
@click.option(
    "--move",
    "moves",
    multiple=True,
    metavar="SWITCH[:SENSOR]",
    help="With --measure: a relay that may move, over and over. May be repeated.",
)
@click.option(
    "--samples",
    type=click.IntRange(min=6),
    default=59,
    show_default=True,
    help="With --measure: how many of each figure.",
)
@click.option(
    "--debounce",
    "debounce_ms",
    type=click.FloatRange(min=0, max=1000),
    default=0.0,
    metavar="MS",
    help="With --measure: how long the input boards wait for a change to last (data sheet).",
)
@click.option(
    "--keep",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="With --measure: put what makes samples uncertain into this file (vehicle: figures).",
)
@click.pass_context
def doctor(ctx: click.Context, /, **given: Any) -> None:
    """Check what the vehicle of BENCH needs; open every device, and let it test itself.

    Nothing is moved, unless --measure is told so by --move. BENCH is a bench file, or the name of
    one (see rig benches). With --udev nothing is opened, and without BENCH the rules are for every
    USB device that the rig knows.
    """
    asked = _Given(**given)
    _refuse_what_does_not_fit(asked)
    try:
        with refusals(), signals_unwind():
            if asked.udev:
                _print_rules(asked.bench, asked.group)
            else:
                _examine(asked)
    except Interrupted as exc:
        click.echo("interrupted: the bench is closed", err=True)
        for note in getattr(exc, "__notes__", ()):  # what did not close
            click.echo(note, err=True)
        ctx.exit(128 + exc.signal)


@dataclass(frozen=True, slots=True)
class _Given:
    """What the shell says."""

    bench: str | None
    udev: bool
    group: str
    measure: bool
    moves: tuple[str, ...]
    samples: int
    debounce_ms: float
    keep: Path | None


def _refuse_what_does_not_fit(given: _Given) -> None:
    if given.group and not (given.udev and re.fullmatch(r"[a-z_][a-z0-9_-]*", given.group)):
        raise click.UsageError("--group is the name of a group, and goes with --udev")
    if given.moves and not given.measure:
        raise click.UsageError("--move goes with --measure: nothing else moves a relay")
    if given.keep and not given.measure:
        raise click.UsageError("--keep goes with --measure: nothing else has figures to keep")
    if given.udev and given.measure:
        raise click.UsageError("--udev opens no device, and --measure does: ask for one of them")
    if given.bench is None and not given.udev:
        raise click.UsageError("Missing argument 'BENCH'.")


def _print_rules(bench: str | None, group: str) -> None:
    families = usb_families()
    uses = [UsbUse("", "", family) for family in families]
    if bench is not None:
        uses = list(usb_uses(load_bench(find_bench(bench)), families))
    if all(use.by_pcscd for use in uses):
        click.echo(f"{bench} opens no device on USB by itself, so it needs no rules", err=True)
    else:
        click.echo("\n".join(udev_rules(uses, group)))


def _examine(given: _Given) -> None:
    console = Console(highlight=False)
    description = load_bench(find_bench(str(given.bench)))
    asked = Asked(given.samples, given.moves, given.debounce_ms)
    subjects = subjects_of(description, asked) if given.measure else ()
    console.print(f"bench {description.name} ({description.path})", style="bold")
    width = max(len(entry.name) for entry in description.devices)
    whole = _vehicle_is_whole(console, description, width)
    ill = _held(console, description, width)
    with leased(description):
        for diagnosis in examine(description):
            ill.update([] if diagnosis.well else [diagnosis.device])
            console.print(_told(diagnosis, width), soft_wrap=True)
    failed = _measure(console, description, subjects, ill, given.keep) if subjects else 0
    if ill:
        count = "1 device needs" if len(ill) == 1 else f"{len(ill)} devices need"
        raise BenchRefusal(f"{count} attention")
    if failed:
        count = "1 figure is" if failed == 1 else f"{failed} figures are"
        raise BenchRefusal(f"{count} missing or in doubt")
    if not whole:
        raise BenchRefusal("no test that needs the vehicle can run on this bench")
    console.print("all is well", style="green")


def _measure(
    console: Console,
    description: BenchDescription,
    subjects: Collection[Subject],
    ill: Collection[str],
    keep: Path | None,
) -> int:
    """Tell each figure as soon as it is there; how many are missing or in doubt."""
    console.print("figures of this bench", style="bold")
    failed, figures = 0, []
    for outcome in taken(description, subjects, ill):
        failed += not outcome.ok
        figures += [outcome.figure] if outcome.figure and outcome.ok else []
        console.print(told(outcome), soft_wrap=True)
    if keep is not None:
        _keep(console, keep, figures, description.name)
    return failed


def _keep(console: Console, path: Path, figures: Collection[Figure], bench: str) -> None:
    """Put what the figures contribute to the uncertainty of samples into a file."""
    day = datetime.now(UTC).date().isoformat()
    kept = kept_of(figures, f"rig doctor --measure of {bench} on {day}")
    try:
        write_figures(path, kept)
    except (FigureError, OSError) as exc:
        raise Refusal(f"--keep: {exc}") from exc
    names = ", ".join(one.part.name for one in kept) or "nothing: no figure of it was taken"
    console.print(f"kept in {path}: {names}", soft_wrap=True)


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


def _held(console: Console, description: BenchDescription, width: int) -> set[str]:
    """Say who else holds devices of the bench; those that are kept from it."""
    kept: set[str] = set()
    for held in held_devices(usb_uses(description, usb_families()), Machine()):
        finding = held.finding
        mark, style = ("--", "dim") if finding.ok else ("!!", "bold red")
        line = Text.assemble((f"{mark}  ", style), f"{held.device or 'USB':{width}}  ")
        line.append(finding.what, "dim" if finding.ok else "red")
        if finding.advice:
            line.append(f"\n{' ' * (width + 6)}-> {finding.advice}", "yellow")
        console.print(line, soft_wrap=True)
        kept.update([] if finding.ok else [held.device])
    return kept


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
    for warning in diagnosis.warnings:
        line.append(f"\n{below}{warning}", "yellow")
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
