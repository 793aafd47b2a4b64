"""What a driver's constructor takes, read from its annotations, and whether a value fits.

A parameter annotated with a device class or another abstract class takes an ``"@reference"``;
whatever else the annotation allows is validated by pydantic as strictly as a JSON document: a
number in quotes is text, ``on`` is no number, and lists fit tuples.
"""

from __future__ import annotations

import abc
import inspect
import json
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import PydanticSchemaGenerationError, TypeAdapter, ValidationError

from drivers.api.device import Device
from rig.bench.paths import existing
from rig.complaints import complaint


@dataclass(frozen=True)
class Parameter:
    """One option of a driver. ``plain`` is None where only a reference fits."""

    name: str
    required: bool
    default: object
    references: tuple[type, ...]
    plain: TypeAdapter[Any] | None

    def value_from(self, value: object, folder: Path) -> object:
        """Validate a value of the bench file; a path is taken from ``folder``.

        Raises ValueError that says what the value must be.
        """
        if self.plain is None:
            raise ValueError(f"must be {self.wanted_reference()}")
        try:
            found = self.plain.validate_json(json.dumps(value), strict=True)
        except ValidationError as exc:
            details = exc.errors(include_url=False)
            item = "".join(f"item {i + 1} " for i in details[0]["loc"] if isinstance(i, int))
            also = [self.wanted_reference()] if self.references else []
            raise ValueError(item + " or ".join([complaint(details), *also])) from exc
        return existing(folder, found) if isinstance(found, Path) else found

    def wanted_reference(self) -> str:
        """The kind of reference it takes, in words."""
        kinds = " or ".join(kind.__name__ for kind in self.references)
        return f'a reference ("@name") to a {kinds}'


@cache
def parameters_of(cls: type[Device]) -> Mapping[str, Parameter]:
    """The options of a driver, in the order of its constructor."""
    hints = get_type_hints(cls.__init__)
    found = {}
    for parameter in inspect.signature(cls).parameters.values():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        if (option := _parameter(parameter, hints.get(parameter.name, str))) is not None:
            found[parameter.name] = option
    return found


def _parameter(parameter: inspect.Parameter, hint: Any) -> Parameter | None:
    """The option a constructor parameter makes; None where no bench file could set it."""
    kinds = tuple(_alternatives(hint))
    references = tuple(k for k in kinds if _is_referable(k))
    others = [k for k in kinds if not _is_referable(k)]
    required = parameter.default is parameter.empty
    plain: TypeAdapter[Any] | None = None
    if others:
        try:
            plain = TypeAdapter(_union_of(others))
        except PydanticSchemaGenerationError:
            if not required:
                return None
            raise
    default = None if required else parameter.default
    return Parameter(parameter.name, required, default, references, plain)


def _alternatives(hint: Any) -> Iterator[Any]:
    if get_origin(hint) in (Union, types.UnionType):
        for part in get_args(hint):
            yield from _alternatives(part)
    else:
        yield hint


def _union_of(kinds: list[Any]) -> Any:
    return Union[tuple(kinds)]  # noqa: UP007 - built at run time


def _is_referable(kind: Any) -> bool:
    return (
        isinstance(kind, abc.ABCMeta)
        and not get_args(kind)
        and kind.__module__ not in ("collections.abc", "typing")
    )
