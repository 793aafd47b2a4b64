"""Paths of a bench file: they begin where the file lies."""

from __future__ import annotations

from pathlib import Path


def existing(folder: Path, path: Path) -> Path:
    """``path`` as seen from ``folder``; ValueError when nothing is there."""
    found = folder / path
    if not found.exists():
        raise ValueError(f"must be a path that exists (seen from {folder})")
    return found
