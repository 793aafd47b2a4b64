"""Kill a key server at each of its statements; say where it left half of an operation behind.

Run as a program: ``python -m tests.rig.key_server.crash_matrix FOLDER``. It prints JSON: how many
kills there were, and each after which the tables were neither as before the operation under way
nor as after it. Every kill is SIGKILL in a forked process, at the start of one statement.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rig.key_server.emulated.server import EmulatedKeyServer
from rig.key_server.emulated.store import Store
from rig.key_server.invitations import CodeEntry
from rig.key_server.keys import Authority, EventKind, Receipt
from tests.rig.key_server import bookkeeping
from tests.rig.key_server.lab import ROOT, Draws, Lab, SteppedClock, attestation, open_lab

WEEK_S = 7 * 86_400.0


def history(lab: Lab) -> Iterator[object]:
    """One operation a step, each kind that writes at least once."""
    tokens = lab.server.tokens
    lab.server.cards.register(lab.vehicle_id, bytes(32))
    yield "card"
    lab.server.letters.renew(lab.account_id, lab.vehicle_id)
    yield "letter"
    pairing = tokens.open_link(lab.server.letters.sent(lab.account_id)[1].link)
    yield pairing
    main = lab.server.tracking.track_owner(pairing.pairing_id, lab.new_phone(), b"drawn")
    yield main
    yield from history_of_one_friend(lab, main)
    yield from history_of_invitations(lab, main)


def history_of_one_friend(lab: Lab, main: Receipt) -> Iterator[object]:
    """From the offer to the end of pre-deletion."""
    sent = lab.invite(main, code=CodeEntry.VEHICLE)
    yield sent
    friend = lab.accept(sent)
    yield friend
    assert sent.code is not None
    lab.server.sharing.enter_code(sent.invitation.invitation_id, sent.code, CodeEntry.VEHICLE)
    yield "code"
    (waiting,) = lab.server.signing.to_sign(main.key_id)
    signed = attestation(lab.devices[main.key_id], waiting.entitlement)
    yield lab.server.signing.deliver(waiting.invitation_id, signed)
    yield lab.server.tracking.track_watch(friend.key_id, lab.new_phone())
    yield lab.server.revocation.by_owner(main.key_id, friend.key_id)
    yield lab.report((EventKind.USED, main.key_id))


def history_of_invitations(lab: Lab, main: Receipt) -> Iterator[object]:
    """Cancelled, expired, accepted, and overtaken by a new main key."""
    cancelled = lab.invite(main, b"given")
    yield cancelled
    yield lab.server.sharing.cancel(main.key_id, cancelled.invitation.invitation_id)
    yield lab.invite(main)
    lab.clock.advance(WEEK_S)
    yield lab.server.shares.usage(lab.vehicle_id)  # closes what has expired
    other = lab.invite(main)
    yield other
    last = lab.accept(other)
    yield last
    yield lab.invite(main)
    pairing = lab.server.tokens.start_in_app(lab.account_id, lab.vehicle_id)
    yield pairing
    newest = lab.server.tracking.track_owner(pairing.pairing_id, lab.new_phone())
    yield newest
    yield lab.server.revocation.in_vehicle(last.key_id, Authority.FOB)
    yield lab.invite(newest)
    yield lab.report((EventKind.REPLACED, newest.key_id))


def lab_at(path: Path, account_id: str, observer: Callable[[str], None] | None = None) -> Lab:
    clock = SteppedClock()
    server = EmulatedKeyServer(Store(path, observer), clock, ROOT, random_bytes=Draws(begin=500))
    return Lab(path, clock, server, account_id)


def killed_at(number: int, path: Path, account_id: str) -> tuple[bool, int]:
    """Run the history until statement ``number``: whether it was killed, and steps answered."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        live_until(number, path, account_id, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as answers:
        answered = len(answers.read())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL, answered


def live_until(number: int, path: Path, account_id: str, writing: int) -> None:
    """The forked process; does not return."""
    left = number

    def count_down(_statement: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        for _step in history(lab_at(path, account_id, count_down)):
            os.write(writing, b".")
    finally:
        os._exit(0)


def contents(path: Path) -> tuple[dict[str, Any], list[str]]:
    tables = bookkeeping.connect(path)
    found = bookkeeping.contents(tables), bookkeeping.faults(tables)
    tables.close()
    return found


def undisturbed(path: Path, account_id: str) -> list[dict[str, Any]]:
    """The tables before the first step and after each."""
    lab = lab_at(path, account_id)
    stages = [contents(path)[0]]
    stages += [contents(path)[0] for _step in history(lab)]
    lab.server.close()
    return stages


def matrix(folder: Path) -> dict[str, Any]:
    template = folder / "template.sqlite"
    lab = open_lab(template)
    lab.server.close()
    stages = undisturbed(Path(shutil.copy(template, folder / "whole.sqlite")), lab.account_id)
    wrong: list[str] = []
    number, killed = 0, True
    while killed:
        number += 1
        path = Path(shutil.copy(template, folder / f"killed{number}.sqlite"))
        killed, answered = killed_at(number, path, lab.account_id)
        tables, faults = contents(path)
        # Killed after its commit and before its answer, an operation has happened all the same.
        if tables not in stages[answered : answered + 2] or faults:
            wrong.append(f"statement {number}, {answered} steps answered: {faults}")
        if not killed and answered != len(stages) - 1:
            wrong.append(f"the history broke off after {answered} steps")
        for leftover in folder.glob(f"killed{number}.sqlite*"):
            leftover.unlink()
    return {"kills": number - 1, "steps": len(stages) - 1, "wrong": wrong}


if __name__ == "__main__":
    print(json.dumps(matrix(Path(sys.argv[1]))))  # noqa: T201 - its answer
