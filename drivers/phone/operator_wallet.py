"""The wallet of a phone in somebody's hands: its keys, and sharing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.api.errors import DeviceNotFound
from drivers.api.secret_text import SecretText
from drivers.api.sharing import (
    Channel,
    CodeEntry,
    Limit,
    Restrictions,
    Shared,
    ShareRequest,
    ShareSheet,
    ShareState,
    SharingWallet,
)
from drivers.api.wallet import Wallet, WalletAction, WalletKey
from drivers.phone.operator_requests import Requests
from drivers.phone.operator_words import PlatformWords

_NO_KEY = "none"
_ROLES = ("owner", "shared")
_KEY_STATES = ("ready", "code needed", "waiting", "ended")
_SHARE_STATES = ("pending", "accepted", "active", "pre_deletion", "ended")
_ACTIONS = {
    WalletAction.REMOVE: "remove the key",
    WalletAction.SHARE: "share the key",
    WalletAction.ADD_TO_WATCH: "add the key to a watch",
    WalletAction.OPTIONS: "change the settings of the key",
}


@dataclass(frozen=True, slots=True)
class VehicleNames:
    """What the person calls the vehicles, by identifier."""

    names: Mapping[bytes, str]

    @classmethod
    def read(cls, names: Mapping[str, str]) -> VehicleNames:
        """Take identifiers in hexadecimal. Raises DeviceNotFound for any other."""
        try:
            return cls({bytes.fromhex(key): name for key, name in names.items()})
        except ValueError as exc:
            raise DeviceNotFound(f"vehicles: an identifier is not hexadecimal: {exc}") from exc

    def of(self, vehicle: bytes) -> str:
        """The name, or the identifier where there is none."""
        return self.names.get(vehicle, f"vehicle {vehicle.hex()}")


class OperatorWallet(Wallet):
    """Keys as the person sees them. What no screen shows, a key's identifier, is left empty."""

    def __init__(self, requests: Requests, words: PlatformWords, vehicles: VehicleNames) -> None:
        self._requests = requests
        self._words = words
        self._vehicles = vehicles

    def listed(self) -> tuple[WalletKey, ...]:
        """Asked for each vehicle that the bench file names."""
        return tuple(filter(None, map(self._key, self._vehicles.names)))

    def actions(self, vehicle: bytes) -> dict[WalletAction, str]:
        found = {}
        for action, deed in _ACTIONS.items():
            question = (
                f"Open the key of {self._vehicles.of(vehicle)} in {self._words.wallet}. What does "
                f"the action read by which to {deed}? Nothing if there is none."
            )
            if read := self._requests.text(question):
                found[action] = read
        return found

    def remove(self, vehicle: bytes) -> None:
        self._do(vehicle, f"choose {self._words.remove!r}, and confirm")

    def open_link(self, message: SecretText) -> None:
        self._requests.do(
            "send this message to it, tap the link in it, and follow the prompts", message
        )

    def enter_code(self, vehicle: bytes, code: SecretText) -> None:
        self._do(vehicle, "enter this activation code", code)

    def _key(self, vehicle: bytes) -> WalletKey | None:
        question = f"Which key of {self._vehicles.of(vehicle)} is in {self._words.wallet}?"
        role = self._requests.one_of(question, (_NO_KEY, *_ROLES))
        if role == _NO_KEY:
            return None
        state = self._requests.one_of("In which state is it?", _KEY_STATES)
        return WalletKey(vehicle, b"", role, state)

    def _do(self, vehicle: bytes, what: str, secret: SecretText | None = None) -> None:
        where = f"open the key of {self._vehicles.of(vehicle)} in {self._words.wallet}"
        self._requests.do(f"{where}, {what}", secret)


class OperatorSharing(SharingWallet):
    """Sharing by hand. A share is named by its recipient; those of this run are known."""

    def __init__(self, requests: Requests, words: PlatformWords, vehicles: VehicleNames) -> None:
        self._requests = requests
        self._words = words
        self._vehicles = vehicles
        self._recipients: dict[bytes, dict[str, str]] = {}  # by vehicle and share

    def sheet(self, vehicle: bytes) -> ShareSheet:
        self._requests.do(f"{self._open(vehicle)} and press the share control")
        channels = self._requests.some_of("Which channels are offered?", Channel)
        return ShareSheet(channels, self._requests.some_of("Which restrictions?", Limit))

    def share(self, vehicle: bytes, request: ShareRequest) -> Shared:
        self._requests.do(f"{self._open(vehicle)} and share it\n{_in_words(request)}")
        message = self._requests.secret("Copy the message with its link from the phone to here.")
        code = self._requests.secret("Which activation code is shown? Nothing if none is.")
        shares = self._recipients.setdefault(vehicle, {})
        share_id = f"{request.recipient} ({len(shares) + 1})"
        shares[share_id] = request.recipient
        return Shared(share_id, message, code if len(code) else None)

    def shares(self, vehicle: bytes) -> tuple[ShareState, ...]:
        """Asked for each share of this run."""
        return tuple(
            self._state(vehicle, share_id, recipient)
            for share_id, recipient in self._recipients.get(vehicle, {}).items()
        )

    def stop(self, vehicle: bytes, share_id: str) -> None:
        if share_id not in self._recipients.get(vehicle, {}):
            raise self._requests.refusal(f"no share {share_id} in this run")
        self._requests.do(f"{self._open(vehicle)} and stop sharing with {share_id}")

    def _state(self, vehicle: bytes, share_id: str, recipient: str) -> ShareState:
        where = f"{self._vehicles.of(vehicle)}: the share with {share_id}"
        shown = self._requests.text(f"{where}: what does the list read beside it?")
        state = self._requests.one_of(f"{where}: what does that mean?", _SHARE_STATES)
        return ShareState(share_id, recipient, state, shown)

    def _open(self, vehicle: bytes) -> str:
        return f"open the key of {self._vehicles.of(vehicle)} in {self._words.wallet}"


def _in_words(request: ShareRequest) -> str:
    lines = [
        f"recipient: {request.recipient}",
        f"channel: {request.channel}",
        f"their phone: {request.receiver}",
        *_restrictions_in_words(request.restrictions),
    ]
    if request.code is CodeEntry.NONE:
        lines.append("activation code: none")
    elif request.code is not None:
        lines.append(f"activation code: yes, to be entered at {request.code}")
    return "\n".join(f"   {line}" for line in lines)


def _restrictions_in_words(restrictions: Restrictions) -> list[str]:
    lines = [
        f"hours: {hours.begin:%H:%M} to {hours.end:%H:%M}, weekdays (Monday is 0) "
        f"{', '.join(map(str, sorted(hours.weekdays)))}"
        for hours in restrictions.hours
    ]
    lines += [
        f"area: {area.radius_m:g} m around {area.latitude_deg:g}, {area.longitude_deg:g}"
        for area in restrictions.areas
    ]
    if restrictions.top_speed_kmh is not None:
        lines.append(f"top speed: {restrictions.top_speed_kmh} km/h")
    if restrictions.volume_percent is not None:
        lines.append(f"volume: {restrictions.volume_percent} %")
    return lines or ["no restrictions"]
