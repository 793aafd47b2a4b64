"""The roots of phone makers: one a platform, the same for all virtual phones of a process."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from drivers.api.sharing import Platform
from drivers.sim.phone_framework.x509 import Authority

# Long before any bench's calendar begins; a root is valid for twenty years.
_FOUNDED = datetime(2020, 1, 1, tzinfo=UTC)


@cache
def maker_root(platform: Platform) -> Authority:
    """The authority above every key that this platform's phones create."""
    return Authority(f"Lab {platform.value} Root CA", _FOUNDED)
