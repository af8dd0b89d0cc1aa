"""Past states of an issue, rebuilt by undoing its changelog."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.jira.history import (
    ChangelogEntry,
    IssueRevision,
    changed_field,
    parse_changelog,
    rebuild_revisions,
)

CREATED = datetime(2026, 1, 5, 9, tzinfo=UTC)
USED = frozenset(
    {"duedate", "fixVersions", "issuelinks", "labels", "parent", "summary", "timeestimate"}
)


def item(field: str, before: Any, after: Any, **overrides: Any) -> dict[str, Any]:
    return {"field": field, "fieldId": field, "from": before, "to": after, **overrides}


def entry(day: int, *items: dict[str, Any], by_person: bool = True) -> ChangelogEntry:
    """A change so many days after the creation."""
    return ChangelogEntry(CREATED + timedelta(days=day), items, by_person)


def revisions(fields: dict[str, Any], *changelog: ChangelogEntry) -> list[IssueRevision]:
    return rebuild_revisions(CREATED, fields, changelog, USED)


def past_values(field: str, present: Any, *items: dict[str, Any]) -> list[Any]:
    """The values of a field in each revision when these items changed it one after the other."""
    changelog = [entry(day, item) for day, item in enumerate(items, start=1)]
    return [r.fields.get(field) for r in revisions({field: present}, *changelog)]


def test_a_changelog_is_sorted_oldest_first() -> None:
    times = ["2026-02-03T10:00:00.000+0000", "2026-02-01T10:00:00.000+0000"]
    entries = parse_changelog(
        [{"created": time, "items": []} for time in times], "bot@acme.example"
    )
    assert [entry.at.day for entry in entries] == [1, 3]


def test_each_revision_is_valid_from_the_change_that_made_it() -> None:
    first, last = revisions({"duedate": "b"}, entry(4, item("duedate", "a", "b")))
    assert (first.valid_from, first.fields["duedate"]) == (CREATED, "a")
    assert (last.valid_from, last.fields["duedate"]) == (CREATED + timedelta(days=4), "b")


def test_a_change_of_an_unused_field_makes_no_revision() -> None:
    (only,) = revisions({}, entry(1, item("description", "a", "b")))
    assert only.valid_from == CREATED


def test_history_that_is_older_than_the_creation_begins_with_its_first_change() -> None:
    first, _ = revisions({"duedate": "b"}, entry(-30, item("duedate", "a", "b")))
    assert first.valid_from == CREATED - timedelta(days=30)


def test_touched_at_of_a_past_revision_is_the_last_change_before_the_next_one() -> None:
    first, middle, last = revisions(
        {"duedate": "c"},
        entry(1, item("description", "x", "y")),
        entry(2, item("duedate", "a", "b"), by_person=False),
        entry(3, item("description", "y", "z")),
        entry(4, item("duedate", "b", "c")),
        entry(5, item("description", "z", "x")),
    )
    touched = [(revision.touched_at - CREATED).days for revision in (first, middle, last)]
    assert touched == [1, 3, 5]


def test_a_removed_fix_version_is_there_before_its_removal() -> None:
    removal = item("fixVersions", "7", None, fromString="2.0")
    assert past_values("fixVersions", [], removal) == [[{"id": "7", "name": "2.0"}], []]


def test_a_link_is_not_there_before_it_was_added() -> None:
    links = [{"outwardIssue": {"key": "CDP-2"}}, {"inwardIssue": {"key": "CDP-3"}}]
    added = item("Link", None, "CDP-3", fieldId=None)
    before, after = past_values("issuelinks", links, added)
    assert before == links[:1]
    assert after == links


def test_a_removed_link_does_not_come_back_without_its_type() -> None:
    removed = item("Link", "CDP-9", None, fieldId=None)
    assert past_values("issuelinks", [], removed) == [[], []]


def test_a_change_is_assigned_to_its_field_by_name_where_jira_recorded_no_id() -> None:
    names = ["Link", "Fix Version", "IssueParentAssociation", "Parent", "summary"]
    fields = [changed_field({"field": name}) for name in names]
    assert fields == ["issuelinks", "fixVersions", "parent", "parent", "summary"]


def test_a_former_parent_is_known_by_its_id() -> None:
    moved = item("IssueParentAssociation", "10007", "10008", fieldId=None, fromString="CDP-7")
    before, _ = past_values("parent", {"id": "10008"}, moved)
    assert before["id"] == "10007"


def test_estimates_are_undone_in_seconds() -> None:
    corrected = item("timeestimate", "28800", "57600")
    assert past_values("timeestimate", 57_600, corrected) == [28_800, 57_600]


def test_an_estimate_that_was_set_for_the_first_time_is_missing_before() -> None:
    assert past_values("timeestimate", 57_600, item("timeestimate", None, "57600")) == [
        None,
        57_600,
    ]


def test_labels_are_undone_from_their_text() -> None:
    changed = item("labels", "", "", fromString="a b", toString="c")
    assert past_values("labels", ["c"], changed) == [["a", "b"], ["c"]]
