"""How numbers and names are written on the page, the same everywhere."""

from __future__ import annotations

import math
import re

_NS_PER_MS = 1_000_000


def write_number(value: float) -> str:
    """Write a measured value with about four significant digits and no exponent where avoidable."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else ("∞" if value > 0 else "-∞")
    size = abs(value)
    if size >= 1e9 or 0 < size < 1e-4:
        return f"{value:.3g}"
    decimals = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 4
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


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
        return f"{duration_s:.1f} s"
    minutes, seconds = divmod(round(duration_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {seconds:02d} s"


def write_moment(time_utc: str) -> str:
    """Write ISO 8601 text in UTC for people, to the second; any other text stays as it is."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)", time_utc)
    return f"{found[1]} {found[2]} UTC" if found else time_utc


def write_count(number: int, one: str, many: str = "") -> str:
    """Write "1 test" or "3 tests"."""
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
    """Write a statistic's name: "p95" is "P95", "mean" stays."""
    return name.upper() if re.fullmatch(r"p\d+", name) else name


def say_relation(relation: str) -> str:
    """Write "<=" as the sign people read."""
    return {"<=": "≤", ">=": "≥"}.get(relation, relation)


def group_hex(hexadecimal: str) -> str:
    """Group hex by four bytes, so that an eye can count along."""
    hexadecimal = hexadecimal.upper()
    return " ".join(hexadecimal[at : at + 8] for at in range(0, len(hexadecimal), 8))


def quote_css(text: str) -> str:
    """Write text as a CSS string that can neither end the string nor the style element."""
    return '"' + "".join(c if c.isascii() and c.isalnum() else _css(c) for c in text) + '"'


def _css(character: str) -> str:
    code = ord(character)
    return f"\\{code if code else 0xFFFD:06X}"
