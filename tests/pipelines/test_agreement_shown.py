"""Where functions have to agree: replies, cards, inboxes and agendas name all whose turn it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from model.agreement import agreement_text
from model.conflicts import Conflict, Status
from model.operating_model.forums import Forum
from pipelines.agenda_text import agenda_text
from pipelines.cards.card import Life, card_page
from pipelines.cards.inbox import InboxContents, inbox_page
from pipelines.cards.page import PageContext
from pipelines.cards.sections import InboxConflict
from pipelines.steps.agenda import agenda
from pipelines.steps.detect import detect
from tests.pipelines.agreeing import want_agreement
from tests.pipelines.replying import LENA, TOBIAS, Written, stand_in
from tests.pipelines.small import NOW, Small, day

pytestmark = pytest.mark.after_sync

IT, MARKETING = "Jonas Krüger (Head of IT)", "Lena Vogt (Chief Marketing Officer)"
ROUND = Forum.model_validate(
    {
        "id": "round",
        "name": "Round",
        "chair": "head-of-it",
        "members": ["head-of-it", "cmo"],
        "rhythm": {"every": "week", "on": "thursday", "at": "10:00"},
    }
)


@pytest.fixture
def written(small: Small, monkeypatch: pytest.MonkeyPatch) -> Iterator[Written]:
    want_agreement(small)
    opened = small.open()
    written = Written(opened)
    stand_in(written, monkeypatch)
    detect(opened, NOW)
    yield written
    opened.close()


def context(written: Written) -> PageContext:
    instance = written.instance
    return PageContext("", instance.model, instance.rules, NOW.date(), {}, {})


def card(written: Written, conflict: Conflict) -> str:
    return card_page(conflict, Life((), (), ()), context(written)).text


def inbox(written: Written, conflict: Conflict) -> str:
    is_open = conflict.status is Status.OPEN
    contents = InboxContents(
        [InboxConflict(conflict)] if is_open else [], [] if is_open else [conflict], (), ()
    )
    page = inbox_page(contents, context(written))
    return "\n".join([page.text, *map(str, page.entries), *map(str, page.entries.values())])


def agenda_of(written: Written) -> str:
    """The agenda of a forum of both heads that meets on the next day."""
    return agenda_text(agenda(written.instance, ROUND, NOW, "").agenda)


def test_card_inbox_and_agenda_name_both_before_anybody_agrees(written: Written) -> None:
    conflict = written.conflict()

    assert f"**{IT.partition(' (')[0]}** (Head of IT) and **Lena Vogt**" in card(written, conflict)
    assert "**Jonas Krüger and Lena Vogt** by" in inbox(written, conflict)
    assert "Jonas Krüger and Lena Vogt decide" in inbox(written, conflict)
    assert f"{IT} and {MARKETING} has to decide" not in agenda_of(written)
    assert f"{IT} and {MARKETING} have to decide by" in agenda_of(written)


def test_a_reply_agrees_and_the_reply_of_the_other_decides(written: Written) -> None:
    written.say(f"move to {day(30)} because the fair is later")
    assert written.outcomes() == ["agreed"]
    agreed = written.conflict()

    assert agreement_text(agreed) == f"agreed by {IT}, awaits {MARKETING}"
    assert f"Agreed by {IT}: Marketing replans CMP-2" in card(written, agreed)
    assert "Lena Vogt decides" in inbox(written, agreed)
    assert f"agreed by {IT}" in inbox(written, agreed).replace("\\", "")
    assert f"Agreed by {IT}" in agenda_of(written)
    assert f"{MARKETING} has to decide by" in agenda_of(written)

    # Who joins needs to repeat neither the day nor the reason.
    written.say("move", LENA, minutes=6)
    assert written.outcomes(minutes=10) == ["decided"]
    decided = written.conflict()
    assert decided.decision is not None
    assert dict(decided.decision.answers) == {"on": str(day(30))}
    assert f"{IT} and {MARKETING}" in inbox(written, decided).replace("\\", "")
    assert "Jonas Krüger and Lena Vogt on" in agenda_of(written)


def test_a_reply_that_joins_a_dismissal_needs_no_reason_of_its_own(written: Written) -> None:
    written.say("dismiss because the fair is off")
    written.say("dismiss", LENA, minutes=2)

    assert written.outcomes() == ["agreed", "decided"]
    decision = written.conflict().decision
    assert decision is not None
    assert decision.reason == "the fair is off"


def test_a_dismissal_that_nobody_proposed_still_needs_its_reason(written: Written) -> None:
    written.say("move")
    written.say("dismiss", LENA, minutes=2)

    assert written.outcomes() == ["agreed", "not understood"]


def test_a_counter_proposal_by_reply_gives_the_turn_back(written: Written) -> None:
    written.say(f"move to {day(30)}")
    written.say(f"move to {day(31)}", LENA, minutes=2)
    written.follow()
    conflict = written.conflict()

    assert f"Counter-proposal by {MARKETING}" in card(written, conflict)
    assert "**Jonas Krüger** by" in inbox(written, conflict)
    assert f"counter-proposal by {MARKETING}" in inbox(written, conflict).replace("\\", "")
    assert f"Counter-proposal by {MARKETING}" in agenda_of(written)


def test_what_one_wants_instead_of_the_decision_is_on_its_card(written: Written) -> None:
    written.say("move")
    written.say("move", LENA, minutes=2)
    written.say("dismiss because the fair is off", LENA, minutes=3)
    written.follow()
    conflict = written.conflict()

    assert conflict.status is Status.DECIDED
    assert f"Proposed instead by {MARKETING}" in card(written, conflict)
    assert f"proposed instead by {MARKETING}" in inbox(written, conflict).replace("\\", "")


def test_who_speaks_for_neither_function_is_told_who_may(written: Written) -> None:
    written.say("move", TOBIAS)

    assert f"Ask {IT} or {MARKETING}" in written.answer()
