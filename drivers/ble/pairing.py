"""LE Secure Connections with OOB data, the vehicle as the peripheral (facts 5.1).

Bumble's responder takes any method, lets its commands come in any order, and hands out a key that
was not checked. Here a pairing is one that was prepared, by OOB data both ways, in the order of
the specification (Core, Vol 3 Part H, 2.3.5.6.4), or it is none.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from bumble import smp
from bumble.device import Connection, Device
from bumble.hci import Address
from bumble.keys import PairingKeys
from bumble.pairing import PairingConfig, PairingDelegate
from bumble.smp import AuthReq, CommandCode, ErrorCode

from drivers.api.ble import Bond, OobData

TIMEOUT_S = 30.0
"""Between two steps of a pairing at most (Core, Vol 3 Part H, 3.4)."""

_KEY_OCTETS = 16
_STEPS = (
    (CommandCode.PAIRING_REQUEST, 7),
    (CommandCode.PAIRING_PUBLIC_KEY, 65),
    (CommandCode.PAIRING_RANDOM, 17),
    (CommandCode.PAIRING_DHKEY_CHECK, 17),
    (CommandCode.IDENTITY_INFORMATION, 17),
    (CommandCode.IDENTITY_ADDRESS_INFORMATION, 8),
)
"""What the phone sends, in this order, and how many octets that takes."""
_CHECKED = 4  # steps, after which the key is proved
_FAILED = (CommandCode.PAIRING_FAILED, 2)


class Oob:
    """Our half of the OOB data of one pairing, and the phone's."""

    def __init__(self, theirs: OobData) -> None:
        """Raises ValueError when theirs are not 16 octets each."""
        if (len(theirs.confirm), len(theirs.random)) != (16, 16):
            raise ValueError("OOB data are two values of 16 octets")
        self._context = smp.OobContext()
        self._theirs = smp.OobSharedData(c=theirs.confirm, r=theirs.random)

    def ours(self) -> OobData:
        """What the phone has to be told."""
        shared = self._context.share()
        return OobData(confirm=shared.c, random=shared.r)

    def config(self) -> PairingConfig:
        """How Bumble is to pair."""
        return PairingConfig(
            sc=True,
            mitm=True,
            bonding=True,
            delegate=PairingDelegate(
                local_initiator_key_distribution=_IDENTITY,
                local_responder_key_distribution=_IDENTITY,
            ),
            identity_address_type=PairingConfig.AddressType.RANDOM,
            oob=PairingConfig.OobConfig(self._context, self._theirs, None),
        )


_IDENTITY = PairingDelegate.KeyDistribution.DISTRIBUTE_IDENTITY_KEY


class Notary(Protocol):
    """Who prepares pairings, and is told how they end."""

    def prepared(self, connection: Connection) -> Oob | None:
        """The OOB data of the pairing that is expected, to be used once; None: none is."""
        ...

    def paired(self, connection: Connection, bond: Bond) -> None:
        """It ended well."""
        ...

    def pairing_failed(self, connection: Connection, why: str) -> None:
        """It did not, or was not expected."""
        ...


class OobSession(smp.Session):
    """One pairing, step by step."""

    steps = 0
    timer: asyncio.TimerHandle | None = None

    @property
    def checked(self) -> bool:
        """Whether both sides have proved that they hold the key."""
        return self.steps >= _CHECKED

    def takes(self, pdu: bytes) -> bool:
        """Whether this command is the next one, of its right length; the step is then taken."""
        if self.steps == 1 and not getattr(self, "pres", b""):
            return False  # our response has not even been sent
        if self.steps >= len(_STEPS) or _kind(pdu) != _STEPS[self.steps]:
            return False
        self.steps += 1
        return True

    def send_command(self, command: smp.SMP_Command) -> None:
        super().send_command(command)
        if isinstance(command, smp.SMP_Pairing_Failed_Command):
            self.on_pairing_failure(command.reason)

    def on_connection_encryption_change(self) -> None:
        if self.connection.is_encrypted and not self.completed and not self.checked:
            self.send_pairing_failed(ErrorCode.UNSPECIFIED_REASON)
        else:
            super().on_connection_encryption_change()


