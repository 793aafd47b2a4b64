"""A trusted time for a signature: RFC 3161 time stamps.

The stamp is over ``manifest.sig``, not over the manifest: it proves that the signature was there
while its key was valid. The rig asks nobody over the network: it writes the request, and takes the
reply that a time-stamping authority gave. Who checks one needs OpenSSL's command; it checks the
token, its certificate's purpose and the chain up to an authority that the caller trusts.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from reports.errors import ReportError
from reports.sealing import manifest
from reports.sealing.manifest import SIGNATURE, TIME_STAMP, show
from reports.sealing.seal import put

_SECONDS = 30
# TimeStampReq (RFC 3161, 2.4.1) in DER: version 1, SHA-256 and its 32 bytes, certReq TRUE. No
# nonce, so that the same signature asks the same.
_BEFORE = bytes.fromhex("3039020101 3031 300d0609608648016503040201 0500 0420")
_AFTER = bytes.fromhex("0101ff")
_TIME = re.compile(r"^Time stamp: (\w{3} [ \d]\d \d\d:\d\d:\d\d)(?:\.\d+)? (\d{4}) GMT$", re.M)


def request(folder: Path) -> bytes:
    """What to send to an authority as application/timestamp-query; raises ReportError."""
    signature = manifest.load(folder / SIGNATURE)
    if signature is None:
        raise ReportError(f"{folder} is not signed: there is nothing to stamp")
    return _BEFORE + hashlib.sha256(signature).digest() + _AFTER


def keep(folder: Path, reply: Path, authority: Path) -> datetime:
    """Put an authority's reply beside the signature that it is for; raises ReportError."""
    signature = manifest.load(folder / SIGNATURE)
    octets = manifest.load(reply)
    if signature is None or octets is None:
        missing = SIGNATURE if signature is None else show(str(reply))
        raise ReportError(f"{missing} is missing")
    moment = stamped_at(octets, signature, authority)
    put(folder / TIME_STAMP, octets)
    return moment


def stamped_at(reply: bytes, signature: bytes, authority: Path) -> datetime:
    """When an authority saw a signature. ``authority`` is a PEM file of its root certificate.

    Raises ReportError when the reply is none, is over other bytes, or is not by that authority.
    """
    if not authority.is_file():
        raise ReportError(f"{show(str(authority))} cannot be read")
    digest = hashlib.sha256(signature).hexdigest()
    _openssl(["-verify", "-digest", digest, "-CAfile", str(authority)], reply)
    found = _TIME.search(_openssl(["-reply", "-text"], reply))
    if found is None:
        raise ReportError("the time stamp has no time")
    return datetime.strptime(f"{found[1]} {found[2]}", "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)


def _openssl(arguments: list[str], reply: bytes) -> str:
    program = shutil.which("openssl")
    if program is None:
        raise ReportError("a time stamp cannot be checked: openssl is not installed")
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and every argument is ours or a path
            [program, "ts", *arguments, "-in", "/dev/stdin"],
            input=reply,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={"LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise ReportError(f"a time stamp cannot be checked: {exc}") from exc
    if done.returncode:
        raise ReportError("the time stamp is not that of this signature by this authority")
    return done.stdout.decode("utf-8", "replace")
