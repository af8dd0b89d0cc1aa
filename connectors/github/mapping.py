"""An issue or a milestone becomes a work item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson

from connectors.base import RawRecord
from connectors.github.pull import MILESTONE_PREFIX
from connectors.github.settings import GitHubSettings
from connectors.github.stated_dependencies import (
    find_stated_dependencies,
    issue_key,
    milestone_key,
    repository_of,
)
from connectors.kit.mapping import map_or_hold
from connectors.kit.timestamps import parse_day, parse_instant
from model.operating_model.lookups import ConnectionLookups
from model.records import Kind, Mapped, Priority, Ref, State, Version, WorkItem

_STATES = {
    "open": State.PLANNED,
    "not planned": State.CANCELLED,
    "duplicate": State.CANCELLED,
}
"""States where no workflow of the operating model maps the status; others are done."""


@dataclass(frozen=True, slots=True)
class GitHubMapping:
    """How the records of one connection are mapped."""

    connection: str
    settings: GitHubSettings
    lookups: ConnectionLookups

    def map(self, raw: RawRecord, observed_at: datetime) -> Mapped:
        """One version, from when GitHub says that the record changed: it keeps no history of
        fields. A record that cannot be read becomes a held problem."""
        is_milestone = raw.native_id.startswith(MILESTONE_PREFIX)
        mapping = self._map_milestone if is_milestone else self._map_issue
        what = "the milestone" if is_milestone else "the issue"
        return map_or_hold(raw.native_id, what, "GitHub", lambda: mapping(raw, observed_at))

    def _map_issue(self, raw: RawRecord, observed_at: datetime) -> Mapped:
        payload = orjson.loads(raw.payload)
        issue, parent = payload["issue"], payload.get("parent")
        ref, key = self._ref(raw.native_id), issue_key(issue)
        labels = tuple(str(label["name"]) for label in issue.get("labels") or ())
        status, state = self._state(issue, labels)
        start, finish, dates_from = self._dates(issue)
        record = WorkItem(
            ref=ref,
            key=key,
            title=str(issue["title"]),
            url=str(issue["html_url"]),
            # `touched_at` stays unset: `updated_at` moves with our own comments, too, and a plan
            # without it goes by the day on which the mapped content last changed.
            dates_from=dates_from,
            function=self.settings.function_of(str(payload["repository"])),
            owner=(issue.get("assignee") or {}).get("login"),
            state=state,
            status=status,
            priority=self._priority(labels),
            planned_start=start,
            planned_finish=finish,
            actual_finish=parse_day(issue.get("closed_at")) if state is State.DONE else None,
            percent_complete=_share_of_sub_issues(issue),
            parent=self._ref(parent) if parent else None,
            initiative=self.lookups.initiative_of(labels, None),
            labels=labels,
        )
        stated = find_stated_dependencies(payload, self.settings, self.lookups.references)
        version = Version(_changed_at(issue, observed_at), record, stated)
        # Within an organisation people leave out its name: `api#12`.
        return Mapped((version,), aliases=((ref, key.partition("/")[2]),))

    def _map_milestone(self, raw: RawRecord, observed_at: datetime) -> Mapped:
        payload = orjson.loads(raw.payload)
        milestone = payload["milestone"]
        ref, due = self._ref(raw.native_id), parse_day(milestone.get("due_on"))
        is_closed = milestone["state"] == "closed"
        record = WorkItem(
            ref=ref,
            key=milestone_key(milestone),
            title=str(milestone["title"]),
            url=str(milestone["html_url"]),
            dates_from="GitHub due date of the milestone" if due else "",
            function=self.settings.function_of(str(payload["repository"])),
            state=State.DONE if is_closed else State.PLANNED,
            status=str(milestone["state"]),
            planned_finish=due,
            actual_finish=parse_day(milestone.get("closed_at")) if is_closed else None,
            milestone=True,
        )
        name = f"{repository_of(milestone['url'])} {milestone['title']}"
        version = Version(_changed_at(milestone, observed_at), record)
        return Mapped((version,), aliases=((ref, name),))

    def _state(self, issue: Any, labels: tuple[str, ...]) -> tuple[str, State]:
        """The status and its state: of the reason for a closed issue, of a label for an open one.

        Of several labels that a workflow maps, the one of the latest state counts: a blocked issue
        is often still labelled as in progress.
        """
        statuses = self.lookups.statuses
        if issue["state"] == "closed":
            status = str(issue.get("state_reason") or "completed").replace("_", " ")
            return status, statuses.get(status, _STATES.get(status, State.DONE))
        mapped = [label for label in labels if label.lower() in statuses]
        status = max(mapped, key=lambda label: statuses[label.lower()], default="open")
        return status, statuses.get(status.lower(), State.PLANNED)

    def _priority(self, labels: tuple[str, ...]) -> Priority | None:
        by_label = self.settings.priorities
        named = [by_label[label.lower()] for label in labels if label.lower() in by_label]
        return max(named, default=None)

    def _dates(self, issue: Any) -> tuple[date | None, date | None, str]:
        """Planned start and finish, and where they come from; the milestone's date at last."""
        chosen = self.settings.fields
        days = {
            field["issue_field_name"]: parse_day(field.get("value"))
            for field in issue.get("issue_field_values") or ()
            if field.get("issue_field_name") in {chosen.start, chosen.finish} - {None}
        }
        start, finish = days.get(chosen.start), days.get(chosen.finish)
        milestone = issue.get("milestone") or {}
        due = parse_day(milestone.get("due_on"))
        if finish:
            return start, finish, f'GitHub "{chosen.finish}"'
        if due:
            return start, due, f'GitHub milestone "{milestone["title"]}"'
        return start, None, f'GitHub "{chosen.start}"' if start else ""

    def _ref(self, native_id: object) -> Ref:
        return Ref(self.connection, Kind.WORK_ITEM, str(native_id))


def _share_of_sub_issues(issue: Any) -> int | None:
    summary = issue.get("sub_issues_summary") or {}
    return int(summary["percent_completed"]) if summary.get("total") else None


def _changed_at(record: Any, observed_at: datetime) -> datetime:
    # GitHub's clock may be ahead; a version never begins later than it was seen.
    return min(parse_instant(record["updated_at"]).astimezone(UTC), observed_at)
