"""One run of the rig inside pytest: what is collected, the loop, and how it ends."""

from __future__ import annotations

import gc
import sys
from collections.abc import Generator

import pytest

from rig.bench.errors import BenchFileError
from rig.measure.outcomes import NotApplicable
from rig.plans.errors import PlansError
from rig.plugin import marks, reporting
from rig.plugin.around import Around
from rig.plugin.assignment import Assignment
from rig.plugin.closing import Closing
from rig.plugin.conduct import Conduct
from rig.plugin.fixtures import Fixtures
from rig.plugin.holders import Holders
from rig.plugin.preflight import check_wiring, wants_car
from rig.plugin.progress import Progress
from rig.plugin.screen import console_for, release
from rig.plugin.selection import in_plan_order, refuse_empty_entries


def register(config: pytest.Config, assignment: Assignment) -> None:
    """Turn this pytest session into a run of the rig."""
    config.option.reportchars = ""  # the rig's own table says it
    config.option.disable_warnings = True
    full = config.option.verbose > 0
    config.option.verbose = -2
    # A deprecation in a library is no finding about a phone; a reader thread that died is.
    config.addinivalue_line("filterwarnings", "default")
    config.addinivalue_line("filterwarnings", "error::pytest.PytestUnhandledThreadExceptionWarning")
    session = RigSession(config, assignment, full_tracebacks=full)
    config.pluginmanager.register(session, "rig-session")
    conduct = session.conduct
    config.pluginmanager.register(Fixtures(conduct), "rig-fixtures")
    config.pluginmanager.register(Around(lambda: conduct.bench), "rig-around")
    config.pluginmanager.register(Holders(lambda: conduct.bench, conduct.hold), "rig-holders")
    if (faults := assignment.plan.faults) is not None:
        from rig.plugin.faults import FaultCampaign  # noqa: PLC0415 - few plans have any

        campaign = FaultCampaign(
            faults,
            assignment.bench,
            lambda: conduct.bench,
            lambda: conduct.recorder.attempt,
            assignment.folder,
            session.console,
        )
        config.pluginmanager.register(campaign, "rig-faults")


class RigSession:
    """The hooks of a run."""

    def __init__(
        self, config: pytest.Config, assignment: Assignment, *, full_tracebacks: bool
    ) -> None:
        self._assignment = assignment
        self._stream = sys.stdout
        self.console = console_for(self._stream)
        progress = Progress(self.console, full_tracebacks=full_tracebacks)
        closing = Closing(self.console)
        command = ["pytest", *(str(a) for a in config.invocation_params.args)]
        self.conduct = Conduct(assignment, progress, closing, " ".join(command))
        self._exit_status: int | None = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(self) -> Generator[None, object, object]:
        """Keep Python's garbage collector off what is collected.

        It all lives as long as the run; walking it time and again would make each test cost more
        the more of them there are.
        """
        gc.disable()
        try:
            return (yield)
        finally:
            gc.freeze()
            gc.enable()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Keep the plan's tests, in its order, each with its requirements."""
        plan = self._assignment
        if plan.locations:
            items[:], others = in_plan_order(items, plan.locations)
            if others:
                config.hook.pytest_deselected(items=others)
            if items and not plan.narrowed:
                try:
                    refuse_empty_entries(items, plan.locations)
                except PlansError as exc:
                    raise pytest.UsageError(f"{plan.plan.path}: {exc}") from exc
        marks.check(items, plan.catalogue)
        if settled := plan.settled:
            others = [item for item in items if item.nodeid in settled]
            items[:] = [item for item in items if item.nodeid not in settled]
            config.hook.pytest_deselected(items=others)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Refuse a bench that is no vehicle, now that it is known whether a test wants one."""
        if session.config.option.collectonly or not wants_car(session.items):
            return
        try:
            check_wiring(self._assignment.bench)
        except BenchFileError as exc:
            raise pytest.UsageError(str(exc)) from exc

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Run the tests on the opened bench, in the place of pytest's own loop."""
        if session.testsfailed or session.config.option.collectonly:
            return None  # pytest says what could not be collected, or lists what was
        session.config.option.no_summary = True
        self._exit_status = self.conduct.run(session)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """End a test before it begins whose requirements apply to nothing on this bench."""
        attempt = self.conduct.recorder.attempt
        if attempt.description is None:
            raise NotApplicable(attempt.not_applicable)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Find what a phase came to, and make pytest's report say it."""
        report = yield
        recorder = self.conduct.recorder
        reporting.adapt(item, report, recorder.note(call), recorder.attempt)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self) -> tuple[str, str, str]:
        """Keep pytest's dots and summaries away: the rig shows its own."""
        return "", "", ""

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Give the run its exit status in the place of pytest's."""
        if self._exit_status is not None:
            session.exitstatus = self._exit_status

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """The reports have been rendered by now: say where."""
        self.conduct.show_paths()
        release(self.console, self._stream)
