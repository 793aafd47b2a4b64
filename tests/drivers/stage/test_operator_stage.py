"""A person with a tape measure: what they are asked, in words they can follow."""

from __future__ import annotations

import pytest

from drivers.api.device import Finding
from drivers.api.errors import OperatorAbsent, OperatorDeclined, OutOfReach
from drivers.api.operator import Answer
from drivers.api.secret_text import SecretText
from drivers.api.space import Path, Point
from drivers.api.stage import Carried
from drivers.stage.landmarks import LANDMARKS, Landmarks, height, on_path
from drivers.stage.operator import OperatorStage
from tests.contracts.test_stage import APPROACH, Fob
from tests.drivers.operator.scripted import ScriptedOperator

WORDS: dict[str, tuple[Point, str]] = {
    "abeam": (
        Point(0.10, 2.88, 0.95),
        "2.00 m from the driver's door handle, 2.00 m to the left as the vehicle faces, "
        "0.95 m above the ground (waist height)",
    ),
    "aslant": (
        Point(1.10, -1.88, 1.20),
        "1.44 m from the passenger's door handle, 1.00 m to the right and 1.00 m forwards as the "
        "vehicle faces, 1.20 m above the ground (chest height)",
    ),
    "behind": (
        Point(-3.93, 0, 0.95),
        "2.00 m from the handle of the tailgate, 2.00 m backwards as the vehicle faces, "
        "0.95 m above the ground (waist height)",
    ),
    "above": (
        Point(0.10, 0.88, 1.95),
        "1.00 m from the driver's door handle, straight above or below, "
        "1.95 m above the ground (above the head)",
    ),
    "at it": (
        Point(0.10, 0.89, 0.95),
        "the driver's door handle, 0.95 m above the ground (waist height)",
    ),
    "on a seat": (
        Point(0.0, 0.37, 0.6),
        "the middle of the driver's seat, 0.60 m above the ground (knee height)",
    ),
}


@pytest.mark.parametrize(("place", "words"), WORDS.values(), ids=WORDS)
def test_a_place_is_said_in_words(place: Point, words: str) -> None:
    assert Landmarks(LANDMARKS).words(place) == words


def test_heights_have_names_from_the_ground_up() -> None:
    names = [height(z_m) for z_m in (0.0, 0.5, 1.0, 1.3, 1.6, 2.0)]
    assert len(set(names)) == 6
    assert (names[0], names[-1]) == ("on the ground", "above the head")


def test_a_walk_is_asked_for_step_by_step() -> None:
    person = ScriptedOperator(
        ("owner phone: bring it to 5.12 m from the driver's door handle", ""),
        ("walk to 0.13 m from the driver's door handle", ""),
        ("press Enter once you stand still", ""),
        ("take it out of range", ""),
    )
    stage, fob = OperatorStage(person), Fob()
    walk = stage.walk(fob, APPROACH, Carried.FRONT_POCKET)
    walk.finish()
    walk.finish()
    stage.take_away(fob)
    stage.take_away(fob)
    person.was_asked_all()


def test_how_it_is_carried_and_how_fast_one_walks_is_said() -> None:
    class Listening(ScriptedOperator):
        said: list[str]

        def ask(
            self,
            request: str,
            *choices: str,
            secret: SecretText | None = None,
            private: bool = False,
        ) -> Answer:
            del choices, secret, private
            self.said.append(request)
            return Answer("", "ab", self.at, 0.0)

    person = Listening()
    person.said = []
    OperatorStage(person).walk(Fob(), APPROACH, Carried.BACK_POCKET)
    assert "in a back pocket" in person.said[0]
    assert "at 1.4 m/s, 5.00 m in 3.6 s" in person.said[1]
    assert "the moment in which you set out" in person.said[1]


def test_a_reading_that_cannot_be_is_asked_for_again() -> None:
    person = ScriptedOperator(
        ("bring it", ""),
        ("set out", ""),
        ("where was it 2.0 s after you set out?", "about two"),
        ("no number of metres", ""),
        ("no number of metres", "nan"),
        ("no number of metres", "25"),
        ("does not come by 25.00 m", "2,31 m"),
    )
    walk = OperatorStage(person).walk(Fob(), APPROACH)
    found = walk.where(walk.begun_ns + 2 * 10**9)
    assert found.distance_m(LANDMARKS["the driver's door handle"]) == pytest.approx(2.31, abs=0.02)
    person.was_asked_all()


def test_of_two_places_at_one_distance_the_likelier_counts() -> None:
    past = Path((Point(-5, 3, 1), Point(5, 3, 1)), 1.0)
    mark = Point(0, 0.88, 0.95)
    before, missed_m = on_path(past, mark, 3.0, near_s=2.0)
    after, _ = on_path(past, mark, 3.0, near_s=8.0)
    assert before.x_m == pytest.approx(-2.12, abs=0.03)
    assert after.x_m == pytest.approx(2.12, abs=0.03)
    assert missed_m < 0.01


class Failing(ScriptedOperator):
    """A person who does not do it."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def ask(
        self, request: str, *choices: str, secret: SecretText | None = None, private: bool = False
    ) -> Answer:
        del request, choices, secret, private
        raise self._error

    def self_test(self) -> tuple[Finding, ...]:
        return (Finding("no terminal to ask on", ok=False, advice="start it from one"),)


@pytest.mark.parametrize("error", [OperatorDeclined("it rains"), OperatorAbsent("no answer")])
def test_who_declines_or_does_not_answer_is_passed_on(error: Exception) -> None:
    stage = OperatorStage(Failing(error))
    with pytest.raises(type(error)):
        stage.place(Fob(), Point(0, 3, 1))
    with pytest.raises(type(error)):
        stage.walk(Fob(), APPROACH)
    assert not stage.self_test()[0].ok


@pytest.mark.parametrize(
    "path",
    [Path((Point(0, 3, 5.0),), 1.0), Path((Point(0, 3, -1.0),), 1.0), Path((Point(0, 3),), 6.0)],
    ids=["too high", "under ground", "too fast"],
)
def test_what_no_person_can_do_is_refused_and_nobody_is_asked(path: Path) -> None:
    with pytest.raises(OutOfReach):
        OperatorStage(ScriptedOperator()).walk(Fob(), path)


def test_landmarks_are_the_benchs_own_where_it_names_some() -> None:
    person = ScriptedOperator(("1.00 m from the mark on the floor", ""))
    stage = OperatorStage(person, 0.02, "laser", {"the mark on the floor": (3.0, 0.0, 0.0)})
    stage.place(Fob(), Point(3, 1, 0))
    assert (stage.accuracy.within_m, stage.accuracy.basis) == (0.02, "laser")
    with pytest.raises(ValueError, match="landmark"):
        OperatorStage(person, landmarks={})
