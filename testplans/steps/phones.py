"""Phones of every maker, one after the other in the hands of the owner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import pytest

from drivers.api.phone import Phone
from drivers.api.phone_controls import KeyOption, Method
from drivers.api.sharing import Platform

PhoneOf: TypeAlias = Callable[[Platform], Phone]

EACH_PLATFORM = pytest.mark.parametrize("platform", list(Platform))


def require_authentication(phone: Phone) -> None:
    """Switch off that the key works while the phone is locked, and lock it."""
    phone.options.set(KeyOption.WORKS_LOCKED, on=False)
    phone.screen.lock()


def authenticate(phone: Phone) -> None:
    """Unlock the phone, in the first of the ways that it offers."""
    method = phone.screen.methods()[0]
    assert phone.screen.authenticate(method), f"the phone does not take the right {method}"


@contextmanager
def airplane_mode(phone: Phone) -> Iterator[None]:
    """No radio of the phone on the air; a real one is put back afterwards."""
    phone.radios.set_airplane(on=True)
    try:
        yield
    finally:
        phone.radios.set_airplane(on=False)


@contextmanager
def no_cellular(phone: Phone) -> Iterator[None]:
    """No mobile network; a real phone is put back afterwards."""
    phone.radios.set_cellular(on=False)
    try:
        yield
    finally:
        phone.radios.set_cellular(on=True)


def methods_of(phone: Phone) -> tuple[Method, ...]:
    """The ways of authentication it offers; a phone without any says nothing about them."""
    methods = phone.screen.methods()
    assert methods, "the phone offers no way to authenticate"
    return methods
