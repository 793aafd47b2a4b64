"""The ``vehicle`` section of a bench file: the vehicles the bench plays, and the words for them.

The words are those of the vehicle maker's record (rig.key_server.vehicles); a bench file knows
them as texts.
"""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ConfigDict,
    FiniteFloat,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from rig.bench.paths import existing

BodyWord: TypeAlias = Literal["hatch", "five_door", "convertible", "countryman", "aceman"]
ArtefactWord: TypeAlias = Literal["first_fob", "second_fob", "setup_card", "service_card"]
KeyWord: TypeAlias = Literal["digital_key", "digital_key_plus"]
Status: TypeAlias = Annotated[str, StringConstraints(pattern=r"^\d\d-(0[1-9]|1[0-2])$")]
Place: TypeAlias = tuple[FiniteFloat, ...]  # x, y, z in metres, vehicle's frame
Words: TypeAlias = Annotated[str, StringConstraints(min_length=1)]
Market: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]

# In what the vehicles of ``also`` may differ; all else is of the bench and the same for each.
DIFFERENCES = (
    "model",
    "model_year",
    "os",
    "options",
    "body",
    "market",
    "software",
    "delivered",
    "key",
    "vin",
    "variant",
    "option_codes",
    "ecus",
    "condition",
)
_LONGEST_OFFSET_MIN = 14 * 60  # of any zone on Earth


class VehicleDescription(BaseModel):
    """The vehicle the bench plays, the keys it knows, and what else the bench can play.

    ``software`` is a status of year and month ("25-07"), ``delivered`` what came with the vehicle.
    ``local_zone`` is where its clock hangs: minutes from UTC, or a name of the IANA data base.
    ``authority_key`` and ``authority_certificate`` (PEM) sign for the vehicle's maker and
    ``device_roots`` (PEM) are whom it trusts about phones; without them, the laboratory's serve.
    ``vin`` is a file with its identification number and nothing else, so that the number is in no
    bench file; ``variant``, ``option_codes``, ``ecus`` (versions by name) and ``condition`` (as it
    came) are told in the report and decide nothing.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    keyring: Path
    second_keyring: Path | None = None  # of another vehicle, for what tells two of them apart
    profile: Literal["ccc", "home_key"] = "ccc"
    model: str
    model_year: int
    os: int
    options: tuple[int, ...]
    body: BodyWord = "hatch"
    market: Market = "US"
    software: Status = "25-07"
    delivered: tuple[ArtefactWord, ...] = ("first_fob", "second_fob")
    key: KeyWord
    settings: dict[str, str | int | bool] = {}  # protocol settings by name, instead of the default
    authority_key: Path | None = None
    authority_certificate: Path | None = None
    device_roots: tuple[Path, ...] = ()
    local_zone: int | str = "UTC"
    calibrations: Path | None = None  # of anchors, as rig calibrate writes them
    figures: Path | None = None  # of its uncertainty, as rig doctor --keep writes them
    anchors: dict[str, Place] = {}  # where each is, in the vehicle's frame (drivers.api.space)
    vin: Path | None = None
    variant: str = ""
    option_codes: tuple[Words, ...] = ()
    ecus: dict[str, Words] = {}
    condition: str = ""
    also: tuple[VehicleDescription, ...] = ()  # whole descriptions, not differences any more

    @field_validator(
        "keyring",
        "second_keyring",
        "authority_key",
        "authority_certificate",
        "calibrations",
        "figures",
        "vin",
    )
    @classmethod
    def _beside_the_bench_file(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        folder: Path | None = (info.context or {}).get("folder")
        return value if folder is None or value is None else existing(folder, value)

    @field_validator("vin")
    @classmethod
    def _holds_a_number(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        folder: Path | None = (info.context or {}).get("folder")
        if folder is not None and value is not None and not _holds_vin(value):
            raise ValueError("must be a file with an identification number of 17 characters")
        return value

    @field_validator("device_roots")
    @classmethod
    def _roots_beside_it(cls, value: tuple[Path, ...], info: ValidationInfo) -> tuple[Path, ...]:
        folder: Path | None = (info.context or {}).get("folder")
        return value if folder is None else tuple(existing(folder, path) for path in value)

    @field_validator("local_zone")
    @classmethod
    def _is_somewhere(cls, value: int | str) -> int | str:
        _zone(value)
        return value

    @field_validator("delivered")
    @classmethod
    def _each_once(cls, value: tuple[ArtefactWord, ...]) -> tuple[ArtefactWord, ...]:
        if len(set(value)) != len(value):
            raise ValueError("must name each thing once")
        return value

    @field_validator("anchors")
    @classmethod
    def _are_places(cls, value: dict[str, Place]) -> dict[str, Place]:
        for name, place in value.items():
            if len(place) != 3:
                raise ValueError(f"must be [x, y, z] in metres for {name}")
        return value

    @model_validator(mode="after")
    def _authority_is_whole(self) -> Self:
        if (self.authority_key is None) != (self.authority_certificate is None):
            raise ValueError("has authority_key and authority_certificate together or not at all")
        return self

    @property
    def fleet(self) -> tuple[VehicleDescription, ...]:
        """Every vehicle the bench can play; the one of the section itself comes first."""
        return (self.model_copy(update={"also": ()}), *self.also)

    @property
    def zone(self) -> tzinfo:
        """The zone of the vehicle's clock."""
        return _zone(self.local_zone)

    @property
    def label(self) -> str:
        """The vehicle in a few words: "cooper convertible 2026, digital key"."""
        body = self.body.replace("_", " ")
        return f"{self.model} {body} {self.model_year}, {self.key.replace('_', ' ')}"


def _holds_vin(file: Path) -> bool:
    """Whether it holds a number as ISO 3779 has it: no I, O or Q."""
    try:
        return bool(re.fullmatch(r"[A-HJ-NPR-Z0-9]{17}\s*", file.read_text(encoding="ascii")))
    except (OSError, UnicodeDecodeError):
        return False


def _zone(local_zone: int | str) -> tzinfo:
    if isinstance(local_zone, int):
        if abs(local_zone) > _LONGEST_OFFSET_MIN:
            raise ValueError(
                f"must be from -{_LONGEST_OFFSET_MIN} to {_LONGEST_OFFSET_MIN} minutes"
            )
        return timezone(timedelta(minutes=local_zone))
    if local_zone == "UTC":  # needs no data base
        return UTC
    try:
        return ZoneInfo(local_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise ValueError("must be minutes from UTC, or a time zone such as Europe/London") from exc
