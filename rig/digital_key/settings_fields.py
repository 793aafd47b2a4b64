"""What a protocol setting is made of: default, mark, why it stands, what has a part in it."""

from __future__ import annotations

from dataclasses import field
from typing import Any, Literal

TRANSACTION, PAIRING, RANGING = "transaction", "pairing", "ranging"


def setting(
    default: Any,
    mark: Literal["inferred", "gap"],
    why: str,
    most: int = 0xFF,
    *,
    of: str,
) -> Any:
    """A field with its mark and reason; ``most`` is the largest value a number may have.

    ``of`` is what the setting has a part in: a report lists what the run used.
    """
    return field(default=default, metadata={"mark": mark, "why": why, "most": most, "of": of})
