"""Which phones are offered a digital key (DK-ELIG-01): rows as data, and decisions with inputs.

The maker publishes its matrix on a web page that the sources only point to. These rows are the
lab's own: the families the sources name, no network provider left out, and the market of the guide
(AMB-29). A customer's matrix takes their place as a tuple of rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from drivers.api.backend import PhoneFacts
from drivers.api.sharing import Platform

REQUIREMENTS = ("DK-ELIG-01", "DK-ELIG-06")
AMBIGUITIES = ("AMB-29",)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportedPhones:
    """One row: phones that are offered a key together. None allows any.

    ``models`` is a regular expression for the whole name of the model, ``system`` the lowest
    version of the operating system, such as "16.4".
    """

    platform: Platform
    models: str
    models_in_words: str
    system: str
    providers: frozenset[str] | None = None
    markets: frozenset[str] | None = None


_GUIDE = frozenset({"US"})
MATRIX = (
    SupportedPhones(
        platform=Platform.IOS,
        models=r"iPhone (1[1-9]|[2-9]\d|X[RS])\b.*",
        models_in_words="an iPhone XR, XS, 11 or later",
        system="16",
        markets=_GUIDE,
    ),
    SupportedPhones(
        platform=Platform.PIXEL,
        models=r"(Google )?Pixel ([6-9]|[1-9]\d)\b(?!a).*",
        models_in_words="a Pixel 6 or later",
        system="13",
        markets=_GUIDE,
    ),
    SupportedPhones(
        platform=Platform.SAMSUNG,
        models=r"(Samsung )?Galaxy (S2[1-9]|S[3-9]\d|Z (Fold|Flip) ?[3-9])\b.*",
        models_in_words="a Galaxy S21, Z Fold3, Z Flip3 or later",
        system="13",
        markets=_GUIDE,
    ),
)


@dataclass(frozen=True, slots=True)
class PhoneFinding:
    """One column of a row as it was applied: what the phone is, and what is asked for."""

    field: str
    found: str
    wanted: str
    met: bool

    def __str__(self) -> str:
        return (
            f"{self.field} is {self.found or 'not told'}, {'' if self.met else 'not '}{self.wanted}"
        )


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a phone is offered a digital key, with every input, met or not."""

    phone: PhoneFacts
    findings: tuple[PhoneFinding, ...]
    requirements: tuple[str, ...] = REQUIREMENTS
    ambiguities: tuple[str, ...] = AMBIGUITIES

    @property
    def offered(self) -> bool:
        """Whether it is."""
        return all(finding.met for finding in self.findings)

    @property
    def explanation(self) -> str:
        """One line for people: the objections, or that there are none."""
        against = "; ".join(str(f) for f in self.findings if not f.met)
        return against or f"{self.phone.model} is supported"


def availability(phone: PhoneFacts, matrix: Sequence[SupportedPhones] = MATRIX) -> Availability:
    """Hold a phone against the matrix. The row that objects least explains a refusal."""
    rows = [_findings(phone, row) for row in matrix if row.platform is phone.platform]
    if not rows:
        platforms = sorted({row.platform.value for row in matrix})
        none = PhoneFinding("platform", phone.platform.value, f"one of {platforms}", met=False)
        return Availability(phone, (none,))
    return Availability(phone, min(rows, key=lambda row: sum(not each.met for each in row)))


def _findings(phone: PhoneFacts, row: SupportedPhones) -> tuple[PhoneFinding, ...]:
    return (
        PhoneFinding("platform", phone.platform.value, row.platform.value, met=True),
        PhoneFinding(
            "model",
            phone.model,
            row.models_in_words,
            met=re.fullmatch(row.models, phone.model) is not None,
        ),
        PhoneFinding(
            "system", phone.system, f"{row.system} or later", met=_reaches(phone.system, row.system)
        ),
        _one_of("provider", phone.provider, row.providers),
        _one_of("market", phone.market, row.markets),
    )


def _one_of(field: str, found: str, allowed: frozenset[str] | None) -> PhoneFinding:
    wanted = "any" if allowed is None else f"one of {', '.join(sorted(allowed))}"
    return PhoneFinding(field, found, wanted, met=allowed is None or found in allowed)


def _reaches(found: str, wanted: str) -> bool:
    """Compare versions number by number; one that is no version reaches nothing."""
    if re.fullmatch(r"\d+(\.\d+)*", found, re.ASCII) is None:
        return False
    pairs = zip_longest(map(int, found.split(".")), map(int, wanted.split(".")), fillvalue=0)
    return next((have > need for have, need in pairs if have != need), True)
