"""The secure element: the keys that the applet knows, as they come and go."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator

from drivers.sim.phone.applet import Applet
from drivers.sim.phone.ranging_keys import RangingKeys
from drivers.sim.phone.wallet import HeldKey
from rig.digital_key.crypto import PrivateKey
from rig.digital_key.settings import Settings


class SecureElement:
    """Holds keys for one applet. Safe to use while a reader has the applet at work."""

    def __init__(
        self,
        keys: Iterable[HeldKey],
        settings: Callable[[], Settings],
        sign: Callable[[PrivateKey, bytes], bytes] = PrivateKey.sign,
    ) -> None:
        """``sign`` is what AUTH1 signs with; tests have it misbehave."""
        self._lock = threading.Lock()
        self._settings = settings
        self._keys: tuple[HeldKey, ...] = tuple(keys)
        self._sign = sign
        self._changed: Callable[[], None] = lambda: None
        self.applet = Applet(_Live(lambda: self._keys), settings, sign=sign)
        self._applets: tuple[Applet, ...] = (self.applet,)

    @property
    def keys(self) -> tuple[HeldKey, ...]:
        """What the applet knows now."""
        return self._keys

    @property
    def settings(self) -> Settings:
        """The protocol settings of the moment."""
        return self._settings()

    def over_bluetooth(self, ranging: RangingKeys, changed: Callable[[], None]) -> Applet:
        """The same applet as a connection reaches it, which disturbs no reader's transaction.

        ``changed`` is called whenever keys have come or gone.
        """
        applet = Applet(
            _Live(lambda: self._keys),
            self._settings,
            sign=self._sign,
            interface=lambda settings: settings.interface_ble,
            ranging=ranging,
        )
        self._applets, self._changed = (*self._applets, applet), changed
        return applet

    def add(self, key: HeldKey) -> None:
        """Let the applet know the key, its mailboxes laid out. Raises Malformed."""
        key.lay_out_mailbox(self.settings)
        with self._lock:
            self._keys = (*self._keys, key)
        self._changed()

    def remove(self, key: HeldKey) -> None:
        """Forget the key at once, in the middle of a transaction if need be."""
        with self._lock:
            self._keys = tuple(held for held in self._keys if held is not key)
        for applet in self._applets:
            applet.forget(key)
        self._changed()

    def put_back(self, keys: Iterable[HeldKey]) -> None:
        """Hold these keys and no others."""
        with self._lock:
            self._keys = tuple(keys)
        for applet in self._applets:
            applet.reset()
        self._changed()


class _Live(Iterable[HeldKey]):
    """The keys of the moment, each time somebody looks."""

    def __init__(self, keys: Callable[[], tuple[HeldKey, ...]]) -> None:
        self._keys = keys

    def __iter__(self) -> Iterator[HeldKey]:
        return iter(self._keys())
