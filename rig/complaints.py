"""The words of complaints about files that a person wrote: what was found, and what is allowed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

_MUST = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a number that is finite",
    "string_type": "text (in quotes if it looks like a number)",
    "bool_type": "true or false (or on, off)",
    "path_type": "a path",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "none_required": "nothing",
    "invalid_key": "text (in quotes if it looks like a number)",
}
_EMPTY = ("too_short", "string_too_short")


def complaint(details: Iterable[Mapping[str, Any]]) -> str:
    """What a value must be, in the words of a bench engineer, from what pydantic found wrong."""
    first, *others = dict.fromkeys(map(_wanted, details))
    return " or ".join([first, *(other.removeprefix("must be ") for other in others)])


def _wanted(detail: Mapping[str, Any]) -> str:
    kind, limits = detail["type"], detail.get("ctx", {})
    if must := _MUST.get(kind):
        return f"must be {must}"
    if kind in _EMPTY and limits.get("min_length") == 1:
        return "must not be empty"
    if kind == "greater_than_equal":
        return f"must be at least {limits['ge']}"
    if kind == "string_pattern_mismatch":
        return f"must have the form {limits['pattern']}"
    message: str = detail["msg"].removeprefix("Value error, ")
    return message.replace("Input should be", "must be")


def shown(value: object) -> str:
    """A value as it may stand in a message: short, and with text in quotes."""
    try:
        text = "nothing" if value is None else json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError):  # a key that is no text, or a list that holds itself
        text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def allowed(found: str, names: Iterable[str], what: str) -> str:
    """``did you mean x? WHAT: a, b, c`` for a name that is none of ``names``."""
    known = sorted(names)
    close = get_close_matches(found, known, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return f"{hint}{what}: {', '.join(known) or 'none'}"
