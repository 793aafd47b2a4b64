"""A person who answers as a script says, in its order and no other."""

from __future__ import annotations

from datetime import UTC, datetime

from drivers.api.device import Identity
from drivers.api.errors import OperatorDeclined
from drivers.api.operator import Answer, Operator
from drivers.api.secret_text import SecretText


class ScriptedOperator(Operator):
    """Each step: a part of what must be asked, and the answer to it.

    With ``declines``, a reason, nothing is done.
    """

    at = datetime(2026, 5, 1, tzinfo=UTC)

    def __init__(self, *script: tuple[str, str]) -> None:
        self._script = list(script)
        self.secrets: list[SecretText] = []
        self.declines = ""
        self.private: list[bool] = []  # of each answer, whether it must not be kept

    def expects(self, *script: tuple[str, str]) -> None:
        """Go on with these."""
        self.was_asked_all()
        self._script = list(script)

    def was_asked_all(self) -> None:
        """Nothing is left of the script."""
        assert not self._script, f"not asked: {self._script}"

    def ask(
        self, request: str, *choices: str, secret: SecretText | None = None, private: bool = False
    ) -> Answer:
        if self.declines:
            raise OperatorDeclined(self.declines)
        assert self._script, f"nothing more was expected than: {request}"
        part, answer = self._script.pop(0)
        assert part in request
        assert not choices or answer in choices, f"{request}: no choice {answer!r} in {choices}"
        if secret is not None:
            assert secret.reveal() not in request
            self.secrets.append(secret)
        self.private.append(private)
        return Answer(answer, "ab", self.at, 2.0)

    def identity(self) -> Identity:
        return Identity(model="scripted person")

    def close(self) -> None:
        """Nothing to release."""
