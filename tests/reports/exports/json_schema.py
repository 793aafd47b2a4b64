"""As much of JSON Schema as our schemas use; a word it does not know is an error."""

from __future__ import annotations

import re
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_SAID = {"$schema", "$id", "$defs", "description", "default", "title"}


def complaints(schema: dict[str, Any], value: Any) -> list[str]:
    """What does not fit, each with its place."""
    return list(_complaints(schema, value, schema, "$"))


def _complaints(node: dict[str, Any], value: Any, root: dict[str, Any], at: str) -> list[str]:
    found: list[str] = []
    for word, wanted in node.items():
        if word in _SAID:
            continue
        found += _WORDS[word](wanted, value, root, at)
    return found


def _ref(wanted: Any, value: Any, root: Any, at: str) -> list[str]:
    name = wanted.removeprefix("#/$defs/")
    return _complaints(root["$defs"][name], value, root, at)


def _type(wanted: Any, value: Any, _root: Any, at: str) -> list[str]:
    names = [wanted] if isinstance(wanted, str) else wanted
    fits = any(
        isinstance(value, _TYPES[n]) and (n == "boolean" or not isinstance(value, bool))
        for n in names
    )
    return [] if fits else [f"{at}: {value!r} is no {wanted}"]


def _properties(wanted: Any, value: Any, root: Any, at: str) -> list[str]:
    """Stricter than the standard: in our own documents no field is unknown."""
    if not isinstance(value, dict):
        return []
    found = [f"{at}: {name} is unknown" for name in value.keys() - wanted.keys()]
    for name, node in wanted.items():
        if name in value:
            found += _complaints(node, value[name], root, f"{at}.{name}")
    return found


def _required(wanted: Any, value: Any, _root: Any, at: str) -> list[str]:
    missing = [n for n in wanted if isinstance(value, dict) and n not in value]
    return [f"{at}: {name} is missing" for name in missing]


def _additional(wanted: Any, value: Any, root: Any, at: str) -> list[str]:
    return [c for n, v in value.items() for c in _complaints(wanted, v, root, f"{at}.{n}")]


def _items(wanted: Any, value: Any, root: Any, at: str) -> list[str]:
    return [c for n, v in enumerate(value) for c in _complaints(wanted, v, root, f"{at}[{n}]")]


def _any_of(wanted: Any, value: Any, root: Any, at: str) -> list[str]:
    fits = any(not _complaints(node, value, root, at) for node in wanted)
    return [] if fits else [f"{at}: fits none"]


def _among(wanted: Any, value: Any, _root: Any, at: str) -> list[str]:
    return [] if value in wanted else [f"{at}: {value!r} is none of {wanted}"]


def _pattern(wanted: Any, value: Any, _root: Any, at: str) -> list[str]:
    return [] if re.search(wanted, value) else [f"{at}: {value!r} is not like {wanted}"]


_WORDS = {
    "$ref": _ref,
    "type": _type,
    "properties": _properties,
    "required": _required,
    "additionalProperties": _additional,
    "items": _items,
    "anyOf": _any_of,
    "enum": _among,
    "const": lambda wanted, value, root, at: _among([wanted], value, root, at),
    "pattern": _pattern,
}
