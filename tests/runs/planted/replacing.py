"""How a fault is planted."""

from __future__ import annotations


def replace_in(owner: object, name: str, value: object) -> None:
    """Put ``value`` in the place of what ``owner`` has under that name; it has to be there."""
    if not hasattr(owner, name):
        raise AttributeError(f"{owner!r} has no {name}: the fault grew old")
    setattr(owner, name, value)
