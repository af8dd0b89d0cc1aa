"""The raw record of an issue mapped to a work item, with every state in its changelog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from connectors.base import RawRecord
from connectors.jira.fields import STANDARD_FIELDS, ChosenFields, choose_fields
from connectors.jira.history import (
    IssueFields,
    IssueRevision,
    parse_changelog,
    rebuild_revisions,
)
from connectors.jira.progress import percent_complete, report_left_out, to_working_days
from connectors.jira.settings import JiraSettings
from connectors.jira.stated_dependencies import field_text, find_stated_dependencies
from connectors.jira.states import StateDates, derive_state_dates
from connectors.kit.json_text import read_payload
from connectors.kit.mapping import (
    map_or_hold,
    name_held,
    optional_text,
    read_labels,
    require_text,
)
from connectors.kit.timestamps import parse_day, parse_instant
from model.operating_model.lookups import ConnectionLookups
from model.records import Kind, Mapped, Problem, Ref, Version, WorkItem

MAPPING_VERSION = 2
"""Raised whenever the same raw record maps to something else."""


@dataclass(frozen=True, slots=True)
class IssueMapping:
    """How the issues of one connection become work items."""

    connection: str
    settings: JiraSettings
    lookups: ConnectionLookups

    def map(self, raw: RawRecord, observed_at: datetime) -> Mapped:
        """The work item in each of its versions, oldest first, and what is wrong with it.

        `observed_at` stands in for a missing creation date. Never raises: an issue of another
        shape than Jira documents becomes a held problem.
        """
        mapped = map_or_hold(
            raw.native_id,
            "the issue",
            "Jira",
            lambda: self._map_payload(read_payload(raw.payload), observed_at),
        )
        return name_held(
            mapped,
            lambda: require_text(read_payload(raw.payload)["issue"]["key"], "key"),
            lambda: self._address(read_payload(raw.payload)["issue"]["key"]),
            lambda: self._former_keys(read_payload(raw.payload)),
        )

    def _map_payload(self, payload: Mapping[str, Any], observed_at: datetime) -> Mapped:
        issue = payload["issue"]
        fields: IssueFields = issue.get("fields") or {}
        chosen = choose_fields(self.settings, payload.get("names") or {})
        changelog = parse_changelog(payload.get("changelog") or (), self.settings.email)
        created = parse_instant(fields["created"]) if fields.get("created") else observed_at
        # A change of any other field would begin a version with the same content.
        used_fields = frozenset(STANDARD_FIELDS) | chosen.ids
        revisions = rebuild_revisions(created, fields, changelog, used_fields)
        states, unmapped = derive_state_dates(
            revisions, self.lookups.statuses, payload.get("categories") or {}
        )
        problems = [
            *(self._unmapped_status(issue, *status) for status in unmapped.items()),
            *self._unmapped_priorities(issue, revisions),
            *_impossible_dates(issue, revisions, chosen),
            *report_left_out(issue, fields, chosen),
        ]
        # A plan with a date left out would look as if somebody had removed the date.
        if any(problem.held for problem in problems):
            return Mapped(problems=tuple(problems))
        versions = tuple(
            self._version(issue, revision, state, chosen)
            for revision, state in zip(revisions, states, strict=True)
        )
        aliases = tuple((self._ref(issue["id"]), key) for key in self._former_keys(payload))
        return Mapped(versions, tuple(problems), aliases)

    def _version(
        self,
        issue: Mapping[str, Any],
        revision: IssueRevision,
        state: StateDates,
        chosen: ChosenFields,
    ) -> Version:
        fields, key = revision.fields, str(issue["key"])
        start = _day_or_none(chosen.value(fields, chosen.start))
        finish = _day_or_none(fields.get("duedate"))
        wbs = field_text(chosen.value(fields, chosen.wbs)) or None
        labels = read_labels(fields.get("labels"))
        record = WorkItem(
            ref=self._ref(issue["id"]),
            key=key,
            title=optional_text(fields.get("summary"), "summary") or key,
            url=self._address(key),
            touched_at=revision.touched_at.astimezone(UTC),
            dates_from=_dates_from(start, finish, chosen),
            function=self.settings.function_of(key.rpartition("-")[0]),
            owner=optional_text((fields.get("assignee") or {}).get("accountId"), "assignee"),
            state=state.state,
            status=state.status,
            priority=self.settings.priority_of(_priority_name(fields)),
            planned_start=start,
            planned_finish=finish,
            actual_start=state.began,
            actual_finish=state.ended,
            estimate_days=to_working_days(fields.get("timeoriginalestimate")),
            remaining_days=to_working_days(fields.get("timeestimate")),
            percent_complete=percent_complete(fields, chosen),
            parent=self._parent(fields),
            initiative=self.lookups.initiative_of(labels, wbs),
            labels=labels,
            wbs=wbs,
        )
        stated = find_stated_dependencies(
            key, fields, self.settings, chosen, self.lookups.references
        )
        return Version(revision.valid_from.astimezone(UTC), record, stated)

    def _ref(self, id_: Any) -> Ref:
        return Ref(self.connection, Kind.WORK_ITEM, str(id_))

    def _parent(self, fields: IssueFields) -> Ref | None:
        id_ = (fields.get("parent") or {}).get("id")
        return self._ref(require_text(id_, "parent")) if id_ else None

    def _address(self, key: object) -> str:
        return f"{self.settings.url}/browse/{key}"

    def _former_keys(self, payload: Mapping[str, Any]) -> list[str]:
        """Keys that the issue had in other projects, which people and tools go on using."""
        changelog = parse_changelog(payload.get("changelog") or (), self.settings.email)
        items = (item for entry in changelog for item in entry.items)
        return [
            str(item["fromString"])
            for item in items
            if item.get("field") == "Key" and item.get("fromString")
        ]

    def _unmapped_status(
        self, issue: Mapping[str, Any], status: str, how_it_counts: str
    ) -> Problem:
        if not status:
            reason, remedy = f"{issue['key']} has or had no status", "Look at the issue in Jira."
        else:
            reason = f'{issue["key"]} is or was in the status "{status}", which is not mapped'
            remedy = f'Map "{status}" in a workflow of {self.connection} in the operating model.'
        return Problem(str(issue["id"]), f"{reason}; {how_it_counts}", remedy, held=False)

    def _unmapped_priorities(
        self, issue: Mapping[str, Any], revisions: Sequence[IssueRevision]
    ) -> Iterator[Problem]:
        for name in dict.fromkeys(_priority_name(revision.fields) for revision in revisions):
            if name and self.settings.priority_of(name) is None:
                yield Problem(
                    str(issue["id"]),
                    f'{issue["key"]} has the priority "{name}", which is not mapped',
                    f'Add "{name}" to priorities of {self.connection} in interlock.yaml.',
                    held=False,
                )


def _impossible_dates(
    issue: Mapping[str, Any], revisions: Sequence[IssueRevision], chosen: ChosenFields
) -> Iterator[Problem]:
    """One problem per impossible date: held where it is the present one, else only left out."""
    names = {"duedate": "Due date"}
    if chosen.start:
        names[chosen.start] = chosen.name(chosen.start)
    reported: set[tuple[str, str]] = set()
    # From the present backwards, so that a date that was never corrected is reported as held.
    for revision in reversed(revisions):
        for id_, name in names.items():
            text = str(revision.fields.get(id_) or "")
            if (id_, text) in reported or _is_possible_date(text):
                continue
            reported.add((id_, text))
            yield Problem(
                str(issue["id"]),
                f'{issue["key"]} has "{text}" as its {name}, which is no possible date',
                f"Correct {name} of {issue['key']} in Jira.",
                held=revision is revisions[-1],
            )


def _is_possible_date(text: str) -> bool:
    try:
        parse_day(text)
    except ValueError:
        return False
    return True


def _day_or_none(value: Any) -> date | None:
    return parse_day(value) if _is_possible_date(str(value or "")) else None


def _dates_from(start: date | None, finish: date | None, chosen: ChosenFields) -> str:
    if finish:
        return 'Jira "Due date"'
    return f'Jira "{chosen.name(chosen.start)}"' if start else ""


def _priority_name(fields: IssueFields) -> str:
    return str((fields.get("priority") or {}).get("name") or "")
