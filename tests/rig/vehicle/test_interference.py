"""Somebody between vehicle and device: what an eavesdropper records, and plays back."""

from __future__ import annotations

from rig.vehicle.interference import Eavesdropper

SELECT, AUTH0 = b"\x00\xa4\x04\x00", b"\x80\x80\x00\x01"


def test_answers_are_played_back_in_order_and_the_last_one_again_and_again() -> None:
    spy = Eavesdropper()
    heard = [b"one", b"two", b"three"]
    answers = iter(heard)
    through = spy.listen(lambda _apdu: next(answers))
    assert [through(SELECT), through(AUTH0), through(SELECT)] == heard
    for _ in range(2):  # each visit is played from the beginning
        replayed = spy.replay(through)
        assert [replayed(SELECT) for _ in range(3)] == [b"one", b"three", b"three"]
        assert replayed(AUTH0) == b"two"


def test_only_the_latest_visit_is_played_back_and_the_device_is_not_asked() -> None:
    spy = Eavesdropper()
    spy.listen(lambda _apdu: b"first visit")(AUTH0)
    spy.listen(lambda _apdu: b"second visit")(SELECT)
    replayed = spy.replay(lambda _apdu: b"asked")
    assert replayed(SELECT) == b"second visit"
    assert replayed(AUTH0) == b"\x6d\x00"
