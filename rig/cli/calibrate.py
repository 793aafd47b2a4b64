"""`rig calibrate`: an anchor's antenna delay, from ranges at a distance that was measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from drivers.api.clock import clock_of
from drivers.api.errors import DriverError
from drivers.api.uwb import RangingAnchor
from rig.bench.build import Bench, driver_classes, opened, partial
from rig.bench.description import BenchDescription
from rig.bench.lease import leased
from rig.bench.load import find_bench, load_bench
from rig.bench.safety import Interrupted, signals_unwind
from rig.cli.errors import BenchRefusal, Refusal, refusals
from rig.complaints import allowed
from rig.measure.calibration import (
    FEWEST,
    Reference,
    calibrate,
    kit_of,
    read_calibrations,
    write_calibrations,
)
from rig.measure.errors import CalibrationError
from rig.measure.pair_ranging import ranges_between
from rig.records.run import CalibrationRecord
from rig.vehicle.wiring import ANCHOR

_FILE = Path("calibrations.json")  # where neither the command nor the bench names one


@dataclass(frozen=True, slots=True)
class Asked:
    """What the shell says."""

    bench: str
    anchor: str
    reference: str
    distance_m: float | None
    uncertainty_m: float
    operator: str
    samples: int
    output: Path | None


@click.command(
    "calibrate",
    epilog="""\b
Exit status: 0 the calibration is written, 2 wrong usage, bench file or FILE (nothing was
opened), 3 the anchors do not range well enough; 128 + n ended by signal n. Unless it is 0,
nothing is written.

\b
Examples:
  rig calibrate desk front --reference rear --distance 2.00 --operator AB
  rig calibrate desk.yaml anchor_front --reference golden --distance 5.013 \\
      --uncertainty 0.002 --operator AB --output front.json
""",
)
@click.argument("bench")
@click.argument("anchor")
@click.option("--reference", required=True, metavar="NAME", help="The anchor to range with.")
@click.option(
    "--distance",
    "distance_m",
    type=float,
    metavar="METRES",
    help="The true distance, from antenna to antenna.",
)
@click.option(
    "--uncertainty",
    "uncertainty_m",
    type=float,
    default=0.01,
    show_default=True,
    metavar="METRES",
    help="How well it is known (standard uncertainty).",
)
@click.option("--operator", required=True, metavar="INITIALS", help="Who measured it.")
@click.option(
    "--samples",
    type=click.IntRange(min=FEWEST),
    default=100,
    show_default=True,
    help="How many ranges to take.",
)
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Where it goes; else to what BENCH names under calibrations, or to {_FILE} here.",
)
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Find how much too far ANCHOR of BENCH measures, and write it to FILE.

    It ranges with the reference, another UWB anchor of the bench, at a distance that you have
    measured, in line of sight and with nobody near. Both are named as in the bench file, with or
    without "anchor_". What the reference itself measures too much goes into the offset, so take
    one whose own delay is right. Nothing else of the bench is opened, and nothing moves.
    """
    asked = Asked(**given)
    true = _true_distance(asked)
    console = Console(highlight=False)
    try:
        with refusals(), signals_unwind():
            description = load_bench(find_bench(asked.bench))
            pair = _pair(description, asked.anchor, asked.reference)
            file = asked.output or description.vehicle.calibrations or _FILE
            known = _known(file)
            found = _measured(console, description, pair, true, asked)
    except Interrupted as exc:
        click.echo("interrupted: both anchors are silent, and nothing was written", err=True)
        ctx.exit(128 + exc.signal)
    _write(file, known | {found.anchor: found})
    _tell(console, found, file, description)


def _true_distance(asked: Asked) -> Reference:
    """The distance, if somebody has measured it and can be named."""
    metres, within = asked.distance_m, asked.uncertainty_m
    if metres is None:
        raise click.UsageError(
            "--distance is missing: measure from antenna to antenna with a tape or a laser, and "
            "give it in metres, such as --distance 2.00"
        )
    if not (math.isfinite(metres) and metres > 0):
        raise click.UsageError(f"--distance is {metres:g}; it must be metres above 0")
    if not (math.isfinite(within) and within >= 0):
        raise click.UsageError(f"--uncertainty is {within:g}; it must be metres, 0 or more")
    if not asked.operator.strip():
        raise click.UsageError("--operator is empty; who measured the distance?")
    return Reference(metres, within)


