"""How numbers and names are written on the page, the same everywhere."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date

from reports.language import _, spoken
from reports.taming import tame

_COMMA = {"de"}  # languages that write 0,5 for 0.5
_NS_PER_MS = 1_000_000


def write_number(value: float) -> str:
    """Write a measured value with about four significant digits and no exponent where avoidable."""
    if not math.isfinite(value):
        return _("not a number") if math.isnan(value) else ("∞" if value > 0 else "-∞")
    size = abs(value)
    if size >= 1e9 or 0 < size < 1e-4:
        return _point(f"{value:.3g}")
    decimals = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 4
    text = f"{value:.{decimals}f}"
    return _point(text.rstrip("0").rstrip(".") if "." in text else text)


def write_fixed(value: float, decimals: int) -> str:
    """Write a value with so many digits behind the decimal sign."""
    return _point(f"{value:.{decimals}f}") if math.isfinite(value) else write_number(value)


def write_significant(value: float, digits: int) -> str:
    """Write a value with so many significant digits."""
    text = f"{value:.{digits}g}"
    return _point(f"{float(text):.0f}" if "e+" in text else text)


def write_numbers(values: Iterable[float]) -> str:
    """Write several values, apart from each other also where a comma is the decimal sign."""
    return ("; " if spoken() in _COMMA else ", ").join(map(write_number, values))


def write_span(low: str, high: str) -> str:
    """Write "1 to 2" of two values that are written already."""
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def _point(number: str) -> str:
    return number.replace(".", ",") if spoken() in _COMMA else number


def write_ms(t_ns: int) -> str:
    """Write a time in ms from nanoseconds; "0.04" rather than "0.0400"."""
    return write_number(t_ns / _NS_PER_MS)


def write_duration(duration_s: float) -> str:
    """Write a duration the way a person reads it: 42 ms, 3.1 s, 12 min 05 s."""
    if not math.isfinite(duration_s):
        return write_number(duration_s)
    if duration_s < 1:
        return f"{duration_s * 1000:.0f} ms"
    if duration_s < 60:
        return f"{write_fixed(duration_s, 1)} s"
    minutes, seconds = divmod(round(duration_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {seconds:02d} s"


def write_day(day: date | str) -> str:
    """Write a day, ISO 8601 text or a date, for people; any other text stays as it is."""
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", str(day))
    return ".".join(reversed(found.groups())) if found and spoken() == "de" else str(day)


def write_moment(time_utc: str) -> str:
    """Write ISO 8601 text in UTC for people, to the second; any other text stays as it is."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)", time_utc)
    if not found:
        return time_utc
    day, time = found.groups()
    return f"{write_day(day)} {time} UTC"


def write_period(begun_utc: str, ended_utc: str) -> str:
    """Write two moments as one period; the day of the second is left out where it is the same."""
    begun, ended = write_moment(begun_utc), write_moment(ended_utc)
    day = begun.split(" ")[0]
    if begun.endswith(" UTC") and ended.startswith(f"{day} "):
        ended = ended.removeprefix(f"{day} ")
        begun = begun.removesuffix(" UTC")
    return write_span(begun, ended)


def write_count(number: int, one: str, many: str = "") -> str:
    """Write "1 test" or "3 tests", in English: what a page says goes through `ngettext`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def say_test(test: str) -> str:
    """Turn a test id into the sentence it states; its parameters stay as they are."""
    head, bracket, parameters = test.partition("[")
    sentence = head.rsplit("::", 1)[-1].removeprefix("test_").replace("_", " ").strip()
    if not sentence:
        return test
    return f"{sentence} {bracket}{parameters}" if bracket else sentence


def split_name(name: str) -> list[str]:
    """Cut a long id where a line may break: after the signs that join its words."""
    return re.split(r"(?<=[/_:.\[-])(?![/_:.\[-])", name)


def say_statistic(name: str) -> str:
    """Write a statistic's name: "p95" is "P95", "mean" is a word of the language."""
    words = {"mean": _("mean"), "sd": _("sd"), "min": _("min"), "max": _("max")}
    return name.upper() if re.fullmatch(r"p\d+", name) else words.get(name, name)


def say_relation(relation: str) -> str:
    """Write "<=" as the sign people read."""
    return {"<=": "≤", ">=": "≥"}.get(relation, relation)


def group_hex(hexadecimal: str) -> str:
    """Group hex by four bytes, so that an eye can count along."""
    hexadecimal = hexadecimal.upper()
    return " ".join(hexadecimal[at : at + 8] for at in range(0, len(hexadecimal), 8))


def quote_css(text: str) -> str:
    """Write text as a CSS string that can neither end the string nor the style element."""
    text = tame(text)
    return '"' + "".join(c if c.isascii() and c.isalnum() else _css(c) for c in text) + '"'


def _css(character: str) -> str:
    code = ord(character)
    return f"\\{code if code else 0xFFFD:06X}"
