"""Keys as the vehicle's menu lists and deletes them: at once, in the presence of authority."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from drivers.api.errors import ActionRefused
from rig.key_server.keys import Authority
from rig.vehicle.keyring import Key, KeyState

MAY_DELETE: Mapping[str, frozenset[Authority]] = MappingProxyType(
    {
        "main_key_or_fob": frozenset((Authority.MAIN_KEY, Authority.FOB)),
        "anyone": frozenset(Authority),
    }
)
"""AMB-09, AMB-34: what has to lie inside for deleting in the vehicle, by reading."""


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key in the vehicle's list; ``state`` is the keyring's word for it."""

    name: str
    role: str
    state: str


class KeyRemoval:
    """The list of keys, and the reset function (DK-REV-07 to -09, DK-DEL-04, DK-LOST-01).

    Cards are not deleted but switched off; see ``ServiceCard``.
    """

    def __init__(
        self,
        keys: Iterable[Key],
        authority: Callable[[], Authority],
        delete: Callable[[Key, Authority], None],
        may_delete: frozenset[Authority] = MAY_DELETE["main_key_or_fob"],
    ) -> None:
        """``delete`` ends a key in vehicle and key server; it may raise ActionRefused."""
        self._keys = keys
        self._authority = authority
        self._delete = delete
        self.may_delete = may_delete

    def listed(self) -> tuple[ListedKey, ...]:
        """Every key that has not ended."""
        return tuple(ListedKey(key.name, key.role, str(key.state)) for key in self._present())

    def deletable(self) -> tuple[str, ...]:
        """Names of the keys the reset function offers. Raises ActionRefused without authority."""
        self._present_authority()
        return tuple(key.name for key in self._present() if key.role != "card")

    def delete(self, name: str) -> None:
        """Delete a key at once. Raises ActionRefused: no authority, or no such key."""
        authority = self._present_authority()
        for key in self._present():
            if key.name == name and key.role != "card":
                self._delete(key, authority)
                return
        raise ActionRefused(f"no key {name} to delete")

    def _present_authority(self) -> Authority:
        authority = self._authority()
        if authority not in self.may_delete:
            raise ActionRefused("bring the main key or a vehicle key into the vehicle")
        return authority

    def _present(self) -> list[Key]:
        return [key for key in self._keys if key.state is not KeyState.DELETED]
