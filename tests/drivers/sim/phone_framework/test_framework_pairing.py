"""A whole owner pairing with the phone's framework, and what ends or outlives a session."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from drivers.sim.phone_framework.traits import Traits
from rig.digital_key import pairing_messages as m
from rig.digital_key.crypto import PublicKey
from rig.digital_key.settings import Settings
from tests.drivers.sim.phone_framework import framework_bench as fb
from tests.drivers.sim.phone_framework.framework_bench import Bench, Vehicle
from tests.drivers.sim.phone_framework.vehicle_certificates import VEHICLE_ID, VEHICLE_KEY
from tests.home_key.independent_reader import point

FIRST_OF_THE_SECOND = 6  # after SELECT, REQUEST, VERIFY, WRITE DATA twice, FLOW
STEPS: dict[str, Callable[[Bench], Vehicle]] = {
    "verified": fb.verified,
    "written": fb.written,
    "created": fb.created,
    "reading": fb.reading,
    "chain read": fb.chain_read,
    "attested": fb.attested,
}


def test_a_pairing_ends_with_the_vehicles_key_in_the_wallet() -> None:
    bench = Bench()
    fb.paired(bench)
    [key] = bench.wallet
    assert (key.vehicle_id, key.slot, key.dialect.name) == (VEHICLE_ID, fb.SLOT, "ccc")
    assert key.vehicle_key == PublicKey(point(VEHICLE_KEY))
    assert bench.framework.last_flow is m.Flow.PAIRED_NOT_TRACKED


def test_a_pairing_leaves_pairing_mode_and_forgets_password_and_session() -> None:
    bench = Bench()
    vehicle = fb.paired(bench)
    assert vehicle.secured("84CA0000", b"\x7f\x20") == (b"", "6985")
    assert bench.select().hex() == "5a0401010100" + "5c020100" + "d40100" + "9000"
    assert bench.send("80300000", fb.REQUEST_DATA).hex() == "9484"
    assert not bench.framework.ready


@pytest.mark.parametrize(
    ("mode", "password", "shown"),
    [(False, None, "00"), (True, None, "00"), (False, "12345678", "00"), (True, "1", "02")],
)
def test_select_tells_pairing_mode_with_a_password(
    mode: bool,
    password: str | None,
    shown: str,
) -> None:
    bench = Bench(password=password)
    if not mode:
        bench.framework.leave_pairing()
        if password:
            bench.framework.enter_password(password)
    assert bench.select().hex() == "5a0401010100" + "5c020100" + "d401" + shown + "9000"


@pytest.mark.parametrize("size", [2, 16, 100, 239])
def test_the_vehicles_data_may_be_cut_anywhere(size: int) -> None:
    assert fb.verified(Bench()).write(fb.creation_data(), size) == "9000"


def test_the_chain_leads_from_the_new_key_to_the_phones_maker() -> None:
    bench = Bench()
    vehicle = fb.reading(bench)
    leaf, instance, maker = (
        x509.load_der_x509_certificate(vehicle.read(tag)) for tag in ("7F20", "7F22", "7F24")
    )
    assert vehicle.read("D3") == b""
    root = x509.load_der_x509_certificate(bench.root.certificate)
    for below, above in ((leaf, instance), (instance, maker), (maker, root)):
        below.verify_directly_issued_by(above)
    vehicle.write(fb.END)
    assert (bench.flow("1002"), bench.flow("1111")) == ("9000", "9000")
    certified = leaf.public_key()
    assert isinstance(certified, ec.EllipticCurvePublicKey)
    encoded = certified.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert bench.wallet[0].private.public.point == encoded


@pytest.mark.parametrize(
    ("order", "tags"),
    [("leaf_first", ("7F20", "7F22", "7F24")), ("root_first", ("7F24", "7F22", "7F20"))],
)
def test_a_certificate_the_phone_has_not_is_read_as_nothing(
    order: str, tags: tuple[str, str, str]
) -> None:
    settings = Settings(device_chain_order=order)  # type: ignore[arg-type]  # of a table
    vehicle = fb.reading(Bench(below_a_root=False, settings=settings))
    found = {tag: vehicle.read(tag) for tag in sorted(tags)}
    assert [bool(found[tag]) for tag in tags] == [True, True, False]


def test_the_information_of_the_phone_is_read_last() -> None:
    vehicle = fb.reading(Bench(traits=Traits(information=bytes(600))))
    for tag in ("7F20", "7F22", "7F24"):
        vehicle.read(tag)
    assert vehicle.secured("84CA0000", b"\xd3") == (bytes(239), "6100")  # 361 bytes are left
    assert vehicle.secured("84C00000", b"") == (bytes(239), "617a")
    assert vehicle.secured("84C00000", b"") == (bytes(122), "9000")


def test_each_pairing_has_its_own_key_under_the_same_instance() -> None:
    bench = Bench()
    chains = []
    for _ in range(2):
        bench.framework.begin_pairing()
        bench.framework.enter_password(fb.PASSWORD)
        vehicle = fb.reading(bench)
        chains.append([vehicle.read(tag) for tag in ("7F20", "7F22", "7F24")])
        vehicle.write(fb.END)
        assert (bench.flow("1002"), bench.flow("1111")) == ("9000", "9000")
    first, second = chains
    assert first[0] != second[0]
    assert first[1:] == second[1:]
    assert len({key.private.public for key in bench.wallet}) == 2


def test_a_mac_over_header_and_status_is_a_setting() -> None:
    bench = Bench(settings=Settings(mac_covers="header_and_status"))
    vehicle = fb.verified(bench)
    assert vehicle.secured("84D40000", fb.ENDPOINT) == (b"", "6988")


@pytest.mark.parametrize("step", STEPS.keys() - {"created"})
def test_an_interruption_drops_session_and_key(step: str) -> None:
    bench = Bench()
    vehicle = STEPS[step](bench)
    bench.reset_field()
    bench.select()
    header = "84D40000" if step in ("verified", "written") else "84CA0000"
    assert vehicle.secured(header, b"\x7f\x20") == (b"", "6985")
    assert (bench.flow("1002"), bench.flow("1111"), bench.wallet) == ("6985", "6985", [])


class TornBench(Bench):
    """Its field goes away for a moment before the ``torn``-th command, counted from 0."""

    torn = 0
    sent = 0

    def process(self, command: bytes) -> bytes:
        if self.sent == self.torn:
            self.reset_field()
        self.sent += 1
        return super().process(command)


def commands_of_a_pairing() -> int:
    bench = TornBench()
    fb.paired(bench)
    return bench.sent


@pytest.mark.parametrize("torn", range(commands_of_a_pairing()))
def test_a_field_torn_before_any_command_leaves_no_half_made_key(torn: int) -> None:
    bench = TornBench()
    bench.torn = torn
    harmless = torn in (0, FIRST_OF_THE_SECOND)  # where a transaction begins
    if harmless:
        fb.paired(bench)
        assert len(bench.wallet) == 1
        return
    with pytest.raises(AssertionError):
        fb.paired(bench)
    assert bench.wallet == []
    assert bench.framework.ready
    bench.reset_field()
    fb.paired(bench)
    assert len(bench.wallet) == 1


@pytest.mark.parametrize("step", STEPS)
def test_after_an_interruption_or_abort_the_password_still_serves(step: str) -> None:
    for end in (Bench.reset_field, lambda bench: bench.flow("1200")):
        bench = Bench()
        STEPS[step](bench)
        end(bench)
        fb.paired(bench)
        assert len(bench.wallet) == 1


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("code", ["1200", "1204", "1209", "120B", "120D", "127F"])
def test_nothing_remains_of_an_aborted_pairing(step: str, code: str) -> None:
    bench = Bench()
    vehicle = STEPS[step](bench)
    assert bench.flow(code) == "9000"
    assert bench.framework.last_flow == int(code, 16)
    bench.reset_field()
    bench.select()
    assert vehicle.secured("84CA0000", b"\x7f\x20") == (b"", "6985")
    assert (bench.flow("1001"), bench.flow("1111"), bench.wallet) == ("6985", "6985", [])


def test_when_all_attempts_are_spent_the_password_is_spent() -> None:
    bench = Bench()
    bench.select()
    assert bench.flow("120D") == "9000"
    assert bench.select()[-3:].hex() == "009000"
    bench.framework.enter_password("27182818")
    assert bench.select()[-3:].hex() == "029000"


@pytest.mark.parametrize("step", STEPS)
def test_a_user_who_gives_up_leaves_no_key(step: str) -> None:
    bench = Bench()
    STEPS[step](bench)
    bench.framework.leave_pairing()
    assert (bench.flow("1002"), bench.flow("1111"), bench.wallet) == ("6985", "6985", [])


@pytest.mark.parametrize("step", STEPS)
def test_a_new_request_begins_anew(step: str) -> None:
    bench = Bench()
    vehicle = STEPS[step](bench)
    assert bench.send("80300000", fb.REQUEST_DATA)[-2:].hex() == "9000"
    assert vehicle.secured("84CA0000", b"\x7f\x20") == (b"", "6985")
    assert bench.flow("1111") == "6985"


@pytest.mark.parametrize("step", STEPS)
def test_a_pairing_that_takes_too_long_is_dropped(step: str) -> None:
    now_ns = [0]
    bench = Bench(traits=Traits(now_ns=lambda: now_ns[0]))
    vehicle = STEPS[step](bench)
    now_ns[0] = 120 * 10**9
    assert bench.flow("1003") == "9000"  # at the limit, not beyond
    now_ns[0] += 1
    assert bench.flow("1003") == "6985"
    assert vehicle.secured("84CA0000", b"\x7f\x20") == (b"", "6985")


@pytest.mark.parametrize("step", STEPS.keys() - {"created"})
def test_a_second_select_begins_the_transaction_anew(step: str) -> None:
    bench = Bench()
    vehicle = STEPS[step](bench)
    bench.select()
    header = "84D40000" if step in ("verified", "written") else "84CA0000"
    assert vehicle.secured(header, b"\x7f\x20") == (b"", "6985")
    assert bench.flow("1111") == "6985"


def test_without_a_field_reset_there_is_no_second_transaction() -> None:
    bench = Bench()
    vehicle = fb.created(bench)
    assert bench.select()[-2:].hex() == "9000"
    assert vehicle.secured("84CA0000", b"\x7f\x20") == (b"", "6985")
    assert bench.flow("1111") == "6985"


@pytest.mark.parametrize("code", ["1003", "100F"])
def test_a_vehicle_may_ask_for_patience_at_any_time(code: str) -> None:
    for step in STEPS.values():
        bench = Bench()
        step(bench)
        assert bench.flow(code) == "9000"
    assert Bench().flow(code) == "6985"
