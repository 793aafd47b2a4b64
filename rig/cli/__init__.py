"""The `rig` command, a subcommand a file.

Importing this imports click and nothing else: `rig --help` answers at once, and a command's own
imports are paid by those who call it.
"""

from __future__ import annotations

from importlib import import_module, metadata

import click

_COMMANDS = {
    "run": ("rig.cli.run:run", "Run a plan on a bench and report."),
    "doctor": ("rig.cli.doctor:doctor", "Examine every device of a bench."),
    "calibrate": (
        "rig.cli.calibrate:command",
        "Find an anchor's antenna delay at a measured distance.",
    ),
    "safe": ("rig.cli.safe:safe", "Put every switch of a bench into its safe state."),
    "bench": ("rig.cli.bench:command", "Write a bench file, say who uses a bench, or free it."),
    "report": ("reports.command:report", "Render the compliance page of a run again."),
    "nightly": ("reports.nightly.command:nightly", "Run a plan every night, and judge the nights."),
    "baseline": ("reports.nightly.baseline_command:baseline", "Say what nights are compared with."),
    "quarantine": (
        "reports.nightly.quarantine_command:quarantine",
        "Let a flaky test fail for a while.",
    ),
    "history": ("reports.history.command:history", "Keep what all runs found in one database."),
    "compare": ("reports.history.questions:compare", "Show what differs between two runs."),
    "trend": ("reports.history.questions:trend_", "Show a requirement over many nights."),
    "export": ("reports.exports.command:export", "Write a run for other programs."),
    "sign": ("reports.sealing.command:sign", "Write and sign the manifest of a run."),
    "stamp": ("reports.sealing.command:stamp", "Have a signature stamped (RFC 3161)."),
    "verify": ("reports.sealing.command:verify", "Check a run against its manifest."),
    "keygen": ("reports.sealing.command:keygen", "Make a key that signs runs."),
    "plans": ("rig.cli.plans:plans", "List the plans."),
    "benches": ("rig.cli.benches:benches", "List the benches."),
    "requirements": ("rig.cli.requirements:requirements", "Show requirements and their tests."),
}


class _Commands(click.Group):
    """Knows its commands by name and a line of help, and imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        found: click.Command = getattr(import_module(module), name)
        return found

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, said) for name, (_, said) in _COMMANDS.items()])


def _show_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        try:
            version = metadata.version("digital-key-rig")
        except metadata.PackageNotFoundError:
            version = "unknown: it runs from a tree that was never installed"
        click.echo(f"rig {version}")
        ctx.exit()


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Exit status: 0 pass, 1 a requirement failed, 2 usage or bench file,
3 rig or bench error, 4 inconclusive only; 128 + n ended by signal n.

\b
Examples:
  rig run smoke --bench virtual    the whole rig, no hardware needed
  rig doctor desk                  is every device there and well?
  rig COMMAND --help               more about a command
""",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Digital Key Rig: play the vehicle against real phones and key cards.

    The rig moves a bench's simulated door and trunk, measures, and reports which
    requirement holds. With no hardware at hand, virtual devices take its place.
    """
