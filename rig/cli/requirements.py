"""`rig requirements`: the catalogue, and which tests stand for it."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import click

from rig.cli.errors import Refusal, refusals
from rig.plans.catalogue import Catalogue, Requirement, Unjudged
from rig.plans.coverage import coverage as find_coverage
from rig.plans.load import load_catalogue

Tests = Mapping[str, tuple[str, ...]]


@click.command(
    epilog="""\b
Examples:
  rig requirements --capability unlock
  rig requirements --coverage
  rig requirements DK-UNLOCK-01
""",
)
@click.argument("requirement_id", required=False, metavar="[ID]")
@click.option("--capability", metavar="NAME", help="Only requirements of this capability.")
@click.option(
    "--coverage",
    is_flag=True,
    help="Say which have a test, or a reason why not. Status 1 when one has neither.",
)
def requirements(requirement_id: str | None, capability: str | None, coverage: bool) -> None:
    """List the requirements, or show the one called ID with its source and its tests."""
    with refusals():
        catalogue = load_catalogue()
        tests = find_coverage()
        if requirement_id:
            _show(catalogue, catalogue.find(requirement_id), tests)
            return
    chosen = _chosen(catalogue, capability)
    if coverage:
        _show_coverage(catalogue, chosen, tests)
    else:
        for requirement in chosen:
            click.echo(f"{_name(requirement)} {requirement.priority}  {requirement.title}")


def _chosen(catalogue: Catalogue, capability: str | None) -> list[Requirement]:
    known = list(dict.fromkeys(catalogue.capabilities.values()))
    if capability is None:
        return list(catalogue)
    if capability not in known:
        raise Refusal(f"no capability {capability!r}; there are: {', '.join(known)}")
    return [r for r in catalogue if catalogue.capabilities[r.id] == capability]


def _name(requirement: Requirement) -> str:
    return click.style(f"{requirement.id:13}", bold=True)


def _show_coverage(catalogue: Catalogue, chosen: list[Requirement], tests: Tests) -> None:
    """Tests and reasons by capability, and the totals; Refusal when one has neither, or both."""
    reasons = catalogue.unjudged
    for unknown in tests.keys() - catalogue.requirements.keys():
        raise Refusal(f"{tests[unknown][0]} names {unknown!r}, which is no requirement")
    both = [r.id for r in chosen if r.id in tests and r.id in reasons]
    if both:
        raise Refusal(f"{', '.join(both)}: a test and a reason why there is none; take one away")
    by_capability: dict[str, list[Requirement]] = {}
    for requirement in chosen:
        by_capability.setdefault(catalogue.capabilities[requirement.id], []).append(requirement)
    for capability, members in by_capability.items():
        counted = _counted(members, tests, reasons)
        click.echo(click.style(f"{capability}: {counted}", underline=True))
        for requirement in members:
            _show_standing(requirement, tests, reasons)
    click.echo(f"{_counted(chosen, tests, reasons, 'requirements ')}")
    if neither := sum(r.id not in tests and r.id not in reasons for r in chosen):
        click.echo(f"{neither} {'has' if neither == 1 else 'have'} neither", err=True)
        click.get_current_context().exit(1)


def _show_standing(requirement: Requirement, tests: Tests, reasons: Mapping[str, Unjudged]) -> None:
    """A requirement in a line, with its reason below it."""
    count = len(tests.get(requirement.id, ()))
    reason = reasons.get(requirement.id)
    said = f"{count} test{'s' if count > 1 else ''}" if count else "reason" if reason else "no test"
    styled = click.style(f"{said:9}", fg="green" if count else "cyan" if reason else "yellow")
    click.echo(f"  {_name(requirement)} {styled} {requirement.title}")
    if reason:
        _show_fact(" ", str(reason))


def _counted(
    members: list[Requirement], tests: Tests, reasons: Mapping[str, Unjudged], what: str = ""
) -> str:
    with_test = sum(r.id in tests for r in members)
    with_reason = sum(r.id in reasons for r in members)
    return f"{with_test} of {len(members)} {what}have a test, {with_reason} a stated reason"


def _show(catalogue: Catalogue, requirement: Requirement, tests: Tests) -> None:
    source, words = requirement.source, catalogue.vocabulary
    click.echo(f"{_name(requirement)} {requirement.title}")
    limit = requirement.limit
    facts = {
        "": requirement.text,
        "capability": catalogue.capabilities[requirement.id],
        "priority": f"{requirement.priority}: {words.priority[requirement.priority]}",
        "applies to": words.applies_to[requirement.applies_to],
        "source": f"{words.documents[source.document]}: {source.heading}, lines {source.lines}",
        "derivation": words.derivation[requirement.derivation],
        "precondition": requirement.precondition,
        "stimulus": requirement.stimulus,
        "expected": requirement.expected,
        "metric": requirement.metric,
        "limit": f"{limit.quantity} {limit.relation} {limit.value} {limit.unit} ({limit.basis})"
        if limit
        else "",
        "equipment": ", ".join(requirement.equipment),
        "automation": words.automation[requirement.automation],
    }
    for name, text in facts.items():
        _show_fact(name, text)
    for ambiguity in requirement.ambiguities:
        found = catalogue.ambiguities[ambiguity]
        _show_fact(ambiguity, f"{found.title}. {found.proposed_handling}")
    if reason := catalogue.unjudged.get(requirement.id):
        _show_fact("not judged", str(reason))
    for number, test in enumerate(tests.get(requirement.id, ("none",))):
        _show_fact("" if number else "tests", test)


def _show_fact(name: str, text: str) -> None:
    if text:
        margin = f"  {name:13}"
        click.echo(
            fill(
                text,
                96,
                initial_indent=margin,
                subsequent_indent=" " * len(margin),
                break_long_words=False,
                break_on_hyphens=False,
            )
        )
