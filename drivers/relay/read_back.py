"""What every relay board that can be read back is held to, whatever it hangs on."""

from __future__ import annotations

from collections.abc import Sequence

from drivers.api.device import Finding
from drivers.api.errors import DeviceNotFound, DriverError
from drivers.api.relay import RelayBoard


def check_channel(channel: int, channels: int, device: str) -> None:
    """Raise DeviceNotFound for a relay that the board does not have."""
    if not 1 <= channel <= channels:
        raise DeviceNotFound(f"no relay {channel}: it has 1 to {channels}", device=device)


def check_followed(states: Sequence[bool], channel: int, device: str, *, on: bool) -> None:
    """Raise DriverError where the board says of a relay that it did not follow its command."""
    if states[channel - 1] is not on:
        said = f"relay {channel} does not read back {'on' if on else 'off'} after switching"
        raise DriverError(said, device=device)


def finding_of(board: RelayBoard) -> Finding:
    """Whether a board answers when it is asked for its relays; none is switched."""
    try:
        board.states()
    except DriverError as exc:
        return Finding("reads back its relays", ok=False, advice=str(exc))
    return Finding("reads back its relays", ok=True)