def _pair(description: BenchDescription, anchor: str, reference: str) -> tuple[str, str]:
    """The devices that are meant. Raises Refusal where there is none, or one for both."""
    classes = driver_classes(description)
    there = [name for name, kind in classes.items() if issubclass(kind, RangingAnchor)]
    if len(there) < 2:
        raise Refusal(f"bench {description.name} has {len(there)} UWB anchors, and it takes two")
    pair = _named(anchor, there), _named(reference, there)
    if pair[0] == pair[1]:
        raise Refusal(f"{pair[0]} cannot range with itself; --reference names another anchor")
    return pair


def _named(name: str, there: list[str]) -> str:
    found = next((n for n in (name, f"{ANCHOR}{name}") if n in there), None)
    if found is None:
        raise Refusal(f"no UWB anchor {name!r}; {allowed(name, there, 'the bench has')}")
    return found


def _known(file: Path) -> dict[str, CalibrationRecord]:
    """What the file holds already. Raises Refusal where it is no such file or has no place."""
    if not file.parent.is_dir():
        raise Refusal(f"there is no folder {file.parent} for {file.name}")
    if not file.exists():
        return {}
    try:
        return read_calibrations(file)
    except CalibrationError as exc:
        raise Refusal(f"{exc}; it is left as it is, --output names another file") from exc


def _measured(
    console: Console,
    description: BenchDescription,
    pair: tuple[str, str],
    true: Reference,
    asked: Asked,
) -> CalibrationRecord:
    """Open both, range, and find the offset. Raises BenchError; Refusal for all else."""
    try:
        with leased(partial(description, pair)), opened(partial(description, pair)) as bench:
            ranges_m = _ranged(console, bench, pair, asked.samples)
            return calibrate(
                ranges_m,
                anchor=pair[0].removeprefix(ANCHOR),
                kit=kit_of(bench.devices[pair[0]].identity()),
                reference=true,
                date=clock_of(bench.devices).utc().date().isoformat(),
                operator=asked.operator.strip(),
            )
    except (DriverError, CalibrationError) as exc:
        raise BenchRefusal(str(exc)) from exc


def _ranged(console: Console, bench: Bench, pair: tuple[str, str], samples: int) -> list[float]:
    anchors = bench.of(RangingAnchor)
    what = f"{pair[0]} ranges with {pair[1]}"
    console.print(what)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=samples)

        def news(taken: int, range_m: float) -> None:
            progress.update(task, completed=taken, description=f"{what}: {range_m:.2f} m")

        with clock_of(bench.devices).skipping():
            return ranges_between(anchors[pair[0]], anchors[pair[1]], samples, news)


def _write(file: Path, calibrations: dict[str, CalibrationRecord]) -> None:
    try:
        write_calibrations(file, list(calibrations.values()))
    except OSError as exc:
        raise BenchRefusal(f"{file} cannot be written: {exc.strerror}") from exc


def _tell(
    console: Console, found: CalibrationRecord, file: Path, description: BenchDescription
) -> None:
    way = "little" if found.offset_m < 0 else "much"
    console.print(
        f"{found.anchor} ({found.kit}) measures {abs(found.offset_m):.3f} m too {way}, "
        f"± {found.uncertainty_m:.3f} m (standard uncertainty), by {found.samples} ranges at "
        f"{found.reference_m:g} m",
        soft_wrap=True,
    )
    console.print(f"written to {file}", style="green", soft_wrap=True)
    used = description.vehicle.calibrations
    if used is None or used.resolve() != file.resolve():
        console.print(
            f"-> for runs to take it off, the section vehicle of {description.path} needs: "
            f"calibrations: {file.absolute()}",
            style="yellow",
            soft_wrap=True,
        )
