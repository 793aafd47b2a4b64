"""Records of a run: what it was about, what it found, how it ended.

Every record is a frozen dataclass of plain values; the journal writes one a line. Times that end
in ``_utc`` are ISO 8601 text with offset; times that end in ``_ns`` count from the first mark of
their own timeline.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from rig.records import laboratory as lab
from rig.records.catalogue import ApplicabilityRecord, ReadingRecord, RequirementRecord
from rig.records.excuses import Quarantine, WaiverRecord
from rig.records.uncertainty import UncertaintyBudget
from rig.records.verdict import Verdict

# 2 adds applicability, readings and reasons to RunStarted and the vehicle to Result, 3 adds range
# maps and walks to it, and calibrations to RunStarted, 4 adds what a laboratory must say of a run.
# What a record has gained has a default, so that older journals are read as they are.
SCHEMA = 4


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """One device of the bench file as it identified itself."""

    name: str
    driver: str
    simulated: bool
    make: str = ""
    model: str = ""
    serial: str = ""
    firmware: str = ""
    details: dict[str, str] = field(default_factory=dict)  # "system" -> "iOS 18.1"
    kind: str = ""  # of what is held to readers: "phone", "watch", "card", "setup card"


@dataclass(frozen=True, slots=True)
class SettingRecord:
    """One protocol setting that stands where no public fact does, or only an inferred one."""

    name: str
    value: str
    mark: str  # "sourced", "inferred" or "gap"
    why: str


@dataclass(frozen=True, slots=True)
class CalibrationRecord:
    """The antenna delay that was taken off an anchor's ranges, and where it comes from."""

    anchor: str
    kit: str  # identity of the kit that was calibrated
    offset_m: float
    uncertainty_m: float  # standard uncertainty
    samples: int
    reference_m: float
    date: str
    operator: str


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The head of a journal: everything the report says besides results."""

    run_id: str
    schema: int
    bench: str
    plan: str
    plan_title: str
    started_utc: str
    simulated: bool  # any virtual device was opened: no compliance verdict
    substitutions: tuple[str, ...]  # e.g. "bench virtual-in-process for virtual: pcscd is missing"
    rig_version: str
    python: str
    system: str
    command_line: str
    bench_sha256: str
    plan_sha256: str
    lock_sha256: str
    vehicle: dict[str, str]
    devices: tuple[DeviceRecord, ...]
    settings: tuple[SettingRecord, ...]
    requirements: tuple[RequirementRecord, ...]  # the whole catalogue
    ambiguities: dict[str, str]  # id -> title, of all that the sources leave open
    selected: tuple[str, ...]  # test ids this plan runs, in order
    applicability: tuple[ApplicabilityRecord, ...] = ()  # of the whole catalogue
    readings: tuple[ReadingRecord, ...] = ()
    unjudged: dict[str, str] = field(default_factory=dict)  # requirement -> why no bench can judge
    remarks: tuple[str, ...] = ()  # leases that were taken over or broken for it
    calibrations: tuple[CalibrationRecord, ...] = ()  # taken off what the anchors measured
    issue: lab.IssueRecord | None = None
    laboratory: lab.LaboratoryRecord = field(default_factory=lab.LaboratoryRecord)
    equipment: tuple[lab.EquipmentRecord, ...] = ()  # whose calibration is stated
    environment: lab.EnvironmentRecord | None = None
    source: lab.SourceRecord | None = None  # None: it runs from no checkout
    redactions: tuple[lab.RedactionRecord, ...] = ()
    waivers: tuple[WaiverRecord, ...] = ()  # all that were given, in force or not
    quarantine: tuple[Quarantine, ...] = ()  # as above, of the tests of this run
    budgets: tuple[UncertaintyBudget, ...] = ()  # of what this bench can measure, by quantity
    continues: tuple[str, ...] = ()  # runs that were cut off; the tests they settled are not here


@dataclass(frozen=True, slots=True)
class TestStarted:
    """Written before a test begins, so that a killed run shows where it was."""

    __test__ = False

    test: str
    attempt: int
    requirements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound on a statistic of a measurement, and where the bound comes from."""

    statistic: str  # "p50", "p95", "p99", "max", "min", "mean" or "sd"
    relation: str  # "<=" or ">="
    bound: float
    basis: str  # the requirement, a published figure, or the plan's own choice
    decision: str = ""  # "simple" or "guarded"; "" where nobody chose: simple


