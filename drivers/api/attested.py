"""Makers of phones: who vouches for the keys that their phones create."""

from __future__ import annotations

import abc


class DeviceMaker(abc.ABC):
    """A virtual device whose maker's root certificate it can show.

    Roots of real phones' makers come from the bench file; a vehicle that is to pair with a virtual
    phone asks the phone.
    """

    @abc.abstractmethod
    def root_certificate(self) -> bytes:
        """The root above everything this device's chains hold; X.509, DER."""
