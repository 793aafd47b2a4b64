"""Which features a vehicle has: rules as data, and decisions that show all their inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rig.key_server.software_status import SoftwareStatus
from rig.key_server.vehicles import Artefact, Body, Variant, VehicleRecord


class Feature(StrEnum):
    """What a vehicle may or may not have."""

    DIGITAL_KEY = "digital_key"
    DIGITAL_KEY_PLUS = "digital_key_plus"
    SETUP_CARD = "setup_card"
    CROSS_PLATFORM_SHARING = "cross_platform_sharing"


class Outcome(StrEnum):
    """``UNSTATED``: the sources say neither yes nor no for such a vehicle."""

    OFFERED = "offered"
    NOT_OFFERED = "not_offered"
    UNSTATED = "unstated"


class Comparison(StrEnum):
    """How a field of the record is held against the wanted value."""

    IS = "is"
    IS_NOT = "is not"
    AT_LEAST = "at least"
    ONE_OF = "one of"
    CONTAINS = "contains"

    def holds(self, found: Any, wanted: Any) -> bool:
        """Whether a record's value satisfies this comparison."""
        match self:
            case Comparison.IS:
                return bool(found == wanted)
            case Comparison.IS_NOT:
                return bool(found != wanted)
            case Comparison.AT_LEAST:
                return bool(found >= wanted)
            case Comparison.ONE_OF:
                return found in wanted
            case Comparison.CONTAINS:
                return wanted in found


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition of one feature; ``otherwise`` is the outcome where it is not met."""

    feature: Feature
    field: str
    comparison: Comparison
    wanted: Any
    requirements: tuple[str, ...]
    ambiguities: tuple[str, ...] = ()
    otherwise: Outcome = Outcome.NOT_OFFERED


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule as it was applied: what the record said, and whether that met it."""

    rule: Rule
    found: Any
    met: bool

    def __str__(self) -> str:
        rule = self.rule
        wanted = f"{rule.comparison.value} {_shown(rule.wanted)}"
        return f"{rule.field} is {_shown(self.found)}, {'' if self.met else 'not '}{wanted}"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a vehicle has a feature, with every input, met or not."""

    feature: Feature
    outcome: Outcome
    findings: tuple[Finding, ...]

    @property
    def offered(self) -> bool:
        """Whether the feature is offered."""
        return self.outcome is Outcome.OFFERED

    @property
    def requirements(self) -> tuple[str, ...]:
        """Identifiers of the requirements behind the rules, in the order of the rules."""
        return tuple(dict.fromkeys(i for f in self.findings for i in f.rule.requirements))

    @property
    def explanation(self) -> str:
        """One line for people: the objections, or that there are none."""
        against = "; ".join(str(f) for f in self.findings if not f.met)
        return f"{self.feature.value} {self.outcome.value}: {against or 'all conditions are met'}"


# A feature that stands on another has that one's conditions too.
STANDS_ON: Mapping[Feature, Feature] = {
    Feature.DIGITAL_KEY_PLUS: Feature.DIGITAL_KEY,
    Feature.SETUP_CARD: Feature.DIGITAL_KEY_PLUS,
    Feature.CROSS_PLATFORM_SHARING: Feature.DIGITAL_KEY,
}

CROSS_PLATFORM_FROM = SoftwareStatus(2022, 11)

_COMMON: tuple[Rule, ...] = (
    Rule(
        Feature.DIGITAL_KEY,
        "options",
        Comparison.CONTAINS,
        322,
        ("DK-ELIG-04",),
        ("AMB-12", "AMB-36"),
    ),
    Rule(
        Feature.DIGITAL_KEY,
        "os",
        Comparison.IS,
        9,
        ("DK-ELIG-02", "DK-ELIG-05"),
        ("AMB-36",),
        Outcome.UNSTATED,  # which older vehicles have it is not said
    ),
    Rule(
        Feature.DIGITAL_KEY,
        "market",
        Comparison.ONE_OF,
        frozenset({"US"}),
        ("DK-ELIG-01",),
        ("AMB-29",),
        Outcome.UNSTATED,  # the guide is that of one market; the published matrix decides
    ),
    Rule(
        Feature.DIGITAL_KEY_PLUS,
        "body",
        Comparison.IS_NOT,
        Body.CONVERTIBLE,
        ("DK-ELIG-02", "DK-ELIG-03", "DK-ELIG-05"),
    ),
    Rule(
        Feature.CROSS_PLATFORM_SHARING,
        "software",
        Comparison.AT_LEAST,
        CROSS_PLATFORM_FROM,
        ("DK-XPLAT-08", "DK-XPLAT-09", "DK-XPLAT-10"),
        ("AMB-28", "AMB-29"),
    ),
)

# The guide names a model year; where a vehicle was built at the turn, what lay in the box decides.
RULES = (
    *_COMMON,
    Rule(
        Feature.SETUP_CARD,
        "model_year",
        Comparison.AT_LEAST,
        2026,
        ("DK-ELIG-08",),
        ("AMB-14", "AMB-17"),
    ),
)
RULES_BY_DELIVERY = (
    *_COMMON,
    Rule(
        Feature.SETUP_CARD,
        "delivered",
        Comparison.CONTAINS,
        Artefact.SETUP_CARD,
        ("DK-ELIG-08", "DK-ELIG-09"),
        ("AMB-14", "AMB-17"),
    ),
)


# By the reading `setup_card_by` (AMB-17).
RULES_BY: Mapping[str, tuple[Rule, ...]] = {"model_year": RULES, "delivered": RULES_BY_DELIVERY}


def decide(vehicle: VehicleRecord, feature: Feature, rules: Sequence[Rule] = RULES) -> Decision:
    """Apply every rule of the feature and of those it stands on.

    One clear no outweighs what is unstated.
    """
    wanted = set(_chain(feature))
    findings = tuple(_applied(rule, vehicle) for rule in rules if rule.feature in wanted)
    objections = {f.rule.otherwise for f in findings if not f.met}
    if Outcome.NOT_OFFERED in objections:
        return Decision(feature, Outcome.NOT_OFFERED, findings)
    return Decision(feature, Outcome.UNSTATED if objections else Outcome.OFFERED, findings)


def variant(vehicle: VehicleRecord, rules: Sequence[Rule] = RULES) -> Variant | None:
    """The product this vehicle has, None without either (DK-ELIG-05)."""
    if decide(vehicle, Feature.DIGITAL_KEY_PLUS, rules).offered:
        return Variant.DIGITAL_KEY_PLUS
    return Variant.DIGITAL_KEY if decide(vehicle, Feature.DIGITAL_KEY, rules).offered else None


def _chain(feature: Feature) -> tuple[Feature, ...]:
    below = STANDS_ON.get(feature)
    return (feature, *_chain(below)) if below is not None else (feature,)


def _applied(rule: Rule, vehicle: VehicleRecord) -> Finding:
    found = getattr(vehicle, rule.field)
    return Finding(rule, found, rule.comparison.holds(found, rule.wanted))


def _shown(value: Any) -> str:
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(map(str, value))) + "}"
    return str(value)