@dataclass(frozen=True, slots=True)
class Statistic:
    """An estimate from the samples with its confidence interval (None: too few samples)."""

    name: str
    value: float
    low: float | None
    high: float | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """One limit held against one measurement, and the sentence that may be said of it."""

    limit: Limit
    verdict: Verdict
    statement: str
    rule: str = ""  # "simple" or "guarded"; "" in older journals, and where nothing was taken
    guard_band: float | None = None  # w, in the measurement's unit; None: the rule has none
    uncertainty: float | None = None  # U of a sample, likewise; None: not evaluated
    conditional: bool = False  # within the guard band: a conditional pass or a conditional fail


@dataclass(frozen=True, slots=True)
class Measurement:
    """All samples of one quantity in one test. ``wanted`` more than taken is never a pass."""

    name: str
    unit: str
    wanted: int
    samples: tuple[float, ...]
    statistics: tuple[Statistic, ...]
    judgements: tuple[Judgement, ...]
    phases: dict[str, tuple[float, ...]] = field(default_factory=dict)  # same unit, in time order
    budget: str = ""  # the quantity of RunStarted.budgets that it is one of
    device: str = ""  # the one phone, watch or card that the test had; "" for none or several


@dataclass(frozen=True, slots=True)
class Observation:
    """Something the sources leave open, written down and not judged."""

    what: str
    value: str
    ambiguity: str = ""


@dataclass(frozen=True, slots=True)
class RangePosition:
    """What one anchor measured of a phone at rest at one position (of the car's plan).

    ``reference_m`` is the true distance. ``statistics`` are "bias", "sd", "robust sd" and "p95 of
    the error" in metres, "outliers" and "availability" as shares of 1.
    """

    anchor: str
    x_m: float
    y_m: float
    reference_m: float
    expected: int  # blocks that there were to measure in
    ranges_m: tuple[float, ...]  # valid ones, calibrated
    statistics: tuple[Statistic, ...]
    condition: str = ""  # "line of sight", "in a bag"


@dataclass(frozen=True, slots=True)
class RangeMap:
    """A survey: the positions of a grid, and what was taken off the ranges."""

    name: str
    cell_m: float  # distance of the grid's positions
    positions: tuple[RangePosition, ...]
    calibrations: tuple[CalibrationRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class WalkDecision:
    """What the vehicle did on a walk, and how far away the phone truly was."""

    what: str  # "unlock", "lock", "welcome", ...
    t_s: float
    distance_m: float


@dataclass(frozen=True, slots=True)
class WalkRecord:
    """One walk: distance to what was walked to over time, true and as ranged, and decisions.

    ``ranged_m`` has a None where a block gave nothing.
    """

    number: int  # within its set, from 1
    times_s: tuple[float, ...]
    true_m: tuple[float, ...]
    ranged_m: tuple[float | None, ...]
    decisions: tuple[WalkDecision, ...] = ()


@dataclass(frozen=True, slots=True)
class WalkSet:
    """Walks of one kind, and at which distances decisions fell in them.

    ``crossings`` has the statistics of a decision's distance over the walks: "mean" and "sd" with
    intervals, percentiles, "min" and "max".
    """

    name: str  # "approach at 1.4 m/s"
    walks: tuple[WalkRecord, ...]
    crossings: dict[str, tuple[Statistic, ...]]
    radii_m: dict[str, float]  # limits of zones by what they are for


@dataclass(frozen=True, slots=True)
class Result:
    """One attempt of one test."""

    test: str
    attempt: int
    requirements: tuple[str, ...]
    verdict: Verdict
    reason: str  # why it did not pass; "" for a plain pass
    started_utc: str
    duration_s: float
    measurements: tuple[Measurement, ...] = ()
    observations: tuple[Observation, ...] = ()
    visits: int = 0  # how many VisitRecords the trace holds for this attempt
    vehicle: str = ""  # which of the bench's vehicles was played
    range_maps: tuple[RangeMap, ...] = ()
    walks: tuple[WalkSet, ...] = ()
    operator_steps: tuple[lab.OperatorStep, ...] = ()
    redacted: dict[str, int] = field(default_factory=dict)  # kind -> how often it was masked
    conditional: bool = False  # the verdict rests on nothing but conditional judgements
    environment: dict[str, str] = field(default_factory=dict)  # as measured before it began


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The foot of a journal. A journal without one is of a run that was cut off."""

    ended_utc: str
    verdict: Verdict | None  # None: interrupted before anything was judged
    exit_status: int
    reason: str = ""  # e.g. "interrupted by SIGTERM"


Record = RunStarted | TestStarted | Result | RunFinished
