"""Hypothesis strategies for UCI records, made from their own layouts."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

from hypothesis import strategies as st

from drivers.uwb.uci.ccc import ForthinkRange, ForthinkResponder
from drivers.uwb.uci.fields import Fixed, Numbers, Rest, Sized, Trailing, WideTag
from drivers.uwb.uci.records import Many, Record
from drivers.uwb.uci.session import (
    Controlee,
    KeyedControlee,
    LongKeyedControlee,
    UpdateMulticastList,
)
from drivers.uwb.uci.two_way import ExtendedTwoWay, SessionInfo, ShortTwoWay

_RANGES = {
    "B": (0, 0xFF),
    "H": (0, 0xFFFF),
    "I": (0, 0xFFFF_FFFF),
    "Q": (0, 2**64 - 1),
    "h": (-0x8000, 0x7FFF),
}


def records(kind: type[Record]) -> st.SearchStrategy[Any]:
    """Any record of this class."""
    if kind is SessionInfo:
        return _session_infos()
    if kind is UpdateMulticastList:
        return _multicast_lists()
    if kind is ForthinkRange:
        return _forthink_ranges()
    hints = get_type_hints(kind, include_extras=True)
    return st.builds(kind, *(_field(hints[name]) for name in kind.names))


def _field(hint: Any) -> st.SearchStrategy[Any]:
    annotated, marker = get_args(hint)[:2]
    if isinstance(marker, Fixed):
        if marker.code.endswith("s"):
            size = int(marker.code[:-1])
            return st.binary(min_size=size, max_size=size)
        return _numbers(marker.code)
    if isinstance(marker, Many):
        return st.lists(records(get_args(annotated)[0]), max_size=4).map(tuple)
    by_kind: dict[type[Any], st.SearchStrategy[Any]] = {
        Sized: st.binary(max_size=255),
        Rest: st.binary(max_size=40),
        Numbers: st.binary(max_size=255).map(tuple),
        Trailing: st.none() | _numbers("I"),
        WideTag: st.integers(0, 0xFF).filter(lambda t: t != 0xE4) | st.integers(0xE400, 0xE4FF),
    }
    return by_kind[type(marker)]


def _numbers(code: str) -> st.SearchStrategy[int]:
    return st.integers(*_RANGES[code])


def _session_infos() -> st.SearchStrategy[SessionInfo]:
    u32 = _numbers("I")

    def of(mode: int, item: type[Record]) -> st.SearchStrategy[SessionInfo]:
        many = st.lists(records(item), max_size=4).map(tuple)
        head = (u32, u32, _numbers("B"), u32, st.just(1), _numbers("B"), st.just(mode))
        return st.builds(SessionInfo, *head, u32, u32, many, st.binary(max_size=20))

    return of(0, ShortTwoWay) | of(1, ExtendedTwoWay)


def _multicast_lists() -> st.SearchStrategy[UpdateMulticastList]:
    items = (Controlee, Controlee, KeyedControlee, LongKeyedControlee)
    return st.sampled_from(range(4)).flatmap(
        lambda action: st.builds(
            UpdateMulticastList,
            _numbers("I"),
            st.just(action),
            st.lists(records(items[action]), max_size=4).map(tuple),
        )
    )


def _forthink_ranges() -> st.SearchStrategy[ForthinkRange]:
    head = (_numbers("I"), _numbers("I"), _numbers("H"), _numbers("B"))
    return st.lists(records(ForthinkResponder), max_size=4).flatmap(
        lambda items: st.builds(
            ForthinkRange, *head, st.just(len(items)), _numbers("I"), st.just(tuple(items))
        )
    )
