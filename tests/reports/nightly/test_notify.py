"""Who is told of a night: once, when it is news, and when it is over; never in the gate's way."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_string
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from reports.nightly.errors import NotifyError
from reports.nightly.notify.settings import NotifySettings, load_notify
from reports.nightly.notify.telling import tell
from reports.nightly.state import FAILED, NOT_DUE, SENT, Gate, Night, load_night
from tests.reports.nightly.listeners import Hook, MailBox

MESSAGE: dict[str, Any] = {
    "id": "00ff",
    "fingerprint": "",
    "bench": "desk",
    "night": "2026-11-25",
    "plan": "nightly",
    "status": 0,
    "verdict": "fine",
    "simulated": False,
    "tests": "5 pass",
    "reasons": [],
    "watched": [],
    "improved": [],
    "flaky": [],
    "page": "runs/nights/desk/2026-11-25/night.html",
}
Spend = Callable[..., Night]


@pytest.fixture
def nights() -> list[Night]:
    """Those that were, the newest first."""
    return []


@pytest.fixture
def spend(nights: list[Night], tmp_path: Path) -> Spend:
    """One more night, and who was told of it."""

    def one(settings: NotifySettings, problem: str = "", reasons: tuple[str, ...] = ()) -> Night:
        day = date(2026, 11, 1) + timedelta(days=len(nights))
        night = Night(tmp_path / str(day), day, "desk", "desk.yaml", "nightly", "")
        night.gate = Gate(1 if problem else 0, list(reasons), [problem] if problem else [])
        night.message = {**MESSAGE, "id": f"id-{day}", "fingerprint": problem, "night": str(day)}
        if problem:
            night.message |= {"status": 1, "verdict": "not fine", "reasons": list(reasons)}
        tell(settings, night, nights)
        nights.insert(0, night)
        return night

    return one


def settings_of(tmp_path: Path, text: str) -> NotifySettings:
    path = tmp_path / "notify.yaml"
    path.write_text(text)
    return load_notify(path)


def chat(tmp_path: Path, hook: Hook, more: str = "") -> NotifySettings:
    return settings_of(tmp_path, f"webhooks: [{{name: chat, url: '{hook.url}'{more}}}]")


def team(tmp_path: Path, mailbox: MailBox, more: str = "") -> NotifySettings:
    text = f"mail: [{{name: team, server: 127.0.0.1, port: {mailbox.port}, security: none,"
    return settings_of(tmp_path, text + f" sender: rig@a.test, to: [x@b.test, y@b.test]{more}}}]")


def test_news_are_told_once_and_their_end(tmp_path: Path, hook: Hook, spend: Spend) -> None:
    settings = chat(tmp_path, hook)
    for problem in ("", "A", "A", "A", "B", "", ""):
        spend(settings, problem)
    told = [(body["night"][-2:], body["kind"], body["fingerprint"]) for body in hook.bodies]
    assert told == [("02", "problem", "A"), ("05", "problem", "B"), ("06", "recovery", "")]


def test_what_lasts_is_said_again_after_a_week(tmp_path: Path, hook: Hook, spend: Spend) -> None:
    settings = chat(tmp_path, hook)
    for _ in range(9):
        spend(settings, "A")
    assert [body["night"][-2:] for body in hook.bodies] == ["01", "08"]


def test_who_wants_every_night_gets_every_night(tmp_path: Path, hook: Hook, spend: Spend) -> None:
    settings = chat(tmp_path, hook, ", when: always")
    for problem in ("", "A", "A", "", ""):
        spend(settings, problem)
    kinds = [body["kind"] for body in hook.bodies]
    assert kinds == ["night", "problem", "problem", "recovery", "night"]


def test_one_message_holds_the_whole_night(tmp_path: Path, hook: Hook, spend: Spend) -> None:
    spend(chat(tmp_path, hook), "A", ("regression: x", "fail: y"))
    (body,) = hook.bodies
    assert body["reasons"] == ["regression: x", "fail: y"]
    assert body["subject"] == "Night 2026-11-01 on desk: not fine"


def test_who_could_not_be_told_is_told_by_the_next_call(
    tmp_path: Path, hook: Hook, spend: Spend
) -> None:
    settings = chat(tmp_path, hook)
    hook.status = 503
    night = spend(settings, "A")
    assert night.notices["chat"].outcome == FAILED
    assert night.notices["chat"].error == "chat: 127.0.0.1 answered 503"
    assert night.gate == Gate(1, [], ["A"])
    hook.status = 200
    kept = load_night(night.folder)
    assert kept is not None
    assert tell(settings, kept, []) == []
    assert kept.notices["chat"].outcome == SENT
    assert tell(settings, kept, []) == []
    assert len(hook.bodies) == 1


def test_a_channel_that_fails_does_not_keep_another_from_being_told(
    tmp_path: Path, hook: Hook, spend: Spend
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    text = f"mail: [{{name: m, server: 127.0.0.1, port: {port}, security: none, "
    text += f"sender: a@b.test, to: [c@d.test]}}]\nwebhooks: [{{name: chat, url: '{hook.url}'}}]"
    night = spend(settings_of(tmp_path, text), "A")
    assert (night.notices["m"].outcome, night.notices["chat"].outcome) == (FAILED, SENT)


def test_a_redirection_is_not_followed(tmp_path: Path, hook: Hook, spend: Spend) -> None:
    hook.status = 302
    assert spend(chat(tmp_path, hook), "A").notices["chat"].outcome == FAILED


@pytest.mark.parametrize("form", ["slack", "teams"])
def test_chat_services_get_text_that_is_no_markup(
    tmp_path: Path, hook: Hook, spend: Spend, form: str
) -> None:
    spend(chat(tmp_path, hook, f", form: {form}"), "A", ("<!channel> & <b>x</b>",))
    (body,) = hook.bodies
    if form == "slack":
        assert "&lt;!channel&gt; &amp; &lt;b&gt;" in body["text"]
    else:
        (block,) = body["attachments"][0]["content"]["body"]
        assert block["type"] == "TextBlock"
        assert "<!channel>" in block["text"]


def test_a_letter_says_it_all_and_is_known_by_its_night(
    tmp_path: Path, mailbox: MailBox, spend: Spend
) -> None:
    spend(team(tmp_path, mailbox), "A", ("regression: tap_to_unlock +12 %",))
    (text,) = mailbox.letters
    letter = message_from_string(text, policy=default)
    assert letter["Subject"] == "Night 2026-11-01 on desk: not fine"
    assert letter["To"] == "x@b.test, y@b.test"
    assert letter["Message-ID"] == "<id-2026-11-01.team@digital-key-rig.invalid>"
    assert "regression: tap_to_unlock +12 %" in letter.get_content()
    assert [line for line in mailbox.said if line.startswith("rcpt")] == [
        "rcpt TO:<x@b.test>",
        "rcpt TO:<y@b.test>",
    ]


def test_a_hostile_name_makes_no_header(tmp_path: Path, mailbox: MailBox, spend: Spend) -> None:
    settings = team(tmp_path, mailbox)
    night = spend(settings)
    night.message |= {"fingerprint": "A", "bench": "x\r\nBcc: all@b.test\r\n\r\nhello\x1b[2J"}
    night.notices.clear()
    assert tell(settings, night, []) == []
    letter = message_from_string(mailbox.letters[-1], policy=default)
    assert letter["Bcc"] is None
    assert "\x1b" not in letter.get_content()


def test_a_password_comes_from_the_environment_and_goes_nowhere_else(
    tmp_path: Path, mailbox: MailBox, spend: Spend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIG_TEST_MAIL", "hunter2-secret")
    settings = team(tmp_path, mailbox, ", user: rig, password_env: RIG_TEST_MAIL")
    mailbox.refuses_password = True
    refused = spend(settings, "A")
    assert refused.notices["team"].error == "team: 127.0.0.1 refused the password"
    mailbox.refuses_password = False
    assert spend(settings, "A").notices["team"].outcome == SENT
    assert any(line.startswith("AUTH") for line in mailbox.said)
    kept = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert "hunter2" not in kept
    assert "hunter2" not in repr(settings)


def test_a_password_file_is_its_owners_alone(
    tmp_path: Path, mailbox: MailBox, spend: Spend
) -> None:
    secret = tmp_path / "password"
    secret.write_text("hunter2\n")
    secret.chmod(0o644)
    settings = team(tmp_path, mailbox, f", user: rig, password_file: {secret}")
    assert "may be read by others" in spend(settings, "A").notices["team"].error
    secret.chmod(0o600)
    assert spend(settings, "A").notices["team"].outcome == SENT


def test_a_password_that_is_not_there_is_said(
    tmp_path: Path, mailbox: MailBox, spend: Spend
) -> None:
    settings = team(tmp_path, mailbox, ", user: rig, password_env: RIG_NO_SUCH_THING")
    error = spend(settings, "A").notices["team"].error
    assert error == "team: RIG_NO_SUCH_THING is not in the environment"


def test_a_server_without_tls_gets_no_letter_that_wants_it(
    tmp_path: Path, mailbox: MailBox, spend: Spend
) -> None:
    text = f"mail: [{{name: team, server: 127.0.0.1, port: {mailbox.port}, sender: a@b.test, "
    settings = settings_of(tmp_path, text + "to: [c@d.test]}]")
    assert "STARTTLS" in spend(settings, "A").notices["team"].error
    assert not mailbox.letters


def test_a_letter_that_is_refused_is_tried_again(
    tmp_path: Path, mailbox: MailBox, spend: Spend
) -> None:
    settings = team(tmp_path, mailbox)
    mailbox.refuses = True
    night = spend(settings, "A")
    assert night.notices["team"].outcome == FAILED
    mailbox.refuses = False
    tell(settings, night, [])
    assert len(mailbox.letters) == 1


def test_nothing_to_say_is_written_down_too(tmp_path: Path, hook: Hook, spend: Spend) -> None:
    assert spend(chat(tmp_path, hook)).notices["chat"].outcome == NOT_DUE
    assert not hook.bodies


WRONG = [
    ("mail: [{name: a}]", ":1: mail.0.server is missing"),
    ("mail:\n- {name: a, server: s, sender: x, to: []}", ":2: mail.0.to must not be empty"),
    ("webhooks:\n- name: a\n  form: irc\n  url: https://x.test/", ":3: webhooks.0.form must be"),
    ("webhooks: [{name: a}]", "wants exactly one of url, url_env and url_file"),
    ("webhooks: [{name: a, url: 'http://x.test/'}]", "url must begin with https://"),
    ("webhooks: [{name: a, url: 'ftp://x.test/y'}]", "url"),
    ("mail: [{name: a, server: s, sender: x, to: [y], password: z}]", "mail.0.password is unknown"),
    ("mail: [{name: a, server: s, sender: x, to: [y], user: u}]", "wants password_env"),
    (
        "mail: [{name: a, server: s.test, sender: x, to: [y], security: none, user: u, "
        "password_env: P}]",
        "a password wants security",
    ),
    (
        "webhooks: [{name: a, url: 'https://x.test'}, {name: a, url: 'https://y.test'}]",
        "every channel has a name of its own",
    ),
    ("telegram: []", ":1: telegram is unknown; there are: mail, webhooks"),
    ("mail: {", "not YAML"),
]


@pytest.mark.parametrize(("text", "said"), WRONG, ids=[said for _, said in WRONG])
def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(NotifyError) as caught:
        settings_of(tmp_path, text)
    assert said in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "notify.yaml"))


def test_a_url_in_the_environment_is_held_to_the_same(
    tmp_path: Path, spend: Spend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIG_TEST_URL", "http://chat.example/secret-token")
    settings = settings_of(tmp_path, "webhooks: [{name: chat, url_env: RIG_TEST_URL}]")
    error = spend(settings, "A").notices["chat"].error
    assert error == "chat: url must begin with https://"
    assert "secret-token" not in json.dumps(error)


def test_the_state_of_a_night_is_read_as_it_was_written(
    tmp_path: Path, hook: Hook, spend: Spend
) -> None:
    night = spend(chat(tmp_path, hook), "A", ("why",))
    assert load_night(night.folder) == replace(night)
