"""Faults in sharing: counting, invitations, codes, restrictions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from drivers.api.secret_text import SecretText
from drivers.api.sharing import Restrictions
from rig.key_server import eligibility
from rig.key_server.emulated import counting, reconciliation
from rig.key_server.emulated.seal import Seal
from rig.key_server.phone_side.holder import Holder
from rig.key_server.phone_side.sharing import Sharing
from rig.key_server.software_status import SoftwareStatus
from rig.vehicle import first_use, policy
from rig.vehicle.drive import Drive
from rig.vehicle.interior import Interior
from rig.vehicle.telematics import Telematics
from tests.runs.planted.replacing import replace_in

_NONE = Restrictions()


def _say(state: str) -> None:
    replace_in(Sharing, "_state", lambda *_: state)


def _after_invite(change: Callable[[Any], Any]) -> None:
    invite = Sharing.invite
    replace_in(Sharing, "invite", lambda *args: change(invite(*args)))


def _cross_from(status: SoftwareStatus) -> None:
    rules = tuple(
        replace(rule, wanted=status) if rule.field == "software" else rule
        for rule in eligibility.RULES
    )
    for by in tuple(eligibility.RULES_BY):
        eligibility.RULES_BY[by] = rules  # type: ignore[index]


def share_without_a_limit() -> None:
    replace_in(counting, "check_room", lambda *_args, **_more: None)


def share_with_one_less() -> None:
    limit = counting._limit  # noqa: SLF001
    replace_in(counting, "_limit", lambda *args: limit(*args) - 1)


def show_an_open_invitation_as_accepted() -> None:
    _say("accepted")


def take_back_nothing() -> None:
    """An invitation that the owner took back is still there to be accepted."""
    replace_in(Sharing, "stop", lambda *_: None)


def hand_a_used_link_out_again() -> None:
    accept = Holder.accept
    known: dict[SecretText, Any] = {}

    def again(self: Any, message: SecretText, *more: Any) -> Any:
        if message not in known:
            known[message] = accept(self, message, *more)
        return known[message]

    replace_in(Holder, "accept", again)


def send_the_code_in_the_message() -> None:
    def leaky(shared: Any) -> Any:
        code = shared.code.reveal() if shared.code else ""
        return replace(shared, message=SecretText(f"{shared.message.reveal()} {code}"))

    _after_invite(leaky)


def take_any_code() -> None:
    replace_in(Seal, "is_code", lambda *_: True)


def ask_for_no_code_while_offline() -> None:
    awaits, placed = Telematics.awaits_code, Interior.placed

    def placed_as_if_without(self: Any, key: Any) -> None:
        online = self._around.telematics.connected
        placed(self, key if online or key is None else replace(key, awaits_code=False))

    replace_in(Interior, "placed", placed_as_if_without)
    replace_in(Telematics, "awaits_code", lambda self, key: self.connected and awaits(self, key))


def start_without_activation() -> None:
    against = policy._against_key  # noqa: SLF001
    replace_in(
        policy, "_against_key", lambda key, *rest: against(replace(key, activated=True), *rest)
    )


def share_across_makers_from_22_10() -> None:
    _cross_from(SoftwareStatus(2022, 10))


def drive_without_limits() -> None:
    use = Drive.use
    replace_in(Drive, "use", lambda self, key, *_: use(self, key))


def drive_under_the_first_limits_for_ever() -> None:
    use = Drive.use

    def sticky(self: Any, key: str, restrictions: Any = _NONE) -> None:
        before = self._restrictions
        use(self, key, restrictions if not before.used else before)

    replace_in(Drive, "use", sticky)


def ignore_hours_and_areas() -> None:
    replace_in(policy, "_against_restrictions", lambda *_: None)


def forget_the_restrictions() -> None:
    replace_in(reconciliation, "_restrictions", lambda *_: Restrictions())
    replace_in(first_use, "restrictions_of", lambda _: Restrictions())


CAUGHT_BY: dict[Callable[[], None], str] = {
    share_without_a_limit: "sixth_share or nineteenth_share or no_more_than_five",
    share_with_one_less: "five_recipients or eighteen_recipients",
    show_an_open_invitation_as_accepted: "sees_the_share_as_pending",
    take_back_nothing: "taken_back",
    hand_a_used_link_out_again: "used_link",
    send_the_code_in_the_message: "code_is_not_in_the_message",
    take_any_code: "wrong_codes",
    ask_for_no_code_while_offline: "offline_does_not_do_without",
    start_without_activation: "only_after_its_activation or pop_up_does",
    share_across_makers_from_22_10: "below_22_11 and (22-10 or the_link_for)",
    drive_without_limits: "no_faster or no_louder or limits_follow",
    drive_under_the_first_limits_for_ever: "limits_follow or no_faster or no_louder",
    ignore_hours_and_areas: "nine_to_five or works_inside_and_not_outside or keep_no_other_out",
    forget_the_restrictions: "permissions_are_bound",
}
