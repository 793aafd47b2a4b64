"""``python -m rig.cli``: the ``rig`` command where it is not installed."""

from __future__ import annotations

from rig.cli import main

main()
