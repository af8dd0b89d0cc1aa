"""The comments of the demo: every rule in every state, and what the documentation shows of them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import URL

from model.comment_content import CommentContent
from model.conflicts import Conflict
from model.findings import Finding, Label
from model.records import Ref
from model.rules import RuleContext
from model.warehouse.ledger import read_conflicts
from model.warehouse.lookup import WarehouseLookup
from model.warehouse.plan import read_plan
from model.wording import CommentAudience, build_content, build_withdrawal
from model.wording.budget import MOST_LINES
from pipelines.demo.files import write_instance
from pipelines.instance import Instance
from pipelines.steps.detect import mentioned_ids
from tests.model.comment_states import Names, lines_of, states_of, words_of
from tests.pipelines.demo.conftest import REPOSITORY, _free_ports
from tests.pipelines.demo.test_story_on_any_day import sync_story

TODAY = date(2026, 11, 20)
CARD = "http://127.0.0.1:3000/card"
LONG = "An exceptionally long name that its owner never thought anybody would have to read aloud "
RULES = {
    "late_handover",
    "broken_promise",
    "missing_gate",
    "funding_gap",
    "burn_ahead",
    "priority_mismatch",
    "dependency_cycle",
    "unowned_handover",
    "stale_plan",
    "dangling_dependency",
}


@dataclass(frozen=True)
class Demo:
    """The instance after a sync, the findings of each rule by themselves, and the conflicts."""

    instance: Instance
    findings: list[Finding]
    conflicts: list[Conflict]
    labels: Mapping[int, Label]

    def content(
        self, conflict: Conflict, record_id: int, labels: Mapping[int, Label]
    ) -> CommentContent:
        return build_content(conflict, labels, self.instance.model, self.audience(record_id))

    def audience(self, record_id: int) -> CommentAudience:
        name = Ref.parse(self.labels[record_id].ref).connection
        return CommentAudience(name, CARD, record_id, self.instance.tool(name).comment_form)

    def on(self, rule: str, key: str) -> list[str]:
        """The lines of the comment about the conflict of a rule on the record of this key."""
        (content,) = [
            self.content(conflict, record_id, self.labels)
            for conflict in self.conflicts
            if rule in conflict.finding.rules
            for record_id in conflict.finding.comment_on
            if self.labels[record_id].key == key
        ]
        return lines_of(content)


@pytest.fixture(scope="module")
def demo(new_database: Callable[[], URL]) -> Iterator[Demo]:
    with tempfile.TemporaryDirectory(prefix="interlock-demo-") as folder:
        Path(folder).chmod(0o755)
        home, database = Path(folder) / "home", new_database()
        write_instance(home, _free_ports())
        instance, _ = sync_story(home, database, TODAY)
        with instance.engine.connect() as connection:
            plan = read_plan(connection, instance.model, TODAY)
            context = RuleContext(plan, instance.model, WarehouseLookup(connection))
            findings, failures = instance.rules.find_each(context)
            conflicts = list(read_conflicts(connection).values())
            labels = WarehouseLookup(connection).read_labels(mentioned_ids(findings))
        assert failures == []
        yield Demo(instance, findings, conflicts, labels)
        instance.close()


def check_all_states(demo: Demo, finding: Finding, labels: Mapping[int, Label], name: str) -> None:
    functions = demo.instance.model.function_names
    names = {function: f"{function} {name}".strip() for function in functions}
    wording = demo.instance.rules.word(finding, labels, names if name else functions)
    people = Names(f"Sabine {name}", f"Head {name}", f"Friedrich {name}") if name else Names()
    for record_id in finding.comment_on:
        audience = demo.audience(record_id)
        for state, conflict in states_of(finding, wording, people):
            for content in (
                build_content(conflict, labels, demo.instance.model, audience),
                build_withdrawal(conflict, audience),
            ):
                lines = lines_of(content)
                where = (finding.rule, labels[record_id].key, state, lines)
                assert words_of(content) <= audience.form.most_words, where
                assert len(lines) <= MOST_LINES + 2, where
                assert lines[0].endswith("."), where
                assert "{" not in lines[0], where
                assert not any(conflict.id in line for line in lines), where


def test_every_rule_finds_something_in_the_demo(demo: Demo) -> None:
    assert {finding.rule for finding in demo.findings} == RULES


def test_every_comment_in_every_state_fits_its_tool(demo: Demo) -> None:
    for finding in demo.findings:
        check_all_states(demo, finding, demo.labels, "")


def test_every_record_that_is_commented_on_has_a_first_line_of_its_own(demo: Demo) -> None:
    for finding in demo.findings:
        wording = demo.instance.rules.word(finding, demo.labels, demo.instance.model.function_names)
        addressed = [each for briefing in wording.briefings for each in briefing.record_ids]
        assert set(finding.comment_on) <= set(addressed), finding.rule


def lengthen(label: Label, title: str) -> Label:
    """A longer title, and for a deal, whose name is its key, a longer key."""
    key = f"{label.key} {title}" if " " in label.key else label.key
    return replace(label, title=f"{label.title} {title}", key=key)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
@given(
    title=st.integers(0, 9).map(lambda count: LONG * count),
    name=st.sampled_from(["", "Reuter von und zu Hohenlohe the Younger of the Northern Branch"]),
    days=st.integers(0, 400),
    moved=st.integers(-200, 400),
)
def test_long_titles_names_and_other_days_change_nothing_of_that(
    demo: Demo, title: str, name: str, days: int, moved: int
) -> None:
    for finding in demo.findings:
        changed = replace(
            finding,
            impact=replace(finding.impact, days=days, items=days * 7),
            found_on=TODAY + timedelta(days=moved),
        )
        labels = {i: lengthen(label, title) for i, label in demo.labels.items()}
        check_all_states(demo, changed, labels, name)


def test_each_reader_of_a_late_handover_is_told_what_concerns_them(demo: Demo) -> None:
    late = demo.on("late_handover", "CDP-18")
    assert late[0] == (
        "Marketing needs your CDP-18 by 11 Dec 2026, but it is forecast to finish on 5 Jan 2027."
    )
    assert late[1] == "CDP-18 has low priority in IT and holds up critical work of Marketing."
    assert demo.on("late_handover", "MK-201")[0] == (
        "CDP-18 “Segments for campaigns”, which your MK-201 needs by 11 Dec 2026, is forecast to "
        "finish on 5 Jan 2027."
    )
    assert demo.on("late_handover", "CDP-11")[0] == (
        "Your CDP-11, forecast for 8 Dec 2026, makes CDP-18 too late for Marketing, which needs it "
        "by 11 Dec 2026."
    )


def test_a_record_carries_one_comment_per_matter(demo: Demo) -> None:
    rows = [
        (record_id, conflict.finding.about)
        for conflict in demo.conflicts
        for record_id in conflict.finding.comment_on
    ]
    assert len(rows) == len(set(rows)) == 24


def test_the_documentation_shows_a_comment_as_it_is_written(demo: Demo) -> None:
    shown = (REPOSITORY / "docs" / "conflicts.md").read_text(encoding="utf-8")
    for key in ("CDP-18", "MK-201"):
        print("\n".join(demo.on("late_handover", key)))
        for line in demo.on("late_handover", key):
            assert line in shown
