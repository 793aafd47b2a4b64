"""What a chip says of itself, as findings of a self-test with their figures."""

from __future__ import annotations

from drivers.api.device import Finding
from drivers.uwb.host import LineHealth
from drivers.uwb.uci import core
from drivers.uwb.uci.capabilities import ccc_capabilities, fira_capabilities
from drivers.uwb.uci.errors import UciError
from drivers.uwb.uci.profiles import Profile

_CCC_TAGS = range(0xA0, 0xA9)


def of_line(health: LineHealth) -> Finding:
    """Whether all that came was UCI."""
    noise = health.garbage_octets + health.damaged
    advice = f"look at cable and baud rate: {health}" if noise else ""
    return Finding(f"line is clean, {health.segments} segments read", not noise, advice)


def of_capabilities(said: core.Capabilities, profile: Profile) -> Finding:
    """What it can do; a capability that does not decode speaks for the wrong profile."""
    count = len(said.elements)
    try:
        words = "; ".join(filter(None, (_fira(said, profile), _ccc(said, profile))))
    except UciError as exc:
        advice = f"does it speak the profile {profile.name!r}? {exc}"
        return Finding(f"{count} capabilities, not all decoded", ok=False, advice=advice)
    return Finding(f"{count} capabilities: {words or 'none that is known'}", ok=True)


def of_clock(time_us: int, took_ns: int) -> Finding:
    """Its clock, which CCC sessions are timed by."""
    return Finding(f"clock reads {time_us / 1e6:.6f} s, in {took_ns / 1e6:.2f} ms", ok=True)


def of_no_clock(said: core.Capabilities, why: Exception) -> Finding:
    """A chip that does not tell its time, which only one that knows CCC has to."""
    knows_ccc = any(element.tag in _CCC_TAGS for element in said.elements)
    advice = f"CCC sessions cannot be timed: {why}" if knows_ccc else ""
    return Finding("clock cannot be read", ok=not knows_ccc, advice=advice)


def _fira(said: core.Capabilities, profile: Profile) -> str:
    by_name = fira_capabilities(said.elements, profile)
    plain = [element for element in said.elements if element.tag not in _CCC_TAGS]
    if by_name:
        bits = int.from_bytes(by_name.get("channels", b""), "little")
        channels = [str(number) for number, bit in ((5, 0), (9, 3)) if bits >> bit & 1]
        return f"FiRa 2, channels {' and '.join(channels) or 'not said'}"
    return f"FiRa 1, {len(plain)} not decoded" if plain else ""


def _ccc(said: core.Capabilities, profile: Profile) -> str:
    if not any(element.tag in _CCC_TAGS for element in said.elements):
        return ""
    found = ccc_capabilities(said.elements, profile)
    hopping = " or ".join(sorted(mode.value for mode in found.hop_modes)) or "not said"
    parts = (
        f"CCC versions {_numbers(found.versions, '04x')}",
        f"configurations {_numbers(found.configs)}",
        f"chaps {_numbers(sorted(found.chaps_per_slot))}",
        f"{len(found.sync_codes)} SYNC codes",
        f"channels {_numbers(sorted(found.channels))}",
        f"hopping {hopping}",
        f"RAN multiplier from {found.least_ran_multiplier}",
        f"{found.max_sessions} sessions",
    )
    return ", ".join(parts)


def _numbers(values: tuple[int, ...] | list[int], form: str = "d") -> str:
    return " ".join(format(value, form) for value in values) or "not said"
