"""Owner pairing in the tray: from an open pairing to a main key that is provisioned and tracked.

Phases as in section 2.7 of the public notes: two transactions with the framework make the key, two
with the applet give it a token and slot identifiers for friends. What is cut off before OP CONTROL
FLOW 11/11 leaves no key; what is missing after it, a later visit to the tray makes good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from drivers.api.errors import ActionRefused
from drivers.api.secret_text import SecretText
from rig.digital_key.certificates import Authority
from rig.digital_key.crypto import PublicKey
from rig.digital_key.errors import BadCertificate, DigitalKeyError, PairingFailed
from rig.digital_key.pairing import OwnerPairing, Paired, Surroundings
from rig.digital_key.pairing_messages import BluetoothFields, select_command
from rig.digital_key.pairing_offer import Attempts, Offer
from rig.digital_key.secrets import Secret
from rig.digital_key.spake2plus import Scrypt, Verifier
from rig.key_server.errors import KeyServerError
from rig.key_server.pairing import VehiclePairing
from rig.vehicle.body import Power
from rig.vehicle.errors import Offline
from rig.vehicle.keys import OWNER, Key, Origin, name_of_key
from rig.vehicle.line import Line, traced
from rig.vehicle.pairing_phases import provision_new_key
from rig.vehicle.service import Service
from rig.vehicle.telematics import Telematics
from rig.vehicle.visit import Ending, Visit

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Trust:
    """Who vouches for the vehicle, and whose devices it takes (certificates in DER).

    ``authority`` signs the vehicle's certificate [K]; ``intermediate`` is sent along when phones
    know only who stands above it.
    """

    authority: Authority
    device_roots: tuple[bytes, ...] = ()
    intermediate: bytes | None = None

    @classmethod
    def of_the_lab(cls, device_roots: tuple[bytes, ...], now: datetime) -> Trust:
        """An authority of the rig's own, for phones that take every vehicle maker."""
        return cls(Authority.root("Digital Key Rig", now), device_roots)


