"""Where Bumble's exceptions, and those of its transports, become ours."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bumble import hci
from bumble.core import BaseBumbleError, CommandTimeoutError
from bumble.core import TimeoutError as BumbleTimeout
from bumble.transport.common import TransportLostError

from drivers.api.errors import (
    DeviceNotFound,
    DeviceRefused,
    DriverError,
    DriverUnavailable,
    LinkLost,
    LinkTimeout,
)


@contextmanager
def ours(doing: str) -> Iterator[None]:
    """What a controller that was opened may raise, as our errors; the original is the cause."""
    try:
        yield
    except hci.HCI_Error as exc:
        raise DeviceRefused(int(exc.error_code or 0), doing) from exc
    except (BumbleTimeout, CommandTimeoutError) as exc:
        raise LinkTimeout(f"{doing}: no answer") from exc
    except (TransportLostError, asyncio.CancelledError) as exc:
        raise LinkLost(f"{doing}: the controller is gone") from exc
    except BaseBumbleError as exc:
        raise DriverError(f"{doing}: {exc}") from exc


@contextmanager
def opening(where: str) -> Iterator[None]:
    """What may go wrong before a controller has answered: it is not found, whatever it was."""
    try:
        yield
    except DriverUnavailable:
        raise
    except ImportError as exc:
        raise DriverUnavailable(f"{where} needs a library that is missing: {exc}") from exc
    except (LinkLost, LinkTimeout, DeviceRefused) as exc:
        raise DeviceNotFound(f"no Bluetooth controller answers at {where}: {exc}") from exc
    except DriverError:
        raise
    except Exception as exc:  # a transport raises whatever its own library does
        raise DeviceNotFound(f"no Bluetooth controller at {where}: {exc}") from exc
