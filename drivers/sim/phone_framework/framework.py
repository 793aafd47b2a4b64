"""The digital key framework in a phone: command bytes in, response bytes out.

A state machine after the public notes on CCC-TS-101 (sections 1.2 and 2). It does no I/O and never
raises on what comes in: what it does not accept it answers with a status word, and that ends the
session. Until the vehicle says that pairing has succeeded, the new key is nowhere but here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drivers.sim.phone.applet import NO_MEMORY, NO_SUCH_APPLICATION, NO_SUCH_INSTRUCTION, WRONG_DATA
from drivers.sim.phone.framing import OUT_OF_SEQUENCE, WRONG_CLASS, WRONG_LENGTH, WRONG_P1P2
from drivers.sim.phone.wallet import HeldKey
from drivers.sim.phone_framework.endpoint import EndpointFactory
from drivers.sim.phone_framework.enrolment import Enrolment
from drivers.sim.phone_framework.key_schedule import Hardness, stretch
from drivers.sim.phone_framework.prover import Prover
from drivers.sim.phone_framework.reception import OutOfMemory, OutOfOrder
from drivers.sim.phone_framework.refusal import (
    NOT_FOUND,
    NOT_READY,
    WRONG_LE,
    Refusal,
    decoded,
    opened,
    require,
    require_no_parameters,
    sealed,
)
from drivers.sim.phone_framework.session import Session, Stage
from drivers.sim.phone_framework.traits import Traits
from rig.digital_key import pairing_messages as m
from rig.digital_key.apdu import SHORT_LE, SUCCESS, Command, Response, decode_command
from rig.digital_key.errors import BadMac, BadSignature, Malformed
from rig.digital_key.secrets import Secret
from rig.digital_key.settings import Settings


class Framework:
    """The framework of one phone. ``settings`` is asked at each command.

    ``last_flow`` is the code of the latest OP CONTROL FLOW: what the owner would see.
    """

    def __init__(
        self,
        endpoints: EndpointFactory,
        hand_over: Callable[[HeldKey], None],
        settings: Callable[[], Settings] = Settings,
        traits: Traits | None = None,
    ) -> None:
        """``hand_over`` puts a key whose pairing has succeeded into the wallet."""
        self.last_flow: m.Flow | None = None
        self._endpoints = endpoints
        self._hand_over = hand_over
        self._ask_settings = settings
        self._traits = traits or Traits()
        self._password: Secret | None = None
        self._pairing_mode = False
        self._selected = False
        self._session: Session | None = None
        plain, secured = m.CLA_PLAIN, m.CLA_SECURED
        self._handlers: Mapping[int, tuple[int, Callable[[Command], Response]]] = {
            m.INS_SELECT: (m.CLA_ISO, self._select),
            m.INS_SPAKE2_REQUEST: (plain, self._request),
            m.INS_SPAKE2_VERIFY: (plain, self._verify),
            m.INS_WRITE_DATA: (secured, self._write_data),
            m.INS_GET_DATA: (secured, self._get_data),
            m.INS_GET_RESPONSE: (secured, self._get_response),
            m.INS_OP_CONTROL_FLOW: (plain, self._control_flow),
        }

    @property
    def ready(self) -> bool:
        """In pairing mode, and the user has entered a password."""
        return self._pairing_mode and self._password is not None

    def begin_pairing(self) -> None:
        """The user asks the wallet to add a key."""
        self._pairing_mode = True

    def enter_password(self, password: str) -> None:
        """The user types the password, or opens the link that holds it.

        The sources say eight digits; the framework takes what it is given, and the vehicle finds
        out in VERIFY whether it was right.
        """
        self._password = Secret(password.encode("utf-8"))

    def leave_pairing(self) -> None:
        """The user gives up, or pairing is over: password, session and new key are gone."""
        self._pairing_mode = False
        self._password = self._session = None

    def reset(self) -> None:
        """The field came or went. Only between the two transactions does a session outlive it."""
        self._selected = False
        session = self._session
        if session is not None and session.stage is Stage.CREATED:
            session.field_was_reset = True
        else:
            self._session = None

    def process(self, apdu: bytes) -> bytes:
        """Answer one command APDU with one response APDU."""
        try:
            response = self._answer(decode_command(apdu))
        except Malformed:
            response = self._refused(WRONG_LENGTH)
        except Refusal as refusal:
            response = self._refused(refusal.status)
        return response.encode()

    def _refused(self, status: int) -> Response:
        """Section 2.6: a status word other than 9000 and 61xx costs the session."""
        self._session = None
        return Response(b"", status)

    def _answer(self, command: Command) -> Response:
        handler = self._handlers.get(command.ins)
        if handler is None:
            raise Refusal(NO_SUCH_INSTRUCTION)
        cla, handle = handler
        require(command.cla == cla, WRONG_CLASS)
        self._drop_when_late()
        response = handle(command)
        most = SHORT_LE if command.le is None else command.le
        require(len(response.data) <= most, WRONG_LE)
        return response

    def _drop_when_late(self) -> None:
        """Section 2.6: all of pairing has a time limit."""
        longest_ns = self._ask_settings().pairing_timer_x_s * 1_000_000_000
        session = self._session
        if session is not None and self._traits.now_ns() - session.began_ns > longest_ns:
            self._session = None

    def _select(self, command: Command) -> Response:
        require((command.p1, command.p2) == (0x04, 0x00), WRONG_P1P2)
        require(5 <= len(command.data) <= 16, WRONG_LENGTH)  # ISO/IEC 7816-4: sizes of an AID
        require(command.data == m.FRAMEWORK_AID, NO_SUCH_APPLICATION)
        self._selected = True
        session = self._session
        if session is not None and session.stage is not Stage.CREATED:
            self._session = None  # the transaction begins anew
        elif session is not None and session.field_was_reset:
            leaf_first = self._ask_settings().device_chain_order == "leaf_first"
            session.begin_second(self._traits.information, leaf_first=leaf_first)
        mode = m.PairingMode.PASSWORD_ENTERED if self.ready else m.PairingMode.OFF
        selected = m.FrameworkSelected(
            spake2_versions=b"".join(self._traits.spake2_versions),
            applet_versions=b"".join(self._traits.applet_versions),
            mode=bytes((mode,)),
        )
        return Response(selected.encode(), SUCCESS)

    def _request(self, command: Command) -> Response:
        self._session = None
        require(self._selected, OUT_OF_SEQUENCE)
        require_no_parameters(command)
        password = self._password
        if password is None or not self._pairing_mode:
            raise Refusal(NOT_READY)
        request = decoded(m.Spake2Request, command.data)
        require(request.spake2_version in self._traits.spake2_versions, NOT_FOUND)
        require(request.applet_versions[:2] in self._traits.applet_versions, NOT_FOUND)
        try:
            scalars = stretch(password, _hardness(m.ScryptFields.decode(request.scrypt)))
            prover = Prover(scalars, self._traits.draw_scalar())
        except Malformed:
            raise Refusal(NOT_FOUND) from None
        self._session = Session(
            request=request,
            prover=prover,
            enrolment=Enrolment(self._traits.roots, self._traits.memory),
            began_ns=self._traits.now_ns(),
            memory=self._traits.memory,
        )
        return Response(m.Spake2Response(prover.share).encode(), SUCCESS)

    def _verify(self, command: Command) -> Response:
        session = self._at(Stage.SHARED)
        require_no_parameters(command)
        request = decoded(m.VerifyRequest, command.data)
        try:
            evidence = session.verify(request.share, request.evidence, self._ask_settings())
        except (Malformed, BadMac):
            raise Refusal(NOT_FOUND) from None
        return Response(m.VerifyResponse(evidence).encode(), SUCCESS)

    def _write_data(self, command: Command) -> Response:
        session = self._at(Stage.RECEIVING, Stage.READING)
        if session.stage is Stage.READING:
            require(session.chain_was_read, OUT_OF_SEQUENCE)
        require(command.p1 in (m.LAST_WRITE, m.MORE_WRITES) and not command.p2, WRONG_P1P2)
        plaintext = opened(session, command)
        try:
            session.write(plaintext, last=command.p1 == m.LAST_WRITE)
        except OutOfOrder:
            raise Refusal(OUT_OF_SEQUENCE) from None
        except OutOfMemory:
            raise Refusal(NO_MEMORY) from None
        except (Malformed, BadSignature):
            raise Refusal(WRONG_DATA) from None
        return sealed(session, b"")

    def _get_data(self, command: Command) -> Response:
        session = self._at(Stage.READING)
        require_no_parameters(command)
        plaintext = opened(session, command)
        try:
            tag = m.DataTag(int.from_bytes(plaintext, "big"))
        except ValueError:
            raise Refusal(NOT_FOUND) from None
        require(tag.encode() == plaintext, NOT_FOUND)
        contents = session.read(tag)
        if contents is None:
            raise Refusal(OUT_OF_SEQUENCE)
        return sealed(session, contents)

    def _get_response(self, command: Command) -> Response:
        session = self._at(Stage.READING)
        require_no_parameters(command)
        held = session.take_held()
        require(bool(held), OUT_OF_SEQUENCE)
        require(not opened(session, command), WRONG_LENGTH)
        return sealed(session, held)

    def _control_flow(self, command: Command) -> Response:
        require(self._selected, OUT_OF_SEQUENCE)
        require(not command.data, WRONG_LENGTH)
        try:
            flow = m.Flow(command.p1 << 8 | command.p2)
        except ValueError:
            raise Refusal(WRONG_P1P2) from None
        if flow.aborts:
            self._session = None
            if flow is m.Flow.ATTEMPTS_SPENT:
                self._password = None  # the vehicle asks for a new one
        else:
            self._go_on(flow, self._at(*_TURNS.get(flow, tuple(Stage))))
        self.last_flow = flow
        return Response(b"", SUCCESS)

    def _go_on(self, flow: m.Flow, session: Session) -> None:
        if flow is m.Flow.KEY_DATA_SENT:
            brand, vehicle_id = session.request.brand, session.enrolment.vehicle_id
            session.created(self._endpoints.create(brand, vehicle_id))
        elif flow is m.Flow.CHAIN_RECEIVED:
            session.stage = Stage.CHAIN_ACCEPTED
        elif flow is m.Flow.PAIRED_NOT_TRACKED:
            key = session.paired_key()
            self.leave_pairing()
            self._hand_over(key)

    def _at(self, *stages: Stage) -> Session:
        session = self._session
        if session is None or session.stage not in stages:
            raise Refusal(OUT_OF_SEQUENCE)
        return session


# Where each step of OP CONTROL FLOW has its turn; those that only ask for patience always have.
_TURNS = {
    m.Flow.KEY_DATA_SENT: (Stage.RECEIVED,),
    m.Flow.CHAIN_RECEIVED: (Stage.ATTESTED,),
    m.Flow.PAIRED_NOT_TRACKED: (Stage.CHAIN_ACCEPTED,),
}


def _hardness(fields: m.ScryptFields) -> Hardness:
    n, r, p = (
        int.from_bytes(number, "big")
        for number in (fields.cost, fields.block_size, fields.parallelism)
    )
    return Hardness(fields.salt, n, r, p)
