"""Who vouches for the vehicle and whose devices it takes: the laboratory's, or a customer's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from drivers.api.attested import DeviceMaker
from drivers.api.clock import Clock
from drivers.api.device import Device
from rig.digital_key.certificates import Authority, from_pem
from rig.digital_key.errors import DigitalKeyError
from rig.vehicle.errors import TrustError
from rig.vehicle.pairing_desk import Trust


class TrustFiles(Protocol):
    """The files of a customer's authority in a bench file, all PEM."""

    @property
    def authority_key(self) -> Path | None: ...
    @property
    def authority_certificate(self) -> Path | None: ...
    @property
    def device_roots(self) -> Sequence[Path]: ...


def trust_of(files: TrustFiles, devices: Mapping[str, Device], clock: Clock) -> Trust:
    """The customer's authority and roots where the bench file names them, else the lab's own.

    The makers of virtual phones on the bench are trusted besides. Raises TrustError, naming the
    file.
    """
    roots = {d.root_certificate() for d in devices.values() if isinstance(d, DeviceMaker)}
    roots |= {_certificate(path) for path in files.device_roots}
    authority = _authority(files)
    if authority is None:
        return Trust.of_the_lab(tuple(sorted(roots)), clock.utc())
    return Trust(authority, tuple(sorted(roots)), intermediate=authority.certificate)


def trust_mistakes(files: TrustFiles) -> Iterator[tuple[str, str]]:
    """What is wrong with the files: the key of the bench file, and what it says."""
    try:
        for path in files.device_roots:
            _certificate(path)
    except TrustError as exc:
        yield "device_roots", str(exc)
    try:
        _authority(files)
    except TrustError as exc:
        yield "authority_certificate", str(exc)


def _authority(files: TrustFiles) -> Authority | None:
    """The customer's authority; None where the bench file names none."""
    if files.authority_key is None or files.authority_certificate is None:
        return None
    certificate = _certificate(files.authority_certificate)
    try:
        return Authority.load(_content(files.authority_key), certificate)
    except DigitalKeyError as exc:
        raise TrustError(f"{files.authority_key}: {exc}") from exc


def _certificate(path: Path) -> bytes:
    try:
        return from_pem(_content(path))
    except DigitalKeyError as exc:
        raise TrustError(f"{path}: {exc}") from exc


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise TrustError(f"{path}: cannot be read: {exc.strerror}") from exc
