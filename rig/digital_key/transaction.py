"""The vehicle's half of a transaction with the digital key applet.

SELECT, AUTH0, then either the fast path (the device's cryptogram matches an enrolled key) or AUTH1,
then EXCHANGE as wanted, and CONTROL FLOW at the end. Shapes are those of section 5.6 of the public
notes. No I/O: ``send`` carries the commands, ``random`` gives the nonces.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from rig.digital_key import messages as m
from rig.digital_key.apdu import SUCCESS, Command, Response, Send
from rig.digital_key.crypto import PrivateKey, PublicKey, same
from rig.digital_key.errors import KeyUnknown, NoCommonVersion, StatusRefused
from rig.digital_key.key_schedule import Handshake, fast_keys, ranging_key, standard_keys
from rig.digital_key.profiles import STANDARD_ONLY, Bearer, Profile, Purpose
from rig.digital_key.secrets import Secret
from rig.digital_key.secure_channel import SecureChannel, secured
from rig.digital_key.settings import Settings
from rig.digital_key.status import meaning


@dataclass(frozen=True, slots=True)
class Vehicle:
    """Who the vehicle is to a device, and which dialect it speaks."""

    identifier: bytes
    key: PrivateKey  # long-term
    profile: Profile
    settings: Settings


class EnrolledKey(Protocol):
    """A device key as the vehicle knows it."""

    @property
    def public(self) -> PublicKey: ...
    @property
    def persistent(self) -> Secret | None:
        """Kpersistent of the last standard transaction; None before the first."""
        ...


Introduce = Callable[[bytes], EnrolledKey]
"""Finds the key of a slot that is not enrolled, by EXCHANGE; raises KeyUnknown or what else is
wrong. The device has not proved yet that it holds that key."""


class Enrolment(Protocol):
    """The keyring as a transaction needs it."""

    def by_slot(self, slot: bytes) -> EnrolledKey | None: ...
    def fast_candidates(self) -> Iterable[EnrolledKey]:
        """Keys with a Kpersistent, most recently used first."""
        ...


@dataclass(frozen=True, slots=True)
class Authenticated:
    """A device that proved which key it holds.

    ``persistent`` is new after a standard transaction, and what the device returned of its
    confidential mailbox came with it; ``introduced``: the key was not enrolled before.
    ``ranging_key`` is the URSK of a transaction that derives one, for the session ``session_id``;
    the device keeps it once ``Transaction.create_ranging_key`` has told it to.
    """

    key: EnrolledKey
    fast: bool
    persistent: Secret | None
    confidential: Secret | None = None
    introduced: bool = False
    session_id: int = 0
    ranging_key: Secret | None = None


class Transaction:
    """One transaction over one link. Methods are called in the order of the wire."""

    def __init__(
        self,
        send: Send,
        vehicle: Vehicle,
        enrolment: Enrolment,
        *,
        bearer: Bearer = Bearer.CONTACTLESS,
        ephemeral: Callable[[], PrivateKey] = PrivateKey.generate,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._send = send
        self._vehicle = vehicle
        self._enrolment = enrolment
        self._bearer = bearer
        self._profile = vehicle.profile
        self._settings = vehicle.settings
        self._ephemeral = ephemeral
        self._random = random
        self._version = self._device_versions = b""
        self._secure: Send | None = None
        self.introduce: Introduce = _nobody

    def authenticate(
        self, purpose: Purpose, *, fast: bool, exchange: bool = False
    ) -> Authenticated:
        """SELECT to AUTH1: who is it? Falls back from fast to standard by itself.

        Raises StatusRefused, NoCommonVersion, KeyUnknown, Unverified or Malformed; what the link
        raises passes through. ValueError for a purpose that the profile does not have, or that a
        fast transaction does not serve.
        """
        self.select()
        handshake, cryptogram = self.auth0(purpose, fast=fast, exchange=exchange)
        if cryptogram is not None and (found := self._match(handshake, cryptogram)):
            return found
        return self.auth1(handshake)

    def select(self) -> None:
        """Find the applet and the best version both sides speak."""
        response = self._ask("SELECT", m.select_command(self._profile.aid))
        answer = m.SelectResponse.decode(response.data)
        self._device_versions = answer.versions
        for version in self._profile.versions:
            if version in answer.offered():
                self._version = version
                return
        raise NoCommonVersion(
            f"the device speaks {answer.versions.hex()}, the vehicle "
            f"{b''.join(self._profile.versions).hex()}"
        )

    def auth0(
        self, purpose: Purpose, *, fast: bool, exchange: bool = False
    ) -> tuple[Handshake, bytes | None]:
        """Exchange ephemeral keys; the cryptogram comes when a fast transaction is possible."""
        if purpose not in self._profile.purposes:
            raise ValueError(f"profile {self._profile.name} has no transaction for {purpose.value}")
        if fast and purpose in STANDARD_ONLY:
            raise ValueError(f"no fast transaction serves {purpose.value}")
        p1 = m.FAST_REQUESTED if fast else 0
        if exchange and not fast and self._profile.announces_exchange:
            p1 |= m.EXCHANGE_FOLLOWS
        p2 = self._profile.purposes[purpose]
        ephemeral = self._ephemeral()
        transaction_id = self._random(16)
        request = m.Auth0Request(
            self._version, ephemeral.public.point, transaction_id, self._vehicle.identifier
        )
        response = self._ask("AUTH0", m.auth0_command(p1, p2, request))
        answer = m.Auth0Response.decode(response.data)
        handshake = Handshake(
            profile=self._profile,
            settings=self._settings,
            version=self._version,
            device_versions=self._device_versions,
            vehicle_id=self._vehicle.identifier,
            transaction_id=transaction_id,
            flag=bytes((p1, p2)),
            vehicle_ephemeral=ephemeral,
            device_ephemeral=PublicKey(answer.device_ephemeral),
            bearer=self._bearer,
        )
        return handshake, answer.cryptogram if fast else None

    def _match(self, handshake: Handshake, cryptogram: bytes) -> Authenticated | None:
        """Try enrolled keys until one explains the cryptogram."""
        for key in self._enrolment.fast_candidates():
            if key.persistent is None:
                continue
            derived = fast_keys(handshake, key.persistent, self._vehicle.key.public, key.public)
            if same(derived.cryptogram, cryptogram):
                start = self._settings.fast_channel_counter_start
                channel = SecureChannel(derived.session, self._settings, counter=start)
                self._secure = secured(self._send, channel)
                return Authenticated(
                    key, fast=True, persistent=None, session_id=handshake.session_id
                )
        return None

    def auth1(self, handshake: Handshake) -> Authenticated:
        """Prove the vehicle, and have the device prove its key inside the new channel."""
        signature = self._vehicle.key.sign(_signed(handshake, m.USAGE_VEHICLE))
        response = self._ask("AUTH1", m.auth1_command(m.Auth1Request(signature)))
        session, persistent = standard_keys(handshake)
        start = self._settings.channel_counter_start
        channel = SecureChannel(session, self._settings, counter=start)
        answer = m.Auth1Response.decode(channel.unwrap(response))
        known = self._enrolment.by_slot(answer.key_slot)
        self._secure = secured(self._send, channel)
        try:
            key = known or self.introduce(answer.key_slot)
            key.public.verify(answer.device_signature, _signed(handshake, m.USAGE_DEVICE))
        except BaseException:  # whoever it is has proved nothing: no EXCHANGE any more
            self._secure = None
            raise
        token = answer.confidential_mailbox
        return Authenticated(
            key,
            fast=False,
            persistent=persistent,
            confidential=None if token is None else Secret(token),
            introduced=known is None,
            session_id=handshake.session_id,
            ranging_key=ranging_key(handshake),
        )

    def exchange(self, plaintext: bytes) -> bytes:
        """One EXCHANGE through the secure channel. Only after authentication."""
        if self._secure is None:
            raise RuntimeError("EXCHANGE before authentication")
        return self._ask("EXCHANGE", m.exchange_command(plaintext), self._secure).data

    def create_ranging_key(self, session_id: int) -> None:
        """Have the device keep the ranging key for a session. Only after authentication.

        Raises StatusRefused, with 6484 when the device has no slot left for it.
        """
        if self._secure is None:
            raise RuntimeError("CREATE RANGING KEY before authentication")
        cla = self._settings.ranging_key_class
        send = self._secure if cla == m.CLA_SECURED else None
        self._ask("CREATE RANGING KEY", m.create_ranging_key_command(cla, session_id), send)

    def control_flow(self, outcome: m.Outcome) -> None:
        """Tell the device how it ended."""
        self._ask("CONTROL FLOW", m.control_flow_command(outcome))

    def _ask(self, name: str, command: Command, send: Send | None = None) -> Response:
        response = (send or self._send)(command)
        if response.status != SUCCESS:
            raise StatusRefused(name, response.status, meaning(response.status))
        return response


def _nobody(slot: bytes) -> EnrolledKey:
    raise KeyUnknown(slot)


def _signed(handshake: Handshake, usage: bytes) -> bytes:
    return m.AuthenticationData(
        vehicle_id=handshake.vehicle_id,
        device_ephemeral_x=handshake.device_ephemeral.x,
        vehicle_ephemeral_x=handshake.vehicle_ephemeral.public.x,
        transaction_id=handshake.transaction_id,
        usage=usage,
    ).encode()
