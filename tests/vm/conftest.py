"""One virtual machine for all that is asked of it; it takes minutes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.vm.machine import VirtualMachine, missing


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualMachine]:
    """A machine that is starting, or further."""
    if reason := missing():
        pytest.skip(reason)
    started = VirtualMachine(tmp_path_factory.mktemp("machine"))
    try:
        yield started
    finally:
        started.close()
