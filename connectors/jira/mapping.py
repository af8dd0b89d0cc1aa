"""A landed issue as a work item, with every state its changelog remembers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson

from connectors.base import Lookups, RawRecord
from connectors.jira.fields import STANDARD, ChosenFields, choose_fields
from connectors.jira.history import (
    ChangelogEntry,
    IssueFields,
    IssueRevision,
    parse_changelog,
    rebuild_revisions,
)
from connectors.jira.progress import percent_complete, report_left_out, to_working_days
from connectors.jira.settings import JiraSettings
from connectors.jira.stated_dependencies import field_text, find_stated_dependencies
from connectors.jira.states import StateDates, derive_state_dates
from connectors.jira.timestamps import parse_day, parse_instant
from model.records import Kind, Mapped, Problem, Ref, Version, WorkItem


@dataclass(frozen=True, slots=True)
class IssueMapping:
    """How the issues of one connection become work items."""

    connection: str
    settings: JiraSettings
    lookups: Lookups

    def map(self, landed: RawRecord, observed_at: datetime) -> Mapped:
        """Never raises: an issue of another shape than Jira documents is held with the reason."""
        known_as: tuple[str, ...] = ()
        try:
            payload = orjson.loads(landed.payload)
            known_as = (str(payload["issue"]["key"]),)
            return self._mapped(payload, observed_at)
        except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
            reason = f"the issue cannot be read ({type(error).__name__}: {error})"
            remedy = "Open it in Jira and correct what looks wrong; else report what was landed."
            return Mapped(problems=(Problem(landed.native_id, reason, remedy, known_as=known_as),))

    def _mapped(self, payload: Mapping[str, Any], observed_at: datetime) -> Mapped:
        issue = payload["issue"]
        fields: IssueFields = issue.get("fields") or {}
        chosen = choose_fields(self.settings, payload.get("names") or {})
        past = parse_changelog(payload.get("changelog") or (), self.settings.email)
        created = parse_instant(fields["created"]) if fields.get("created") else observed_at
        told = rebuild_revisions(created, fields, past, frozenset(STANDARD) | chosen.ids)
        standings, unmapped = derive_state_dates(
            told, self.lookups.statuses, payload.get("categories") or {}
        )
        problems = [
            *(self._unmapped_status(issue, *found) for found in unmapped.items()),
            *self._unmapped_priorities(issue, told),
            *_impossible_dates(issue, told, chosen),
            *report_left_out(issue, told[-1].fields, chosen),
        ]
        if any(problem.held for problem in problems):
            return Mapped(problems=tuple(problems))
        versions = [
            self._version(issue, moment, standing, chosen)
            for moment, standing in zip(told, standings, strict=True)
        ]
        return Mapped(tuple(versions), tuple(problems), tuple(self._former_keys(issue, past)))

    def _version(
        self,
        issue: Mapping[str, Any],
        moment: IssueRevision,
        standing: StateDates,
        chosen: ChosenFields,
    ) -> Version:
        fields, key = moment.fields, str(issue["key"])
        start = _day_or_none(chosen.value(fields, chosen.start))
        finish = _day_or_none(fields.get("duedate"))
        wbs = field_text(chosen.value(fields, chosen.wbs)) or None
        labels = tuple(fields.get("labels") or ())
        record = WorkItem(
            ref=self._ref(issue["id"]),
            key=key,
            title=str(fields.get("summary") or key),
            url=f"{self.settings.url}/browse/{key}",
            touched_at=moment.touched_at.astimezone(UTC),
            dates_from=_dates_from(start, finish, chosen),
            function=self.settings.function_of(key.rpartition("-")[0]),
            owner=(fields.get("assignee") or {}).get("accountId") or None,
            state=standing.state,
            status=standing.status,
            priority=self.settings.priority_of(_priority_name(fields)),
            planned_start=start,
            planned_finish=finish,
            actual_start=standing.began,
            actual_finish=standing.ended,
            estimate_days=to_working_days(fields.get("timeoriginalestimate")),
            remaining_days=to_working_days(fields.get("timeestimate")),
            percent_complete=percent_complete(fields, chosen),
            parent=self._parent(fields),
            initiative=self._initiative(labels, wbs),
            labels=labels,
            wbs=wbs,
        )
        since = moment.since.astimezone(UTC)
        return Version(since, record, find_stated_dependencies(key, fields, self.settings, chosen))

    def _ref(self, id_: Any) -> Ref:
        return Ref(self.connection, Kind.WORK_ITEM, str(id_))

    def _parent(self, fields: IssueFields) -> Ref | None:
        id_ = (fields.get("parent") or {}).get("id")
        return self._ref(id_) if id_ else None

    def _initiative(self, labels: Sequence[str], wbs: str | None) -> str | None:
        """By label; else by the longest WBS prefix that fits."""
        for label in labels:
            if found := self.lookups.initiatives.get(label.lower()):
                return found
        fitting = [prefix for prefix in self.lookups.wbs if (wbs or "").startswith(prefix)]
        return self.lookups.wbs[max(fitting, key=len)] if fitting else None

    def _former_keys(
        self, issue: Mapping[str, Any], past: Sequence[ChangelogEntry]
    ) -> Iterator[tuple[Ref, str]]:
        """Keys an issue had in other projects; people and tools go on using them."""
        for item in (item for change in past for item in change.items):
            if item.get("field") == "Key" and item.get("fromString"):
                yield self._ref(issue["id"]), str(item["fromString"])

    def _unmapped_status(self, issue: Mapping[str, Any], status: str, counts: str) -> Problem:
        return Problem(
            str(issue["id"]),
            f'{issue["key"]} is or was in the status "{status}", which is not mapped; {counts}',
            f'Map "{status}" in a workflow of {self.connection} in the operating model.',
            held=False,
        )

    def _unmapped_priorities(
        self, issue: Mapping[str, Any], told: Sequence[IssueRevision]
    ) -> Iterator[Problem]:
        for name in dict.fromkeys(_priority_name(moment.fields) for moment in told):
            if name and self.settings.priority_of(name) is None:
                yield Problem(
                    str(issue["id"]),
                    f'{issue["key"]} has the priority "{name}", which is not mapped',
                    f'Add "{name}" to priorities of {self.connection} in interlock.yaml.',
                    held=False,
                )


def _impossible_dates(
    issue: Mapping[str, Any], told: Sequence[IssueRevision], chosen: ChosenFields
) -> Iterator[Problem]:
    """Held where the present date is impossible; a past one is only left out."""
    dates = {"duedate": "Due date"}
    if chosen.start:
        dates[chosen.start] = chosen.name(chosen.start)
    seen: set[tuple[str, str]] = set()
    for moment in reversed(told):
        for id_, name in dates.items():
            said = str(moment.fields.get(id_) or "")
            if (id_, said) in seen or _possible(said):
                continue
            seen.add((id_, said))
            yield Problem(
                str(issue["id"]),
                f'{issue["key"]} has "{said}" as its {name}, which is no possible date',
                f"Correct {name} of {issue['key']} in Jira.",
                held=moment is told[-1],
                known_as=(str(issue["key"]),),
            )


def _possible(said: str) -> bool:
    try:
        parse_day(said)
    except ValueError:
        return False
    return True


def _day_or_none(value: Any) -> date | None:
    return parse_day(value) if _possible(str(value or "")) else None


def _dates_from(start: date | None, finish: date | None, chosen: ChosenFields) -> str:
    if finish:
        return 'Jira "Due date"'
    return f'Jira "{chosen.name(chosen.start)}"' if start else ""


def _priority_name(fields: IssueFields) -> str:
    return str((fields.get("priority") or {}).get("name") or "")
