"""The manifest: every file, once, in one writing only."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from reports.errors import ReportError
from reports.sealing import manifest

DIGEST = "ab" * 32


def test_it_names_every_file_with_its_size_and_digest(folder: Path) -> None:
    files = manifest.take(folder)
    assert sorted(files) == [
        "journal.jsonl",
        "packets.jsonl",
        "photos/bench 1.jpg",
        "report.html",
        "trace.jsonl",
    ]
    for name, entry in files.items():
        octets = (folder / name).read_bytes()
        assert entry == manifest.Entry(len(octets), hashlib.sha256(octets).hexdigest())


def test_the_same_files_give_the_same_bytes_in_any_order(folder: Path) -> None:
    files = manifest.take(folder)
    backwards = dict(reversed(files.items()))
    assert manifest.write(files) == manifest.write(backwards)
    assert manifest.read(manifest.write(files)) == files


def test_a_name_that_is_no_utf_8_is_kept(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9")).write_bytes(b"x")
    text = manifest.write(manifest.take(folder))
    assert text.isascii()
    assert "caf\udce9" in manifest.read(text)


def test_a_link_is_not_vouched_for(folder: Path) -> None:
    (folder / "link").symlink_to("/etc/hostname")
    with pytest.raises(ReportError, match="link is no regular file"):
        manifest.take(folder)


@pytest.mark.parametrize("link", ["file", "folder"])
def test_a_pipe_or_a_link_is_listed_and_not_followed(folder: Path, link: str) -> None:
    (folder / "link").symlink_to("/etc/hostname" if link == "file" else "/etc")
    assert "link" in dict(manifest.list_files(folder))


def _listing(**more: object) -> bytes:
    entry = {"path": "a", "sha256": DIGEST, "size": 1, **more}
    body = {"files": [entry], "format": manifest.FORMAT, "version": manifest.VERSION}
    return manifest.canonical(body)


def test_the_listing_that_the_refusals_vary_is_read() -> None:
    assert manifest.read(_listing()) == {"a": manifest.Entry(1, DIGEST)}


REFUSED = {
    "no JSON": b"manifest\n",
    "deep JSON": b"[" * 100_000,
    "a list": b"[]\n",
    "other spaces": json.dumps(json.loads(_listing())).encode() + b"\n",
    "no line feed": _listing()[:-1],
    "a key twice": _listing().replace(b'"size":1', b'"size":1,"size":2'),
    "another version": _listing().replace(b'"version":1', b'"version":2'),
    "an unknown key": _listing(colour="red"),
    "a way out": _listing(path="../a"),
    "a way out below": _listing(path="a/../../b"),
    "an absolute path": _listing(path="/etc/passwd"),
    "two writings of a path": _listing(path="./a"),
    "an empty path": _listing(path=""),
    "itself": _listing(path="manifest.json"),
    "a zero byte": _listing(path="a\0b"),
    "a path that is no text": _listing(path=1),
    "a negative size": _listing(size=-1),
    "a size that is a truth": _listing(size=True),
    "a short digest": _listing(sha256="ab"),
    "a digest in capitals": _listing(sha256=DIGEST.upper()),
    "a file twice": manifest.canonical(
        {
            "files": [{"path": "a", "sha256": DIGEST, "size": 1}] * 2,
            "format": manifest.FORMAT,
            "version": manifest.VERSION,
        }
    ),
}


@pytest.mark.parametrize("octets", REFUSED.values(), ids=REFUSED.keys())
def test_a_manifest_of_another_writing_is_refused(octets: bytes) -> None:
    with pytest.raises(ReportError, match=r"manifest\.json"):
        manifest.read(octets)
