"""Owner pairing, the vehicle's half: two transactions with the framework, the field reset between.

The order of the steps is that of sections 2.6 and 2.7 of the public notes on CCC-TS-101. No I/O:
``send`` carries the commands. The key that comes out is not the vehicle's yet: two transactions
with the applet follow, and whoever runs them puts it on the keyring.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import randbelow

from rig.digital_key import pairing_messages as m
from rig.digital_key.apdu import Send
from rig.digital_key.certificates import verify_chain
from rig.digital_key.crypto import PublicKey
from rig.digital_key.curve import ORDER
from rig.digital_key.errors import (
    BadCertificate,
    BadEvidence,
    BadShare,
    DigitalKeyError,
    Malformed,
    PairingFailed,
    Unverified,
)
from rig.digital_key.pairing_dialogue import Dialogue, Timers, packed
from rig.digital_key.pairing_keys import FIRST_COUNTER, BluetoothKeys, SystemKeys, system_keys
from rig.digital_key.pairing_offer import Attempts, Offer
from rig.digital_key.secrets import Secret
from rig.digital_key.secure_channel import SecureChannel
from rig.digital_key.settings import Settings
from rig.digital_key.spake2plus import Verifier, Versions, agree

# What the vehicle tells the device when a step raises; the first that fits.
_ABORTS: tuple[tuple[type[DigitalKeyError], m.Flow], ...] = (
    (BadShare, m.Flow.BAD_POINT),
    (BadEvidence, m.Flow.BAD_EVIDENCE),
    (BadCertificate, m.Flow.BAD_CERTIFICATE),
    (Unverified, m.Flow.BAD_RESPONSE),
    (Malformed, m.Flow.BAD_RESPONSE),
    (DigitalKeyError, m.Flow.ABORT),
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where time, chance and permission come from."""

    now_ns: Callable[[], int] = time.monotonic_ns
    utc: Callable[[], datetime] = lambda: datetime.now(UTC)
    draw_scalar: Callable[[], int] = lambda: 1 + randbelow(ORDER - 1)
    permitted: Callable[[], bool] = lambda: True  # such as: the vehicle is in accessory mode
    welcome: Callable[[PublicKey], None] = lambda _key: None  # raises Unverified for a device's key


@dataclass(frozen=True, slots=True)
class Paired:
    """What a pairing has yielded. Both sides hold it from the last answer on.

    Should that answer get lost, the device alone does, and finds out in its first transaction with
    the applet, which the vehicle refuses.
    """

    slot: bytes
    device_key: PublicKey
    device_chain: tuple[bytes, ...]  # DER, the device first
    device_information: bytes  # D3, opaque
    versions: Versions
    long_term_secret: Secret
    bluetooth: BluetoothKeys | None


@dataclass(slots=True)
class _Session:
    """What lives from the shared password to the end of pairing, and no longer."""

    versions: Versions
    keys: SystemKeys
    channel: SecureChannel


