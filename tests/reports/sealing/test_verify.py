"""A run is as it was left, or each file that is not is named."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from reports.errors import ReportError
from reports.sealing import manifest
from reports.sealing.keys import SigningKey, load_signing_key, make_key
from reports.sealing.manifest import MANIFEST, SIGNATURE
from reports.sealing.seal import put, seal, write_sealed
from reports.sealing.verify import Check, Status, verify
from tests.reports.sealing.conftest import BEGIN, END, NOW


@pytest.fixture
def sealed(folder: Path, key: SigningKey) -> Path:
    seal(folder, key, now=NOW)
    return folder


def _told(check: Check) -> list[str]:
    return [f"{finding.status.name} {finding}" for finding in check.findings]


def test_a_run_that_was_left_alone_is_vouched_for(sealed: Path, key: SigningKey) -> None:
    check = verify(sealed, [key.public], NOW)
    assert (check.status, check.files, check.signer) == (0, 5, key.public)


def test_one_flipped_bit_anywhere_in_any_file_is_named(sealed: Path, key: SigningKey) -> None:
    chosen = random.Random(7)  # noqa: S311 - no secret
    for name in manifest.take(sealed):
        path = sealed / name
        octets = path.read_bytes()
        for at in {0, len(octets) - 1, *(chosen.randrange(len(octets)) for _ in range(5))}:
            flipped = octets[at] ^ 1 << chosen.randrange(8)
            path.write_bytes(octets[:at] + bytes([flipped]) + octets[at + 1 :])
            check = verify(sealed, [key.public], NOW)
            assert check.status == 10
            assert _told(check) == [f"CHANGED {name}: changed: the same size, another SHA-256"]
        path.write_bytes(octets)
    assert verify(sealed, [key.public], NOW).status == 0


def test_one_flipped_bit_in_manifest_or_signature_is_noticed(sealed: Path, key: SigningKey) -> None:
    for name in (MANIFEST, SIGNATURE):
        octets = (sealed / name).read_bytes()
        for at in range(0, len(octets), 7):
            (sealed / name).write_bytes(octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :])
            assert verify(sealed, [key.public], NOW).status in {10, 13}, f"{name} at {at}"
        (sealed / name).write_bytes(octets)


def _grow(folder: Path) -> None:
    with (folder / "trace.jsonl").open("ab") as file:
        file.write(b"more\n")


def _link(folder: Path) -> None:
    (folder / "report.html").rename(folder.parent / "elsewhere.html")
    (folder / "report.html").symlink_to(folder.parent / "elsewhere.html")


def _add_hostile(folder: Path) -> None:
    (folder / "ok\n\x1b[2Kall is well\u202e").write_bytes(b"")


CHANGES: dict[str, tuple[Callable[[Path], object], int, str]] = {
    "longer": (_grow, 10, "CHANGED trace.jsonl: changed: "),
    "a link to the same bytes": (_link, 10, "CHANGED report.html: changed: it is no regular file"),
    "missing": (lambda f: (f / "photos/bench 1.jpg").unlink(), 11, "MISSING photos/bench 1.jpg"),
    "no manifest": (lambda f: (f / MANIFEST).unlink(), 11, "MISSING manifest.json: missing"),
    "extra": (lambda f: (f / "photos/b.jpg").write_bytes(b""), 12, "EXTRA photos/b.jpg: extra"),
    "a hostile name": (
        _add_hostile,
        12,
        r'EXTRA "ok\n\u001b[2Kall is well\u202e": extra: the manifest does not list it',
    ),
    "not signed": (lambda f: (f / SIGNATURE).unlink(), 15, "UNSIGNED manifest.sig: not signed"),
}


@pytest.mark.parametrize(("change", "status", "told"), CHANGES.values(), ids=CHANGES.keys())
def test_what_is_wrong_has_a_status_and_is_named(
    sealed: Path, key: SigningKey, change: Callable[[Path], object], status: int, told: str
) -> None:
    change(sealed)
    check = verify(sealed, [key.public], NOW)
    assert check.status == status
    (line,) = _told(check)
    assert line.startswith(told)


def test_all_that_is_wrong_is_told_and_the_worst_decides(sealed: Path) -> None:
    _add_hostile(sealed)
    (sealed / "report.html").unlink()
    _grow(sealed)
    check = verify(sealed, [], NOW)
    assert check.status == Status.CHANGED
    assert sorted(f.status for f in check.findings) == [10, 11, 12, 13]


@pytest.mark.parametrize("days", [-1, 1])
def test_outside_of_its_period_a_key_does_not_count(
    sealed: Path, key: SigningKey, days: int
) -> None:
    moment = END if days > 0 else BEGIN
    assert verify(sealed, [key.public], moment).status == 0
    check = verify(sealed, [key.public], moment + timedelta(days=days))
    assert (check.status, check.signer) == (14, None)
    assert key.public.key_id in _told(check)[0]


def test_a_key_that_nobody_trusts_is_unknown(sealed: Path, key: SigningKey, tmp_path: Path) -> None:
    other = make_key(tmp_path / "other.key", "B", BEGIN, END)
    check = verify(sealed, [other], NOW)
    assert check.status == 13
    assert key.public.key_id in _told(check)[0]


def test_another_hand_cannot_sign_in_a_trusted_name(
    sealed: Path, key: SigningKey, tmp_path: Path
) -> None:
    """A new manifest, signed by a stranger who writes the trusted key's id above it."""
    make_key(tmp_path / "other.key", "B", BEGIN, END)
    (sealed / SIGNATURE).unlink()
    (sealed / MANIFEST).unlink()
    _grow(sealed)
    stranger = load_signing_key(tmp_path / "other.key")
    seal(sealed, stranger, now=NOW)
    text = (sealed / SIGNATURE).read_text()
    (sealed / SIGNATURE).write_text(text.replace(stranger.public.key_id, key.public.key_id))
    check = verify(sealed, [key.public], NOW)
    assert (check.status, check.findings[0].file) == (10, MANIFEST)


