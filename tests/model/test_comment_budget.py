"""No comment is longer than its tool allows, whatever rules, names and titles say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.comment_content import CommentForm, TextSpan
from model.findings import Briefing, Finding, Label, Severity, Wording
from model.operating_model.schema import OperatingModel
from model.wording import CommentAudience, build_content, build_withdrawal
from model.wording.budget import MOST_LINES, Line, count_words, fit
from tests.model.comment_states import Names, lines_of, states_of, words_of
from tests.model.operating_model.small_model import small_model

FORMS = [CommentForm(90), CommentForm(45, has_links=False)]
CARD = "https://dagster.test/card"

WORD = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=12)


def sentences(most_words: int) -> st.SearchStrategy[str]:
    return st.lists(WORD, min_size=1, max_size=most_words).map(" ".join)


BRIEFINGS = st.builds(
    Briefing,
    record_ids=st.just((1,)),
    news=sentences(60),
    request=st.just("") | sentences(10).map("say {{by}} {}".format),
    reasons=st.lists(sentences(40), max_size=6).map(tuple),
)
WORDINGS = st.builds(
    Wording,
    title=sentences(60),
    explanation=st.lists(sentences(40), max_size=6).map(tuple),
    question=sentences(30).map("{}?".format),
    briefings=st.just(()) | st.tuples(BRIEFINGS),
)
NAMES = st.builds(Names, person=sentences(12), role=sentences(12), following=sentences(12))
FINDING = Finding(
    rule="any_rule",
    about=("CDP-12",),
    severity=Severity.HIGH,
    functions=("it",),
    subjects=(1,),
    comment_on=(1,),
    rests_on=("it-jira", "marketing-plan", "sales", "finance-erp"),
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> OperatingModel:
    return small_model(Path(tmp_path_factory.mktemp("model")))


@pytest.mark.parametrize("form", FORMS, ids=["issue or deal", "note"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    wording=WORDINGS, names=NAMES, key=sentences(20), reason=sentences(60), is_asked=st.booleans()
)
def test_every_comment_fits_and_keeps_what_it_has_to_say(
    model: OperatingModel,
    form: CommentForm,
    wording: Wording,
    names: Names,
    key: str,
    reason: str,
    is_asked: bool,
) -> None:
    # Ada is who decides, so her own record asks her first.
    owner = "acc-ada" if is_asked else None
    labels = {1: Label(1, "it:work_item:1", key, key, "https://jira.test/1", "it", owner)}
    audience = CommentAudience("jira", CARD, 1, form)
    for name, conflict in states_of(FINDING, wording, names, reason):
        for content in (
            build_content(conflict, labels, model, audience),
            build_withdrawal(conflict, audience),
        ):
            lines = lines_of(content)
            assert words_of(content) <= form.most_words, (name, lines)
            assert len(lines) <= MOST_LINES + 2
            assert lines[0].endswith((".", "?"))
            assert lines[-1].startswith("Interlock")
        lines = lines_of(build_content(conflict, labels, model, audience))
        decider = next((line for line in lines if " by 25 Nov 2026; " in line), "")
        if name in ("open", "escalated", "reopened", "old data", "two have to agree"):
            assert decider.endswith("14 Dec 2026.")
            assert decider.startswith(" ".join(names.person.split()[:3]).rstrip(".,:;"))
        if name == "overdue":
            assert decider.endswith("it is still undecided.")


LINES = st.lists(
    st.builds(
        Line,
        versions=st.lists(
            sentences(20).map(lambda text: (TextSpan(text),)), min_size=1, max_size=3
        ).map(lambda versions: tuple(sorted(versions, key=count_words, reverse=True))),
        importance=st.integers(0, 9),
        is_required=st.booleans(),
    ),
    max_size=8,
)


@given(lines=LINES, most_words=st.integers(0, 60), most_lines=st.integers(0, 8))
def test_the_least_important_lines_are_left_out_first_and_none_is_cut(
    lines: list[Line], most_words: int, most_lines: int
) -> None:
    chosen = fit(lines, most_words, most_lines)

    kept = [line for line, spans in zip(lines, chosen, strict=True) if spans is not None]
    left_out = [line for line, spans in zip(lines, chosen, strict=True) if spans is None]
    for line, spans in zip(lines, chosen, strict=True):
        assert spans in line.versions if spans is not None else not line.is_required
    least = min((line.importance for line in kept if not line.is_required), default=9)
    assert all(line.importance <= least for line in left_out)


@given(lines=LINES, most_words=st.integers(0, 60), most_lines=st.integers(0, 8))
def test_the_budget_is_kept_unless_what_is_required_exceeds_it(
    lines: list[Line], most_words: int, most_lines: int
) -> None:
    required = [line for line in lines if line.is_required]
    least_words = sum(min(map(count_words, line.versions)) for line in required)

    chosen = [spans for spans in fit(lines, most_words, most_lines) if spans is not None]

    assert sum(map(count_words, chosen)) <= max(most_words, least_words)
    assert len(chosen) <= max(most_lines, len(required))
