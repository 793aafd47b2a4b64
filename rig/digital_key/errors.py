"""Protocol errors.

* DigitalKeyError
  * Malformed - bytes that break the encoding: TLV, APDU, a message's fields, a curve point
  * Unverified - cryptography said no; a bad MAC or signature never passes as a value
    * BadSignature
    * BadMac
    * BadEvidence - the other side does not know the pairing password
    * BadCertificate - a certificate or a chain that does not hold
  * BadShare - a SPAKE2+ share that is off the curve, infinity, or leads to it
  * StatusRefused - a status word other than success; carries it and the command's name
  * NoCommonVersion - the device offers no protocol version the vehicle speaks
  * KeyUnknown - the device names a key slot the vehicle has not enrolled
  * NotEntitled - what the device brings proves no right here; carries the code it is told
  * RangingMismatch - a phone's ranging parameters do not fit the vehicle's; says which
  * ChannelSpent - the secure channel's counter has no value left
  * PairingFailed - owner pairing ended without a key; carries the control-flow code
"""

from __future__ import annotations


class DigitalKeyError(Exception):
    """Base of everything the protocol raises."""


class Malformed(DigitalKeyError):
    """The bytes break the encoding."""


class Unverified(DigitalKeyError):
    """Cryptography said no."""


class BadSignature(Unverified):
    """The signature is not this key's over this message."""


class BadMac(Unverified):
    """The MAC is not this channel's over this message."""


class BadEvidence(Unverified):
    """The other side does not know the pairing password."""


class BadCertificate(Unverified):
    """A certificate or a chain does not hold."""


class BadShare(DigitalKeyError):
    """A SPAKE2+ share is off the curve, infinity, or leads to it."""


class StatusRefused(DigitalKeyError):
    """The device answered with a status word other than success."""

    def __init__(self, command: str, status: int, meaning: str) -> None:
        super().__init__(f"{command} refused with {status:04X} ({meaning})")
        self.command = command
        self.status = status


class NoCommonVersion(DigitalKeyError):
    """The device offers no protocol version the vehicle speaks."""


class KeyUnknown(DigitalKeyError):
    """The device names a key slot the vehicle has not enrolled."""

    def __init__(self, slot: bytes) -> None:
        super().__init__(f"no key is enrolled in slot {slot.hex()}")
        self.slot = slot


class NotEntitled(DigitalKeyError):
    """A friend's device brings an attestation that gives it no right here.

    ``outcome`` is the CONTROL FLOW code that the device is told.
    """

    def __init__(self, outcome: int, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome


class RangingMismatch(DigitalKeyError):
    """A phone's ranging parameters do not fit the vehicle's. ``what`` names the parameter."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"{what}: {reason}")
        self.what = what


class ChannelSpent(DigitalKeyError):
    """The secure channel's counter has no value left."""


class PairingFailed(DigitalKeyError):
    """Owner pairing ended without a key.

    ``flow`` is the OP CONTROL FLOW code that the device is told; None when there is nothing to end:
    the framework was not reached, or the device is not in pairing mode.
    """

    def __init__(self, flow: int | None, reason: str) -> None:
        super().__init__(reason if flow is None else f"{reason} (OP CONTROL FLOW {flow:04X})")
        self.flow = flow
        self.reason = reason