def test_sealing_twice_changes_no_byte(sealed: Path, key: SigningKey) -> None:
    before = {name: (sealed / name).read_bytes() for name in (MANIFEST, SIGNATURE)}
    seal(sealed, key, now=NOW)
    seal(sealed, now=NOW)  # nothing is new, so that the signature stays without a key
    assert {name: (sealed / name).read_bytes() for name in before} == before


def test_evidence_that_was_changed_is_not_sealed_again(sealed: Path, key: SigningKey) -> None:
    before = (sealed / MANIFEST).read_bytes()
    _grow(sealed)
    with pytest.raises(ReportError, match=r"manifest stays as it was: trace\.jsonl is not"):
        seal(sealed, key, now=NOW, written={"report.html"})
    with pytest.raises(ReportError, match=r"trace\.jsonl"):
        write_sealed(sealed, "report.html", b"new", key, NOW)
    assert (sealed / MANIFEST).read_bytes() == before
    assert (sealed / "report.html").read_bytes() != b"new"


def test_a_signature_is_not_lost_for_want_of_a_key(sealed: Path, key: SigningKey) -> None:
    with pytest.raises(ReportError, match="give a signing key"):
        write_sealed(sealed, "report.html", b"new", None, NOW)
    assert verify(sealed, [key.public], NOW).status == 0
    write_sealed(sealed, "report.html", (sealed / "report.html").read_bytes(), None, NOW)
    write_sealed(sealed, "new.csv", b"a", key, NOW)
    assert verify(sealed, [key.public], NOW).status == 0


def test_an_expired_key_does_not_sign(folder: Path, key: SigningKey) -> None:
    with pytest.raises(ReportError, match="may not sign now"):
        seal(folder, key, now=END + timedelta(days=1))
    assert not (folder / MANIFEST).exists()


def test_half_a_file_is_never_seen(folder: Path) -> None:
    with pytest.raises(ReportError, match="cannot be written"):
        put(folder / "photos", b"x")
    assert (folder / "photos").is_dir()
