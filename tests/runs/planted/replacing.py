"""How a fault is planted, and taken out again."""

from __future__ import annotations

_replaced: list[tuple[object, str, object]] = []


def replace_in(owner: object, name: str, value: object) -> None:
    """Put ``value`` in the place of what ``owner`` has under that name; it has to be there."""
    if not hasattr(owner, name):
        raise AttributeError(f"{owner!r} has no {name}: the fault grew old")
    before = vars(owner).get(name, getattr(owner, name))
    _replaced.append((owner, name, before))
    setattr(owner, name, value)


def put_back() -> None:
    """Everything is as it was before the first fault."""
    while _replaced:
        setattr(*_replaced.pop())