class KeyPairing(smp.Manager):
    """The security manager of a vehicle."""

    def __init__(self, device: Device, notary: Notary) -> None:
        super().__init__(device, _no_config)
        self._notary = notary

    def session_key(self, connection: Connection) -> bytes | None:
        """The key of the pairing on this link, once it is checked."""
        session = self.sessions.get(connection.handle)
        if isinstance(session, OobSession) and session.checked:
            return session.ltk
        return None

    def on_smp_pdu(self, connection: Connection, pdu: bytes) -> None:
        session = self.sessions.get(connection.handle)
        if not isinstance(session, OobSession) or session.completed:
            session = None
        if _kind(pdu) == _FAILED:
            if session is not None:
                session.on_smp_command(smp.SMP_Command.from_bytes(pdu))
        elif session is None and _kind(pdu) == _STEPS[0]:
            self._begin(connection, pdu)
        elif session is None:
            self._refuse(connection, ErrorCode.UNSPECIFIED_REASON)
        elif session.takes(pdu):
            self._expect_within(session)
            session.on_smp_command(smp.SMP_Command.from_bytes(pdu))
        else:
            session.send_pairing_failed(ErrorCode.UNSPECIFIED_REASON)

    async def on_pairing(
        self, session: smp.Session, identity_address: Address | None, keys: PairingKeys
    ) -> None:
        """Tell of the bond. Bumble would keep it; here its owner does, by ``know``."""
        _stop(session)
        self.device.on_pairing(session.connection, identity_address, keys, session.sc)
        address = identity_address or session.connection.peer_address
        bond = Bond(
            address=address.to_string(with_type_qualifier=False),
            ltk=keys.ltk.value if keys.ltk else b"",
            irk=keys.irk.value if keys.irk else b"",
        )
        self._notary.paired(session.connection, bond)

    def on_pairing_failure(self, session: smp.Session, reason: ErrorCode) -> None:
        _stop(session)
        super().on_pairing_failure(session, reason)
        self.sessions.pop(session.connection.handle, None)
        self._notary.pairing_failed(session.connection, ErrorCode(reason).name)

    def on_session_end(self, session: smp.Session) -> None:
        _stop(session)
        if self.sessions.get(session.connection.handle) is session:
            super().on_session_end(session)

    def _begin(self, connection: Connection, pdu: bytes) -> None:
        oob = self._notary.prepared(connection)
        request = smp.SMP_Command.from_bytes(pdu)
        if oob is None or not isinstance(request, smp.SMP_Pairing_Request_Command):
            self._refuse(connection, ErrorCode.OOB_NOT_AVAILABLE, "none was prepared")
        elif not request.auth_req & AuthReq.SC:
            self._refuse(connection, ErrorCode.AUTHENTICATION_REQUIREMENTS)
        elif request.oob_data_flag != 1:
            self._refuse(connection, ErrorCode.OOB_NOT_AVAILABLE)
        elif request.maximum_encryption_key_size != _KEY_OCTETS:
            self._refuse(connection, ErrorCode.ENCRYPTION_KEY_SIZE)
        else:
            session = OobSession(self, connection, oob.config(), is_initiator=False)
            self.sessions[connection.handle] = session
            session.takes(pdu)
            self._expect_within(session)
            session.on_smp_command(request)

    def _refuse(self, connection: Connection, reason: ErrorCode, why: str = "") -> None:
        self.send_command(connection, smp.SMP_Pairing_Failed_Command(reason=reason))
        self._notary.pairing_failed(connection, f"{reason.name}{f': {why}' if why else ''}")

    def _expect_within(self, session: OobSession) -> None:
        _stop(session)
        loop = asyncio.get_running_loop()
        session.timer = loop.call_later(TIMEOUT_S, self._late, session)

    def _late(self, session: OobSession) -> None:
        if not session.completed:
            session.completed = True
            self.sessions.pop(session.connection.handle, None)
            self._notary.pairing_failed(session.connection, f"no step in {TIMEOUT_S:g} s")


def _kind(pdu: bytes) -> tuple[int, int]:
    return (pdu[0] if pdu else -1, len(pdu))


def _stop(session: smp.Session) -> None:
    if isinstance(session, OobSession) and session.timer is not None:
        session.timer.cancel()
        session.timer = None


def _no_config(_connection: Connection) -> PairingConfig:
    """Never asked: a session is made for the OOB data that were prepared, or not at all."""
    return PairingConfig(sc=True, mitm=True, delegate=_Refusal())


class _Refusal(PairingDelegate):
    async def accept(self) -> bool:
        return False
