"""nfcpy's exceptions become driver errors here, and nowhere else.

nfcpy has no one tree: RF errors are its own classes, those of tags others, the host side is
OSError with a number, a pulled line is termios.error or pyserial's, and octets that do not fit
are IndexError and the like. What matters to a bench: nobody answered on the air (LinkTimeout), the
front end itself does not answer (ReaderSilent), it is gone (LinkLost), its octets are broken
(FrameError). Whether a silent card has left is for the front end to find out.
"""

from __future__ import annotations

import errno
import struct
import termios
from collections.abc import Iterator
from contextlib import contextmanager

from drivers.api.errors import (
    DeviceRefused,
    DriverError,
    FrameError,
    LinkLost,
    LinkTimeout,
    ReaderSilent,
)
from drivers.nfc.clf_library import load_nfcpy

_RF_TIMEOUT, _SYNTAX = 0x01, 0x7F  # status octets of a PN53x
_CLF_TIMEOUT = 0x80  # of an RC-S380
_MALFORMED = (
    IndexError, TypeError, ValueError, KeyError, AttributeError, AssertionError, struct.error,
)  # fmt: skip
_GONE = (errno.ENODEV, errno.ENXIO, errno.ENOENT, errno.EBADF)


@contextmanager
def as_ours(doing: str, device: str) -> Iterator[None]:
    """Turn what nfcpy raises into driver errors; ours pass."""
    try:
        yield
    except DriverError:
        raise
    except Exception as exc:
        raise translate(exc, doing, device=device) from exc


def translate(exc: Exception, doing: str, *, device: str) -> DriverError:
    """Return the error for an exception out of nfcpy."""
    text = f"{doing}: {exc or type(exc).__name__}"
    if isinstance(exc, OSError | termios.error):
        return _host_error(exc, doing, device)
    if isinstance(exc, load_nfcpy().pn53x.Chipset.Error) and exc.errno == _SYNTAX:
        return DeviceRefused(exc.errno, f"{doing}: the chip", device=device)
    if is_silence(exc):
        return LinkTimeout(f"{doing}: nothing answered on the air", device=device)
    if isinstance(exc, _of_the_air()):
        return FrameError(text, device=device)
    if isinstance(exc, _MALFORMED):
        return FrameError(f"{doing}: octets that do not fit: {exc!r}", device=device)
    return DriverError(text, device=device)


def is_silence(exc: Exception) -> bool:
    """Whether this says that nothing was heard on the air."""
    lib = load_nfcpy()
    if isinstance(exc, lib.pn53x.Chipset.Error):
        return bool(exc.errno == _RF_TIMEOUT)
    if isinstance(exc, lib.rcs380.CommunicationError):
        return bool(exc.errno & _CLF_TIMEOUT)
    if isinstance(exc, lib.tag.TagCommandError):
        return bool(exc.errno == lib.tag.TIMEOUT_ERROR)
    return isinstance(exc, lib.clf.TimeoutError)


def _of_the_air() -> tuple[type[Exception], ...]:
    lib = load_nfcpy()
    return (
        lib.clf.CommunicationError,
        lib.tag.TagCommandError,
        lib.pn53x.Chipset.Error,
        lib.rcs380.CommunicationError,
        lib.rcs380.StatusError,
    )


def _host_error(exc: BaseException, doing: str, device: str) -> DriverError:
    """Nfcpy raises EIO in place of what it met: the chain of causes tells."""
    serial = load_nfcpy().transport.serial.SerialException
    met: BaseException | None = exc
    silent = False
    while isinstance(met, OSError | termios.error):
        number = met.errno if isinstance(met, OSError) else None
        if isinstance(met, serial | termios.error) or number in _GONE:
            return LinkLost(f"{doing}: the front end is gone: {met}", device=device)
        silent = silent or number == errno.ETIMEDOUT
        met = met.__context__
    if silent:
        return ReaderSilent(f"{doing}: the front end does not answer", device=device)
    if isinstance(exc, OSError) and exc.errno == errno.EIO:
        return FrameError(f"{doing}: the front end's octets are broken", device=device)
    return LinkLost(f"{doing}: {exc}", device=device)
