"""Phones on the internet of a lab's key server."""

from __future__ import annotations

import pytest

from tests.rig.key_server.lab import Lab
from tests.rig.key_server.phone_side.net import Net


@pytest.fixture
def net(lab: Lab) -> Net:
    """The default lab, with its vehicle in the owner's account."""
    return Net(lab)
