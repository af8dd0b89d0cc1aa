"""What people said and are told about a conflict never displaces what the comment itself says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from model.comment_content import CommentForm
from model.conflicts import Conflict, Statement, StatementKind
from model.findings import Finding, Severity, Wording
from model.operating_model.schema import OperatingModel
from model.wording import CommentAudience, build_content
from tests.model.comment_states import AT, Names, lines_of, states_of, words_of
from tests.model.operating_model.small_model import small_model

FINDING = Finding(
    rule="any_rule",
    about=("CDP-12",),
    severity=Severity.HIGH,
    functions=("it",),
    subjects=(1,),
    comment_on=(1,),
    rests_on=("it-jira", "marketing-plan"),
)
WORDING = Wording(title="CDP-12 is late", explanation=("A.", "B."), question="Which day holds?")
REFUSED = "Tobias Lang: he is not concerned by C-969e8955a7. " + "Ask Sabine Reuter (COO). " * 8
SEEN = Statement(kind=StatementKind.SEEN, person="tobias", person_name="Tobias Lang", at=AT)
AUDIENCE = CommentAudience("jira", "https://dagster.test/card", None, CommentForm(90))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> OperatingModel:
    return small_model(Path(tmp_path_factory.mktemp("model")))


def state(name: str, *statements: Statement) -> Conflict:
    states = dict(states_of(FINDING, WORDING, Names()))
    return states[name].model_copy(update={"statements": statements, "old_readings": ()})


def test_answers_yield_to_every_sentence_of_the_decision(model: OperatingModel) -> None:
    content = build_content(state("awaiting", SEEN), {}, model, AUDIENCE, (REFUSED, REFUSED[1:]))

    lines = lines_of(content)
    text = " ".join(lines)
    assert lines[0] == "Decided: Which day holds."
    for sentence in (
        "Decided by Sabine Reuter",
        "Awaiting CDP-12 is late by 14 Dec 2026.",
        "It holds up to 5 working days of delay and severity",
        "Reason: The fair is later",
        "It replaces The fair is later.",
        "Seen by Tobias Lang. 2 replies were answered: see “interlock replies” and the card.",
    ):
        assert sentence in text
    assert words_of(content) <= 90
    assert len(lines) <= 7


def test_answers_that_fit_are_given_in_full(model: OperatingModel) -> None:
    told = ("Tobias Lang: C-969e8955a7 is decided.",)

    content = build_content(state("awaiting", SEEN), {}, model, AUDIENCE, told)

    assert "Seen by Tobias Lang. Tobias Lang: C-969e8955a7 is decided." in lines_of(content)


def test_answers_never_push_out_the_first_line_nor_who_decides(model: OperatingModel) -> None:
    without = lines_of(build_content(state("open"), {}, model, AUDIENCE))

    lines = lines_of(build_content(state("open"), {}, model, AUDIENCE, (REFUSED, REFUSED)))

    assert lines[0] == without[0]
    assert any("Sabine Reuter" in line and "25 Nov 2026" in line for line in lines)
    assert sum(len(line.split()) for line in lines) <= 90


@pytest.mark.parametrize(("minutes", "is_shown"), [(-1, False), (1, True)])
def test_what_a_file_says_after_the_decision_is_to_be_confirmed(
    model: OperatingModel, minutes: int, is_shown: bool
) -> None:
    at = AT + timedelta(minutes=minutes)
    answer = Statement(
        kind=StatementKind.UNCONFIRMED,
        person=None,
        person_name="Ada",
        at=at,
        text="accept",
        about="Ada",
    )

    content = build_content(state("decided", answer), {}, model, AUDIENCE)

    says = "The file says “accept” for Ada; it counts once Ada confirms it in Dagster."
    assert (says in lines_of(content)) is is_shown
    assert (says in dict(content.facts)["Replies"]) is is_shown
