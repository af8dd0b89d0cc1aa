"""Replies: what people write below our comments decides, states, or is answered there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url

from connectors.sandbox import running_sandbox
from model.audit_chain import Fault
from model.conflicts import EscalationStatus, Status
from model.ledger import update_ledger
from model.rules.words import format_day
from model.warehouse.audit import audit_record
from model.warehouse.ledger import read_conflicts, read_decisions, write_ledger_update
from model.wording import to_plain_text
from pipelines.cards.card import Life, card_page
from pipelines.cards.inbox import InboxContents, inbox_page
from pipelines.cards.page import PageContext
from pipelines.cards.sections import InboxConflict
from pipelines.steps import follow_command
from pipelines.steps.comment import comment
from pipelines.steps.detect import detect
from tests.pipelines.replying import (
    JONAS,
    LENA,
    SABINE,
    STRANGER,
    TOBIAS,
    Written,
    stand_in,
)
from tests.pipelines.saved import CopyDatabase
from tests.pipelines.small import JIRA, NOW, SALESFORCE, Small, day, make_small
from tests.pipelines.syncing import run_sync

MOVE = "move because the fair is later"


@pytest.fixture(scope="module")
def commented(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], URL]
) -> Iterator[Small]:
    """The small instance with its comments written, whose warehouse each test copies."""
    with running_sandbox(jira=JIRA, salesforce=SALESFORCE) as sandbox:
        small = make_small(tmp_path_factory.mktemp("replies") / "home", sandbox, new_database())
        instance = small.open()
        run_sync(instance)
        instance.close()
        yield small


@pytest.fixture
def written(
    commented: Small, copy_database: CopyDatabase, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Written]:
    database = make_url(commented.environment["INTERLOCK_WAREHOUSE_URL"]).database
    with copy_database(str(database)) as url:
        address = url.render_as_string(hide_password=False)
        instance = commented.open(INTERLOCK_WAREHOUSE_URL=address)
        written = Written(instance)
        stand_in(written, monkeypatch)
        yield written
        for opened in (instance, written.instance):
            opened.close()


def test_a_reply_below_our_comment_decides(written: Written) -> None:
    written.say(MOVE)

    assert written.outcomes() == ["decided"]

    conflict = written.conflict()
    assert conflict.status is Status.DECIDED
    assert conflict.decision is not None
    decision = conflict.decision
    assert (decision.verdict, decision.person) == ("move", "jonas-krueger")
    assert decision.reason == "the fair is later"
    with written.instance.engine.connect() as connection:
        (recorded,) = read_decisions(connection, conflict.id)
    assert (recorded.channel, recorded.identity) == ("it-jira", f"account:{JONAS}")


def test_a_date_in_the_reply_is_that_of_the_option(written: Written) -> None:
    written.say(f"move to {day(30)}")

    written.follow()

    decision = written.conflict().decision
    assert decision is not None
    assert dict(decision.answers) == {"on": day(30).isoformat()}


def test_no_reply_is_followed_twice(written: Written) -> None:
    written.say(MOVE)
    written.follow()

    assert written.outcomes(minutes=10) == []
    assert written.follow(minutes=15).read == {
        "it-jira": 0,
        "sales": 0,
        "marketing-plan": 0,
        "finance-erp": 0,
    }


def test_a_sync_that_is_killed_while_it_decides_decides_once(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    written.say("ack", TOBIAS, minutes=1)
    written.say(MOVE, minutes=2)
    real = follow_command.decide_within

    def die_after(*arguments: object) -> None:
        real(*arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(follow_command, "decide_within", die_after)
    with pytest.raises(KeyboardInterrupt):
        written.follow()
    assert written.conflict().status is Status.OPEN
    monkeypatch.setattr(follow_command, "decide_within", real)

    assert written.outcomes(minutes=6) == ["decided"]
    assert written.outcomes(minutes=7) == []


def test_a_connection_that_cannot_be_read_does_not_stop_the_others(written: Written) -> None:
    written.failing.add("marketing-plan")
    written.say(MOVE)

    result = written.follow()

    assert list(result.failures) == ["marketing-plan"]
    assert written.conflict().status is Status.DECIDED


def test_the_next_reading_goes_on_at_the_cursor_and_asks_for_the_records_with_our_comments(
    written: Written,
) -> None:
    written.write("thanks")
    written.follow()
    written.follow(minutes=10)

    assert written.asked["it-jira"] == ({"CDP-2"}, {"read": 1})
    assert written.asked["marketing-plan"][0] == {"CMP-2"}


def test_what_people_write_to_each_other_is_not_stored(written: Written) -> None:
    written.write("see you at the /interlock meeting")

    assert written.follow().read["it-jira"] == 0


def test_the_record_with_replies_is_whole(written: Written) -> None:
    written.say(MOVE)
    written.say("ack", LENA, minutes=2)
    written.follow()

    assert _faults(written) == []


def test_a_changed_reply_shows_in_the_audit(written: Written) -> None:
    written.say(MOVE)
    written.follow()
    with written.instance.engine.begin() as connection:
        connection.execute(text("set session_replication_role = replica"))
        connection.execute(text("update reply set text = '/interlock accept'"))

    (fault,) = _faults(written)
    assert "reply" in fault.text


def _faults(written: Written) -> list[Fault]:
    # All entries state the time of the story, not that of the database's clock.
    faults = audit_record(written.instance.engine).faults
    return [each for each in faults if each.kind != "misdated"]


# Which conflict.


def test_a_reply_may_name_its_conflict_on_any_record(written: Written) -> None:
    written.write(f"/interlock {written.conflict().id.upper()} ack", on="CDP-3")

    assert written.outcomes() == ["seen"]


def test_with_several_open_conflicts_on_a_record_one_has_to_be_named(written: Written) -> None:
    ids = {written.conflict(rule).id for rule in ("late_handover", "broken_promise")}
    written.write("/interlock ack")

    answer = written.answer()

    assert answer.startswith("Jonas: 2 conflicts stand here: name C-")
    assert all(each in answer for each in ids)


def test_where_no_conflict_stands_one_has_to_be_named(written: Written) -> None:
    written.write("/interlock ack", on="CDP-3")

    assert written.answer() == "Jonas: no conflict stands here; name one by its id."


def test_an_unknown_conflict_is_answered_with_its_id(written: Written) -> None:
    written.write("/interlock C-0000000000 ack")

    assert written.answer() == "Jonas: there is no conflict C-0000000000."


def test_a_thread_that_belongs_to_a_conflict_needs_no_name(written: Written) -> None:
    written.write("/interlock ack", conflict_id=written.conflict().id)

    assert written.outcomes() == ["seen"]


# What a reply may say.


def test_each_command_of_a_reply_is_followed(written: Written) -> None:
    ids = [written.conflict(rule).id for rule in ("late_handover", "broken_promise")]
    written.write("\n".join(f"/interlock {each} ack" for each in ids))

    assert written.outcomes() == ["seen", "seen"]


def test_an_acknowledgement_is_shown_and_decides_nothing(written: Written) -> None:
    written.say("ack", TOBIAS)
    written.say("seen", LENA, minutes=2)
    written.say("ack", TOBIAS, minutes=3)

    assert written.outcomes() == ["seen", "seen", "nothing new"]
    assert written.conflict().status is Status.OPEN
    assert "Seen by Tobias Lang and Lena Vogt." in written.comment_text()


def test_who_takes_care_of_it_is_shown(written: Written) -> None:
    written.say(f"owner @[Tobias]({TOBIAS})")

    assert written.outcomes() == ["owner named"]
    assert "Tobias Lang takes care of it, named by Jonas Krüger." in written.comment_text()


@pytest.mark.parametrize("name", ["@tobias-lang", "tobias.lang@nordlicht.example", "Tobias Lang"])
def test_an_owner_may_be_typed(written: Written, name: str) -> None:
    written.say(f"owner {name}")

    assert written.outcomes() == ["owner named"]


def test_an_unknown_owner_is_answered(written: Written) -> None:
    written.say("owner @nobody")

    assert "“nobody” is nobody whom the operating model knows" in written.answer()


def test_escalation_gives_the_conflict_to_the_next_level_with_all_its_days(
    written: Written,
) -> None:
    before = written.conflict().escalation
    written.say("escalate because nobody answers", TOBIAS)

    assert written.outcomes() == ["escalated"]

    after = written.conflict().escalation
    assert (before.level, after.level) == (1, 2)
    assert after.authority is not None
    assert after.authority.person == "sabine-reuter"
    # High: two working days from the day on which it was escalated.
    assert after.decide_by == day(1)
    assert "Escalated by Tobias Lang: nobody answers." in written.comment_text()


def test_an_escalation_by_hand_lasts_through_the_next_sync(written: Written) -> None:
    written.say("escalate")
    written.follow()

    detect(written.instance, NOW + timedelta(minutes=30))

    assert written.conflict().escalation.level == 2
    assert _faults(written) == []


def test_two_people_who_escalate_at_once_mean_the_same_level(written: Written) -> None:
    written.say("escalate", JONAS, minutes=1)
    written.say("escalate", TOBIAS, minutes=2)

    written.follow()

    assert written.conflict().escalation.level == 2


def test_who_escalates_again_while_the_next_level_has_the_turn_says_nothing_new(
    written: Written,
) -> None:
    written.say("escalate because I cannot", TOBIAS, minutes=1)
    written.follow(minutes=5)
    written.say("escalate because I cannot", TOBIAS, minutes=6)

    assert written.outcomes(minutes=10) == ["nothing new"]
    assert written.conflict().escalation.level == 2
    assert written.comment_text().count("Escalated by") == 1


def test_who_has_the_turn_may_pass_it_on_again(written: Written) -> None:
    written.say("escalate", TOBIAS, minutes=1)
    written.follow(minutes=5)
    written.say("escalate", SABINE, minutes=6)

    assert written.outcomes(minutes=10) == ["escalated"]
    assert written.conflict().escalation.level == 3


def test_beyond_the_last_level_nothing_can_be_escalated(written: Written) -> None:
    for minutes, author in ((0, JONAS), (10, TOBIAS), (20, SABINE)):
        written.say("escalate", author, minutes=minutes + 1)
        outcomes = written.outcomes(minutes=minutes + 5)

    assert outcomes == ["refused"]
    assert written.conflict().escalation.level == 3


def test_only_who_is_concerned_escalates(written: Written) -> None:
    written.say("escalate", "5b10a2844c20165700ede21g")

    assert written.outcomes() == ["refused"]
    assert written.conflict().escalation.level == 1
    assert "Aylin Demir is not concerned by C-" in written.comment_text()


def test_not_ours_is_recorded_and_the_next_level_decides(written: Written) -> None:
    written.say("not ours because Security builds it")

    assert written.outcomes() == ["not ours"]
    assert written.conflict().escalation.level == 2
    text = written.comment_text()
    assert "Jonas Krüger says that it is not theirs: Security builds it." in text


def test_help_shows_the_options_in_our_own_comment(written: Written) -> None:
    written.say("help")

    assert written.outcomes() == ["helped"]
    text = written.comment_text()
    assert "Jonas: Reply “/interlock finish on=DATE”, “/interlock move on=DATE”" in text
    assert "“/interlock dismiss because …”." in text


# What is answered.


def test_what_is_not_understood_is_answered_in_our_comment_until_a_reply_is_understood(
    written: Written,
) -> None:
    written.say("do something")
    assert written.outcomes() == ["not understood"]
    answer = 'Jonas: "do something" is no command. Reply “/interlock finish”, '
    assert answer in written.comment_text()

    written.say("ack", minutes=6)
    assert written.outcomes(minutes=7) == ["seen"]
    assert "no command" not in written.comment_text()


def test_the_answer_to_one_person_stays_when_another_is_understood(written: Written) -> None:
    written.say("do something", JONAS)
    written.say("ack", TOBIAS, minutes=2)

    written.follow()

    assert "Jonas: " in written.comment_text()


def test_an_answer_goes_with_the_decision(written: Written) -> None:
    written.say("do something", TOBIAS)
    written.follow()
    written.say(MOVE, JONAS, minutes=6)
    written.follow(minutes=7)

    assert "Tobias: " not in written.comment_text()


def test_the_answer_stands_only_where_it_was_asked_for(written: Written) -> None:
    written.say("do something")
    written.follow()

    now = NOW + timedelta(minutes=10)
    difference = comment(written.instance, "marketing-plan", now, dry_run=True).difference

    texts = [to_plain_text(change.content) for change in difference.changes]
    assert not any("Jonas: " in text for text in texts)


def test_an_account_that_nobody_has_is_told_who_may(written: Written) -> None:
    written.say(MOVE, STRANGER)

    assert written.answer().startswith(
        "Sven: This account belongs to nobody in the operating model. Ask Jonas Krüger (Head of IT)"
    )
    assert written.conflict().status is Status.OPEN


def test_who_has_no_right_is_told_who_has(written: Written) -> None:
    written.say(MOVE, TOBIAS)

    answer = written.answer()

    assert "Tobias Lang has no right to decide late_handover of this size" in answer
    assert answer.startswith("Tobias Lang has no right")
    assert "Ask Jonas Krüger (Head of IT)" in answer


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("dismiss", "dismiss needs its reason: add “because …”."),
        ("dismiss 2026-05-04 because no", "dismiss takes no date."),
        ("move @tobias-lang", "move takes no person."),
        ("move 2026-03-02", "which is over."),
        ("move by=2026-05-04", "move has no field by; it has on."),
        ("accept until 2026-05-04 days=many", "days is a number of working days."),
    ],
)
def test_a_field_that_is_missing_or_cannot_be_is_asked_for(
    written: Written, command: str, expected: str
) -> None:
    written.say(command)

    assert expected in written.answer()


def test_a_field_may_be_given_by_its_name(written: Written) -> None:
    written.say(f"accept until={day(20)} days=15")

    assert written.outcomes() == ["decided"]
    decision = written.conflict().decision
    assert decision is not None
    assert dict(decision.answers) == {"until": f"{day(20)}", "days": "15"}


# Files, in which nothing proves who wrote.


def test_a_file_may_acknowledge(written: Written) -> None:
    written.say("ack", None, author_name="Lena")

    assert written.outcomes() == ["seen"]
    assert "Seen by Lena (not verified)." in written.comment_text()


def test_a_decision_in_a_file_waits_until_the_person_named_confirms_it(written: Written) -> None:
    answer = {"conflict_id": written.conflict().id, "is_answer": True}
    written.write("accept", None, author_name="Jonas Krüger", **answer)

    assert written.outcomes() == ["to be confirmed"]
    assert written.conflict().status is Status.OPEN
    assert (
        "The file says “accept” for Jonas Krüger; it counts once Jonas Krüger confirms it in "
        "Dagster."
    ) in written.comment_text()


@pytest.mark.parametrize("changed", ["ack", "accept days=30", "thank you"])
def test_what_a_cell_said_before_it_changed_goes(written: Written, changed: str) -> None:
    cell = {"conflict_id": written.conflict().id, "is_answer": True, "reply_id": "7"}
    written.write("accept", None, author_name="Jonas Krüger", **cell)
    written.follow()
    written.write(changed, None, minutes=6, author_name="Jonas Krüger", **cell)

    written.follow(minutes=7)

    assert "The file says “accept”" not in written.comment_text()
    assert ("accept days=30" in written.comment_text()) is changed.startswith("accept")
    assert _faults(written) == []


def test_a_decision_without_a_name_is_asked_of_who_decides(written: Written) -> None:
    written.write("accept", None, conflict_id=written.conflict().id, is_answer=True)

    written.follow()

    assert "it counts once Jonas Krüger confirms it in Dagster." in written.comment_text()


@pytest.mark.parametrize("command", ["escalate", "not ours", "owner @tobias-lang"])
def test_a_file_cannot_do_more(written: Written, command: str) -> None:
    written.write(command, None, conflict_id=written.conflict().id, is_answer=True)

    assert written.outcomes() == ["refused"]


def test_the_operating_model_may_let_a_file_do_nothing(written: Written) -> None:
    model = written.instance.model.model_copy(update={"unverified_replies": "nothing"})
    written.instance = replace(written.instance, model=model)
    written.say("ack", None, author_name="Lena")

    assert written.answer().startswith("Lena: Nothing proves who wrote this. Ask Jonas")


# Edits, deletions, contradictions.


def test_an_edit_that_means_something_else_is_a_new_command(written: Written) -> None:
    written.say("accept", reply_id="7")
    written.follow()
    written.say(MOVE, reply_id="7", minutes=6)

    assert written.outcomes(minutes=7) == ["decided"]
    decision = written.conflict().decision
    assert decision is not None
    assert decision.verdict == "move"
    assert decision.replaces.startswith("the decision of Jonas Krüger")


def test_an_edit_that_means_the_same_is_nothing(written: Written) -> None:
    written.say("move because the fair is later", reply_id="7")
    written.say("accept", SABINE, minutes=2)
    written.follow()
    written.say("MOVE,  because the fair is later", reply_id="7", minutes=6)

    assert written.outcomes(minutes=7) == ["nothing new"]
    decision = written.conflict().decision
    assert decision is not None
    assert decision.person == "sabine-reuter"


def test_an_edit_may_repair_what_was_not_understood(written: Written) -> None:
    written.say("mvoe", reply_id="7")
    written.follow()
    written.say("move", reply_id="7", minutes=6)

    assert written.outcomes(minutes=7) == ["decided"]


def test_a_deleted_reply_undoes_nothing(written: Written) -> None:
    written.say(MOVE)
    written.follow()
    written.replies["it-jira"].clear()

    assert written.outcomes(minutes=7) == []
    assert written.conflict().status is Status.DECIDED


def test_of_two_contradicting_replies_the_later_one_counts_and_both_are_on_record(
    written: Written,
) -> None:
    # The tool may list them in any order.
    written.say("accept", SABINE, minutes=3)
    written.say(MOVE, JONAS, minutes=2)

    assert written.outcomes() == ["decided", "decided"]
    conflict = written.conflict()
    assert conflict.decision is not None
    assert conflict.decision.verdict == "accept"
    with written.instance.engine.connect() as connection:
        recorded = read_decisions(connection, conflict.id)
    assert [each.verdict for each in recorded] == ["move", "accept"]


def test_a_smaller_right_does_not_replace_the_decision_of_a_larger_one(written: Written) -> None:
    written.say("accept", SABINE, minutes=1)
    written.say(MOVE, JONAS, minutes=2)

    assert written.outcomes() == ["decided", "refused"]
    assert "It stands decided by Sabine Reuter" in written.comment_text()


def test_a_reason_may_be_given_later(written: Written) -> None:
    written.say("move", JONAS, minutes=1)
    written.say("move because the fair is later", JONAS, minutes=2)
    written.say("move because of something else", JONAS, minutes=3)

    assert written.outcomes() == ["decided", "decided", "nothing new"]
    decision = written.conflict().decision
    assert decision is not None
    assert decision.reason == "the fair is later"


def test_a_reply_that_repeats_the_decision_in_force_is_nothing(written: Written) -> None:
    written.say(MOVE, JONAS, minutes=1)
    written.say("move because I think so too", SABINE, minutes=2)

    assert written.outcomes() == ["decided", "nothing new"]


def test_a_reply_to_a_resolved_conflict_changes_nothing(written: Written) -> None:
    with written.instance.engine.begin() as connection:
        update = update_ledger(read_conflicts(connection), (), _no_status, _never, NOW)
        write_ledger_update(connection, update, NOW)
    written.say(MOVE)

    assert "is resolved, nothing is left to decide." in written.answer()


def test_a_reply_from_before_the_conflict_opened_again_is_asked_for_again(
    written: Written,
) -> None:
    written.say("accept until today", minutes=1)
    written.follow(minutes=2)
    # That day passes, so it opens again.
    detect(written.instance, NOW + timedelta(hours=22))
    written.say(MOVE, SABINE, minutes=60)

    (recorded,) = written.follow(minutes=23 * 60).outcomes
    assert "this was written before C-" in recorded.outcome.answer
    assert written.conflict().status is Status.OPEN


def _no_status(*_: object) -> EscalationStatus:
    raise AssertionError


def _never(*_: object) -> None:
    return None


# Risks raised by hand.

RISK = f"/interlock risk needs CDP-3 by {day(5)} because the vendor is late"


def test_anybody_may_raise_a_risk_on_any_record(written: Written) -> None:
    written.write(RISK, STRANGER, on="CDP-1")

    result = written.follow()

    (recorded,) = result.outcomes
    conflict = written.conflict("raised_risk")
    assert (recorded.outcome.kind.value, recorded.outcome.conflict_id) == (
        "risk raised",
        conflict.id,
    )
    assert result.detected is not None
    assert conflict in result.detected.in_force
    assert conflict.wording.title == (
        f"CDP-1 of IT needs CDP-3 of IT by {format_day(day(5))}, says Sven"
    )
    authority = conflict.escalation.authority
    assert authority is not None
    assert authority.person == "tobias-lang"


def test_a_raised_risk_is_commented_on_both_records_in_the_same_sync(written: Written) -> None:
    written.write(RISK, on="CDP-1")
    written.follow()

    for key in ("CDP-1", "CDP-3"):
        assert "the vendor is late" in written.comment_text(key, "raised_risk")


def test_a_raised_risk_is_in_the_section_of_risks_of_the_inbox(written: Written) -> None:
    written.write(RISK, on="CDP-1")
    written.follow()

    instance = written.instance
    context = PageContext("", instance.model, instance.rules, NOW.date(), {}, {})
    listed = [InboxConflict(written.conflict(rule)) for rule in ("late_handover", "raised_risk")]
    entries = inbox_page(InboxContents(listed, (), (), ()), context).entries

    assert "says Jonas" in str(entries["risks"])
    assert "says Jonas" not in str(entries["Jonas Krüger decides"])


def test_who_raised_a_risk_withdraws_it(written: Written) -> None:
    written.write(RISK, on="CDP-1")
    written.follow()
    conflict_id = written.conflict("raised_risk").id
    written.write(f"/interlock {conflict_id} withdraw", LENA, minutes=6)
    assert written.outcomes(minutes=7) == ["refused"]
    written.write(f"/interlock {conflict_id} withdraw", JONAS, minutes=8)

    assert written.outcomes(minutes=9) == ["risk withdrawn"]
    assert written.conflict("raised_risk").status is Status.RESOLVED


def test_what_nobody_raised_cannot_be_withdrawn(written: Written) -> None:
    written.say("withdraw")

    assert written.answer() == "Jonas: nobody raised it by hand."


def test_a_risk_is_decided_like_any_other_conflict(written: Written) -> None:
    written.write(RISK, on="CDP-1")
    written.follow()
    conflict_id = written.conflict("raised_risk").id
    written.write(f"/interlock {conflict_id} accept", TOBIAS, minutes=6)

    assert written.outcomes(minutes=7) == ["decided"]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (f"needs CDP-99 by {day(5)} because I say so", "no connected tool has a record “CDP-99”."),
        (f"needs CDP-2 by {day(5)} because I say so", "CDP-2 cannot need itself."),
        ("needs CDP-3 by 2026-03-02 because I say so", "2 Mar 2026 is over."),
        (f"needs CDP-3 by {day(5)}", "a risk is raised by “/interlock risk needs KEY by DATE"),
        ("needs CDP-3 because I say so", "a risk is raised by “/interlock risk needs KEY by DATE"),
        ("because I say so", "a risk is raised by “/interlock risk needs KEY by DATE"),
    ],
)
def test_a_risk_that_cannot_be_is_answered_on_its_record(
    written: Written, command: str, expected: str
) -> None:
    written.write(f"/interlock risk {command}")

    written.follow()

    texts = [written.comment_text(rule=rule) for rule in ("late_handover", "broken_promise")]
    assert sum(expected in text for text in texts) == 1


def test_the_same_risk_raised_again_is_nothing(written: Written) -> None:
    written.write(RISK, on="CDP-1")
    written.write(RISK, on="CDP-1", minutes=2)

    assert written.outcomes() == ["risk raised", "nothing new"]


def test_a_file_raises_risks_only_where_the_operating_model_says_so(written: Written) -> None:
    written.write(RISK.removeprefix("/interlock "), None, on="CMP-2", is_answer=True)
    assert written.outcomes() == ["refused"]

    model = written.instance.model.model_copy(update={"unverified_replies": "raise"})
    written.instance = replace(written.instance, model=model)
    written.write(
        RISK.removeprefix("/interlock "), None, on="CMP-1", is_answer=True, author_name="Lena"
    )

    assert written.outcomes(minutes=6) == ["risk raised"]
    assert "says Lena (not verified)" in written.conflict("raised_risk").wording.title


def test_the_record_with_a_raised_risk_is_whole(written: Written) -> None:
    written.write(RISK, on="CDP-1")
    written.follow()

    assert _faults(written) == []


def test_the_card_shows_what_was_said_and_what_is_to_be_confirmed(written: Written) -> None:
    written.say("ack", TOBIAS)
    written.write("accept", None, conflict_id=written.conflict().id, is_answer=True)
    written.follow()

    instance = written.instance
    context = PageContext("", instance.model, instance.rules, NOW.date(), {}, {})
    text_ = card_page(written.conflict(), Life((), (), ()), context).text

    assert "Seen by Tobias Lang." in text_
    assert "The file says “accept”; it counts once Jonas Krüger confirms it in Dagster." in text_
