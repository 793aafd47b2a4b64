"""What there is to tell of a night, as plain values: one message, whoever it goes to.

Two nights with the same problems have the same fingerprint, so that news can be told from what
everybody knows. The id is of this night: whoever gets a message twice sees that it is one.
"""

from __future__ import annotations

import hashlib
from typing import Any

from reports.nightly.gate import FINE, say_status
from reports.nightly.night_page import NIGHT_PAGE, Facts
from reports.regression.findings import Kind
from reports.wording import say_test, write_count

_MOST = 20
Message = dict[str, Any]


def message_of(facts: Facts) -> Message:
    """The message of a night."""
    night, gate = facts.night, facts.gate
    counts = [f"{number} {standing.value}" for standing, number in facts.counts.items()]
    if facts.excused:
        counts.append(f"{facts.excused} in quarantine")
    if facts.runs.missing:
        counts.append(f"{len(facts.runs.missing)} without a result")
    problems = "\n".join(gate.problems)
    return {
        "id": _hash(f"{night.folder.parent}\n{night.night}\n{gate.status}\n{problems}"),
        "fingerprint": "" if gate.status == FINE else _hash(f"{gate.status}\n{problems}"),
        "bench": night.bench,
        "night": str(night.night),
        "plan": night.plan,
        "status": gate.status,
        "verdict": say_status(gate.status),
        "simulated": facts.simulated,
        "tests": ", ".join(counts) or "no test ran",
        "reasons": _few(gate.reasons),
        "watched": _few(
            [
                str(j.finding)
                for j in facts.moved(Kind.LEVEL, worse=True)
                if not j.finding.is_regression
            ]
        ),
        "improved": _few([str(j.finding) for j in facts.moved(Kind.LEVEL, worse=False)]),
        "calibration": _few(list(facts.doubts)),
        "flaky": _few([say_test(one.test) for one in facts.flaky]),
        "page": str(night.folder / NIGHT_PAGE),
    }


def subject_of(message: Message, kind: str) -> str:
    """The message in a line."""
    word = "fine again" if kind == "recovery" else message["verdict"]
    simulated = " (simulated)" if message["simulated"] else ""
    return f"Night {message['night']} on {message['bench']}{simulated}: {word}"


def text_of(message: Message, kind: str) -> str:
    """The message as plain text."""
    lines = [subject_of(message, kind), f"Plan {message['plan']}: {message['tests']}."]
    titles = {
        "reasons": "Why",
        "calibration": "Calibration, so no compliance verdict",
        "watched": "Watched",
        "improved": "Better, or a measurement fault",
        "flaky": "Flaky, proposed for quarantine",
    }
    for name, title in titles.items():
        if message.get(name):  # one that an older rig wrote may lack some
            lines += ["", f"{title}:", *(f"- {said}" for said in message[name])]
    return "\n".join([*lines, "", f"Page: {message['page']}"])


def _few(said: list[str]) -> list[str]:
    if len(said) <= _MOST:
        return said
    return [*said[:_MOST], f"and {write_count(len(said) - _MOST, 'more', 'more')}"]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