@dataclass(slots=True)
class PairingDesk:
    """Pairs one vehicle. Passwords and attempts go by the pairing, and outlive every mode."""

    service: Service
    telematics: Telematics
    trust: Trust
    bluetooth: BluetoothFields | None = field(default=None, repr=False)  # where it has a radio
    look_again: Callable[[], None] = lambda: None  # serve anew what lies in the tray already
    _seen: str = field(default="", init=False)  # the open pairing the tray was looked at for
    _asked: bool = field(default=False, init=False)  # somebody chose it on the display
    _attempts: dict[str, Attempts] = field(default_factory=dict, init=False)
    _done: set[str] = field(default_factory=set, init=False)  # pairings that made a key

    @property
    def pairing(self) -> VehiclePairing | None:
        """The pairing that is open now, as far as the vehicle knows."""
        found = self.telematics.pairing
        if found is None or found.pairing_id in self._done:
            return None
        return found if self.service.clock.utc() < found.expires_at else None

    @property
    def active(self) -> bool:
        """Whether a phone in the tray is paired: one is expected, and accessory mode allows it."""
        return self._permitted() and (self._asked or self.pairing is not None)

    def begin(self) -> None:
        """Enter pairing mode on the display. Raises ActionRefused outside accessory mode."""
        if not self._permitted():
            raise ActionRefused("pairing needs accessory mode")
        self._asked = True
        self._fetch()
        self.look_again()

    def enter_token(self, token: SecretText) -> None:
        """Take the token of the letter, and enter pairing mode. Raises ActionRefused."""
        if not self._permitted():
            raise ActionRefused("pairing needs accessory mode")
        try:
            self.telematics.enter_token(Secret(token.reveal().encode()))
        except (KeyServerError, Offline) as exc:
            raise ActionRefused(str(exc)) from exc
        self._asked = True
        self.look_again()

    def end(self) -> None:
        """Leave pairing mode; a pairing that is open stays so."""
        self._asked = False

    def notice(self) -> None:
        """The server may have told of a pairing: if so, see whether the phone is here already."""
        pairing = self.pairing
        if pairing is not None and pairing.pairing_id != self._seen and self._permitted():
            self._seen = pairing.pairing_id
            self.look_again()

    def attempts_used(self, pairing_id: str) -> int:
        """How often the password of this pairing was tried in vain."""
        found = self._attempts.get(pairing_id)
        return 0 if found is None else found.used

    @contextmanager
    def trusting(self, trust: Trust) -> Iterator[None]:
        """Pair with other certificates: those of an attacker, or that trust another maker."""
        before, self.trust = self.trust, trust
        try:
            yield
        finally:
            self.trust = before

    def reset(self) -> None:
        """For the next test: no mode, no pairing remembered."""
        self._asked, self._seen = False, ""
        self._attempts.clear()
        self._done.clear()

    # --- a device in the tray ----------------------------------------------------------------

    def serve(self, visit: Visit, line: Line) -> bool:
        """Pair the device in the field; whether it was one to pair with.

        It was not where no pairing is open or the device is not ready for one: it is to be served
        like any other then. What the link raises passes through.
        """
        pairing = self.pairing
        if self.service.keyring is not self.telematics.keyring:
            return False
        if not self.active or pairing is None:
            self._pass_by(visit, line, pairing)
            return False
        attempt = self._attempt(pairing)
        send = traced(visit, line, self.service.clock)
        try:
            attempt.first(send)
        except PairingFailed as exc:
            if exc.flow is not None:
                self._fail(visit, exc)
                return True
            visit.notes.append(f"not paired: {exc.reason}")
            return False
        try:
            line.reset(cold=True)
            paired = attempt.second(send)
        except PairingFailed as exc:
            self._fail(visit, exc)
            return True
        finally:
            attempt.forget()
        self._enrol(visit, line, pairing, paired)
        return True

    def _pass_by(self, visit: Visit, line: Line, pairing: VehiclePairing | None) -> None:
        """Say why nothing is paired.

        Chosen on the display, with no pairing open yet, a phone is let see that one is looked for:
        its owner has only to open the app then (DK-ACT-06).
        """
        if pairing is not None:
            visit.notes.append("not paired: pairing needs accessory mode")
        elif self.active:
            try:
                traced(visit, line, self.service.clock)(select_command())
            except DigitalKeyError as exc:
                visit.notes.append(f"no answer to SELECT of the framework: {exc}")
            visit.notes.append("not paired: no pairing is open")

    def _attempt(self, pairing: VehiclePairing) -> OwnerPairing:
        service, now = self.service, self.service.clock.utc
        vehicle = service.vehicle
        offer = Offer(
            vehicle_id=vehicle.identifier,
            slot=service.keyring.draw_slot(),
            certificate=self.trust.authority.certify_vehicle(
                vehicle.key.public, vehicle.identifier, now()
            ),
            device_roots=self.trust.device_roots,
            intermediate=self.trust.intermediate,
            bluetooth=self.bluetooth,
        )
        around = Surroundings(
            # The time limits are minutes, which pass with the calendar.
            now_ns=lambda: (now() - _EPOCH) // timedelta(microseconds=1) * 1000,
            utc=now,
            permitted=self._permitted,
            welcome=self._check_new,
        )
        attempts = self._attempts.setdefault(pairing.pairing_id, Attempts())
        return OwnerPairing(offer, _verifier(pairing), attempts, vehicle.settings, around)

    def _enrol(self, visit: Visit, line: Line, pairing: VehiclePairing, paired: Paired) -> None:
        """Both sides hold the key now."""
        key = self.telematics.paired(
            Key(
                name=name_of_key(OWNER, paired.device_key),
                role=OWNER,
                slot=paired.slot,
                public=paired.device_key,
                origin=Origin.PAIRED,
            )
        )
        self._done.add(pairing.pairing_id)
        self._asked = False
        visit.key = key.name
        visit.timeline.mark("paired", self.service.clock.now_ns())
        visit.end(Ending.PAIRED, f"{key.name} is the main key")
        try:
            provision_new_key(self.service, visit, line, key)
        except DigitalKeyError as exc:  # the key is there; the rest waits for the next visit
            visit.notes.append(f"not provisioned: {exc}")

    def _fail(self, visit: Visit, failure: PairingFailed) -> None:
        visit.error, visit.flow = failure, failure.flow
        visit.end(Ending.PAIRING_FAILED, str(failure))

    def _check_new(self, public: PublicKey) -> None:
        """A pairing makes a new key; one that was here before would not be the device's own."""
        keyring, key_id = self.service.keyring, Key("", OWNER, b"", public).key_id
        if keyring.by_id(key_id) is not None or keyring.was_deleted(key_id):
            raise BadCertificate("the device's key is not a new one")

    def _permitted(self) -> bool:
        return self.service.body.power is Power.ACCESSORY

    def _fetch(self) -> None:
        """Ask the server for a pairing; without one, a later look finds it."""
        try:
            self.telematics.sync()
        except KeyServerError:
            return


def _verifier(pairing: VehiclePairing) -> Verifier:
    scrypt = Scrypt(pairing.salt, pairing.scrypt_n, pairing.scrypt_r, pairing.scrypt_p)
    return Verifier(pairing.w0, pairing.l_point, scrypt)
