"""What the person at the bench was asked in a test, as it is recorded: masked, with its photos."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

from drivers.api.operator import Asked
from rig.plugin.redaction import Redactor
from rig.records.laboratory import OperatorStep

PHOTOS = "photos"  # below the run's folder
_PICTURES = (".jpg", ".jpeg", ".png", ".heic", ".webp")
_LARGEST = 50_000_000  # octets of a photo that is copied


class StepLog:
    """The requests since the last test ended. Safe to use from several threads."""

    def __init__(self, folder: Path, redactor: Redactor) -> None:
        self._folder = folder
        self._redactor = redactor
        self._steps: list[OperatorStep] = []
        self._lock = threading.Lock()

    def hear(self, asked: Asked) -> None:
        """A request is over."""
        clean = self._redactor.clean
        answer = (
            self._redactor.withhold(asked.text) if asked.private else clean(asked.text, step=True)
        )
        with self._lock:
            self._steps.append(
                OperatorStep(
                    request=clean(asked.request, step=True),
                    choices=asked.choices,
                    answer=answer,
                    initials=asked.initials,
                    at_utc=asked.at.isoformat(),
                    waited_s=asked.waited_s,
                    declined=clean(asked.declined, step=True),
                    photos=dict(map(self._keep, asked.photos)),
                )
            )

    def take(self) -> tuple[OperatorStep, ...]:
        """The steps since this was asked last."""
        with self._lock:
            steps, self._steps = tuple(self._steps), []
        return steps

    def _keep(self, photo: Path) -> tuple[str, str]:
        """Copy a photo into the run's folder: its path there, and its SHA-256 ("" if it is not)."""
        try:
            if photo.stat().st_size > _LARGEST:
                return f"{photo.name} (too large to be kept)", ""
            octets = photo.read_bytes()
        except OSError as exc:
            return f"{photo.name} ({exc.strerror})", ""
        digest = hashlib.sha256(octets).hexdigest()
        ending = photo.suffix.lower() if photo.suffix.lower() in _PICTURES else ".bin"
        path = self._folder / PHOTOS / f"{digest[:16]}{ending}"
        try:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(octets)
        except OSError as exc:
            return f"{photo.name} ({exc.strerror})", ""
        return f"{PHOTOS}/{path.name}", digest
