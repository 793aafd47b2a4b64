"""What all bench devices share: they say who they are, test themselves, and close safely."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a device says it is; "" where it does not say.

    ``details`` is what else it says, by name: "system" -> "iOS 18.1". A bench expects none of it.
    """

    make: str = ""
    model: str = ""
    serial: str = ""
    firmware: str = ""
    details: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a self-test: what was looked at, how it stands, and what to do if not well."""

    what: str
    ok: bool
    advice: str = ""


class Device(abc.ABC):
    """Anything on the bench that holds a resource.

    Opening is the constructor; the bench's builder sets ``name`` right after it.
    """

    name: str = ""

    @abc.abstractmethod
    def close(self) -> None:
        """Release the resource, leaving the hardware safe. Idempotent."""

    @abc.abstractmethod
    def identity(self) -> Identity:
        """Say who this is, from the device itself wherever it can tell."""

    def self_test(self) -> tuple[Finding, ...]:
        """Exercise the device without moving anything; empty when it has nothing to test."""
        return ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()
