"""Text that must not be printed by accident: links, tokens, passwords, codes."""

from __future__ import annotations


class SecretText:
    """Holds a text and shows its length only; ``reveal`` is for whoever has to type or send it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __len__(self) -> int:
        return len(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretText) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return f"<{len(self._text)} secret characters>"

    __str__ = __repr__
