"""A desk for nights, and who is told of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reports.nightly.listeners import Hook, MailBox
from tests.reports.nightly.nights import NightDesk


@pytest.fixture
def desk(tmp_path: Path) -> NightDesk:
    return NightDesk(tmp_path)


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook().serving() as serving:
        yield serving


@pytest.fixture
def mailbox() -> Iterator[MailBox]:
    with MailBox().serving() as serving:
        yield serving