@dataclass(slots=True)
class OwnerPairing:
    """One vehicle pairing with one device. ``first``, a reset of the field, ``second``.

    A failure in either leaves nothing behind but the counted attempt; ``first`` begins anew.
    """

    offer: Offer
    verifier: Verifier
    attempts: Attempts
    settings: Settings = field(default_factory=Settings)
    surroundings: Surroundings = field(default_factory=Surroundings)
    _timers: Timers = field(init=False, repr=False)
    _session: _Session | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self._timers = Timers(self.settings, self.surroundings.now_ns)

    @property
    def is_half_done(self) -> bool:
        """Whether the first transaction is over and the second awaited."""
        return self._session is not None

    def first(self, send: Send) -> None:
        """SELECT to OP CONTROL FLOW 10/01: prove the password, tell the device what to create.

        Raises PairingFailed, after the device was told; what the link raises passes through.
        """
        self.forget()
        creation = packed(self.offer.creation_data(self.settings), self.settings)
        self._timers.start(m.Flow.TIMEOUT_X)
        self._timers.start(m.Flow.TIMEOUT_1)
        with self._transaction(send) as dialogue:
            versions = self._choose(self._select(dialogue))
            session = self._share_password(dialogue, versions)
            dialogue.write(session.channel, creation)
            dialogue.tell(m.Flow.KEY_DATA_SENT)
        self._timers.stop(m.Flow.TIMEOUT_1)
        self._timers.start(m.Flow.TIMEOUT_2)
        self._session = session

    def second(self, send: Send) -> Paired:
        """SELECT to OP CONTROL FLOW 11/11: read the device's chain, accept its key.

        Raises PairingFailed, after the device was told; what the link raises passes through;
        RuntimeError before ``first`` has succeeded.
        """
        session, self._session = self._session, None
        if session is None:
            raise RuntimeError("the second transaction of pairing before the first")
        with self._transaction(send) as dialogue:
            dialogue.select()  # the mode is not judged again: the channel proves more
            self._timers.stop(m.Flow.TIMEOUT_2)
            self._timers.start(m.Flow.TIMEOUT_3)
            paired = self._read_key(dialogue, session)
            closing = packed(self.offer.closing_data(paired.device_key), self.settings)
            dialogue.write(session.channel, closing)
            dialogue.tell(m.Flow.CHAIN_RECEIVED)
            dialogue.conclude()
        self.attempts.forgive()
        self.forget()
        return paired

    def expire(self) -> None:
        """Drop the session if its time is over; for whoever waits for the second transaction."""
        try:
            self._timers.check()
        except PairingFailed:
            self.forget()

    def forget(self) -> None:
        """Drop session and keys: pairing was given up, or is over."""
        self._session = None
        self._timers.stop_all()

    @contextmanager
    def _transaction(self, send: Send) -> Iterator[Dialogue]:
        """Whatever goes wrong inside ends the session, and the device is told if it can be."""
        dialogue = Dialogue(send, self._timers, self.surroundings.permitted)
        try:
            yield dialogue
        except DigitalKeyError as exc:
            self.forget()
            flow, reason = _judged(exc)
            failure = PairingFailed(flow if dialogue.reached else None, reason)
            _end(send, failure)
            raise failure from exc
        except BaseException:  # the link is gone: there is nobody to tell
            self.forget()
            raise

    def _select(self, dialogue: Dialogue) -> m.FrameworkSelected:
        selected = dialogue.select()
        if selected.mode[0] != m.PairingMode.PASSWORD_ENTERED:
            raise PairingFailed(None, "the device is not in pairing mode")
        if self.attempts.spent:
            raise PairingFailed(m.Flow.ATTEMPTS_SPENT, "the password was tried too often")
        return selected

    def _choose(self, selected: m.FrameworkSelected) -> Versions:
        """The best SPAKE2+ version both speak; the applet's best in front of the vehicle's own."""
        spake2 = _common(self.offer.spake2_versions, selected.spake2_versions)
        if spake2 is None:
            raise PairingFailed(m.Flow.NO_COMMON_SPAKE2_VERSION, "no common SPAKE2+ version")
        applet = _common(self.offer.applet_versions, selected.applet_versions)
        if applet is None:
            raise PairingFailed(m.Flow.NO_COMMON_APPLET_VERSION, "no common applet version")
        others = (version for version in self.offer.applet_versions if version != applet)
        return Versions(spake2, b"".join((applet, *others)))

    def _share_password(self, dialogue: Dialogue, versions: Versions) -> _Session:
        """SPAKE2+ REQUEST and VERIFY: the channel, if the device knows the password."""
        request = self.offer.spake2_request(versions, self.verifier.scrypt, self.settings)
        answer = dialogue.ask("SPAKE2+ REQUEST", m.spake2_request_command(request))
        share = m.Spake2Response.decode(answer).share
        agreement = agree(self.verifier, share, versions, scalar=self.surroundings.draw_scalar)
        self.attempts.count()  # before VERIFY: who cuts it off has tried as well
        proof = m.VerifyRequest(agreement.share, agreement.evidence)
        answer = dialogue.ask("SPAKE2+ VERIFY", m.spake2_verify_command(proof))
        secret = agreement.confirm(m.VerifyResponse.decode(answer).evidence)
        if self.settings.pairing_attempts_forgiven == "evidence":
            self.attempts.forgive()
        keys = system_keys(secret, bluetooth=self.offer.bluetooth is not None)
        channel = SecureChannel(keys.session, self.settings, counter=FIRST_COUNTER)
        return _Session(versions, keys, channel)

    def _read_key(self, dialogue: Dialogue, session: _Session) -> Paired:
        """GET DATA of everything, and the chain verified."""
        *certificates, information = (dialogue.read(session.channel, tag) for tag in m.DataTag)
        if self.settings.device_chain_order == "root_first":
            certificates.reverse()
        chain = tuple(filter(None, certificates))  # setting absent_certificate
        try:
            key = verify_chain(chain, self.offer.device_roots, self.surroundings.utc())
        except Malformed as exc:
            raise BadCertificate(f"the device's chain: {exc}") from exc
        self.surroundings.welcome(key)
        return Paired(
            slot=self.offer.slot,
            device_key=key,
            device_chain=chain,
            device_information=information,
            versions=session.versions,
            long_term_secret=session.keys.long_term_secret,
            bluetooth=session.keys.bluetooth,
        )


def _common(ours: tuple[bytes, ...], theirs: bytes) -> bytes | None:
    offered = m.versions_in(theirs)
    return next((version for version in ours if version in offered), None)


def _judged(exc: DigitalKeyError) -> tuple[int | None, str]:
    """The code that tells the device what ended the pairing, and the reason in words."""
    if isinstance(exc, PairingFailed):
        return exc.flow, exc.reason
    return next(flow for kind, flow in _ABORTS if isinstance(exc, kind)), str(exc)


def _end(send: Send, failure: PairingFailed) -> None:
    """End the device's session too; how it answers changes nothing any more."""
    if failure.flow is None:
        return
    try:
        send(m.op_control_flow_command(m.Flow(failure.flow)))
    except DigitalKeyError as exc:
        failure.add_note(f"the answer to the abort: {exc}")
