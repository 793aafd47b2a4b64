"""The e-mail about activating a key, as it lies in the owner's mailbox."""

from __future__ import annotations

from drivers.api.secret_text import SecretText
from rig.key_server.contract import KeyServer
from rig.key_server.pairing import Letter
from rig.key_server.phone_side.messages import mail_of, manual_token_of


def newest(server: KeyServer, account: str) -> Letter:
    """The letter that came last."""
    return server.letters.sent(account)[-1]


def message(server: KeyServer, account: str) -> SecretText:
    """The text of the newest letter, with its link."""
    return mail_of(newest(server, account)).body


def token(server: KeyServer, account: str) -> SecretText:
    """The pairing token in the newest letter."""
    return manual_token_of(newest(server, account))
