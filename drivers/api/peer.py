"""Devices that must share the vehicle's assumptions about the protocol."""

from __future__ import annotations

import abc
from collections.abc import Mapping


class SettingsPeer(abc.ABC):
    """A virtual device that reads the same protocol settings as the vehicle it meets.

    Where a fact is not public, both sides follow one named setting; a real phone follows the
    specification and keeps no such contract.
    """

    @abc.abstractmethod
    def adopt_settings(self, overrides: Mapping[str, object]) -> None:
        """Take over the bench file's overrides; everything else has its default."""
