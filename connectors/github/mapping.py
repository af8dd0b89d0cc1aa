"""An issue or a milestone becomes a work item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from connectors.base import RawRecord
from connectors.github.settings import GitHubSettings
from connectors.github.stated_dependencies import (
    find_stated_dependencies,
    issue_key,
    milestone_key,
    repository_of,
)
from connectors.kit.addresses import web_address
from connectors.kit.answers import describe
from connectors.kit.json_text import read_payload
from connectors.kit.mapping import (
    begin_version,
    map_or_hold,
    name_held,
    optional_text,
    read_labels,
    report_address,
    require_text,
)
from connectors.kit.timestamps import find_instant, parse_day
from model.operating_model.lookups import ConnectionLookups
from model.records import Kind, Mapped, Ref, State, Version, WorkItem

MAPPING_VERSION = 2
"""Raised whenever the same raw record maps to something else."""
MILESTONE_PREFIX = "milestone-"
"""Begins the native id of a milestone: an issue and a milestone can share a number."""
_STATES = {"open": State.PLANNED, "not planned": State.CANCELLED, "duplicate": State.CANCELLED}
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
        mapped = map_or_hold(raw.native_id, what, "GitHub", lambda: mapping(raw, observed_at))
        names = _milestone_names if is_milestone else _issue_names
        shown = "milestone" if is_milestone else "issue"
        return name_held(
            mapped,
            lambda: names(read_payload(raw.payload)[shown]),
            lambda: web_address(read_payload(raw.payload)[shown]["html_url"]),
        )

    def _map_issue(self, raw: RawRecord, observed_at: datetime) -> Mapped:
        payload = read_payload(raw.payload)
        issue, parent = payload["issue"], payload.get("parent")
        labels = read_labels(issue.get("labels"))
        status, state = self._state(issue, labels)
        start, finish, dates_from = self._dates(issue)
        sub_issues = issue.get("sub_issues_summary") or {}
        done = int(sub_issues["percent_completed"]) if sub_issues.get("total") else None
        priorities = self.settings.priorities
        record = WorkItem(
            **self._common(raw, payload, issue),
            key=issue_key(issue),
            # `touched_at` stays unset: `updated_at` moves with our own comments, too, and a plan
            # without it goes by the day on which the mapped content last changed.
            dates_from=dates_from,
            owner=optional_text((issue.get("assignee") or {}).get("login"), "assignee"),
            state=state,
            status=status,
            priority=max((p for n, p in priorities.items() if n in _lower(labels)), default=None),
            planned_start=start,
            planned_finish=finish,
            actual_finish=parse_day(issue.get("closed_at")) if state is State.DONE else None,
            percent_complete=done,
            parent=self._ref(parent) if parent else None,
            initiative=self.lookups.initiative_of(labels, None),
            labels=labels,
        )
        stated = find_stated_dependencies(payload, self.settings, self.lookups.references)
        changed_at = begin_version(find_instant(issue, "updated_at"), observed_at)
        aliases = tuple((record.ref, name) for name in _issue_names(issue)[1:])
        problems = report_address(raw.native_id, issue["html_url"])
        return Mapped((Version(changed_at, record, stated),), problems, aliases)

    def _map_milestone(self, raw: RawRecord, observed_at: datetime) -> Mapped:
        payload = read_payload(raw.payload)
        milestone = payload["milestone"]
        due, is_closed = parse_day(milestone.get("due_on")), _is_closed(milestone)
        record = WorkItem(
            **self._common(raw, payload, milestone),
            key=milestone_key(milestone),
            dates_from="GitHub due date of the milestone" if due else "",
            state=State.DONE if is_closed else State.PLANNED,
            status=str(milestone["state"]),
            planned_finish=due,
            actual_finish=parse_day(milestone.get("closed_at")) if is_closed else None,
            milestone=True,
        )
        changed_at = begin_version(find_instant(milestone, "updated_at"), observed_at)
        aliases = tuple((record.ref, name) for name in _milestone_names(milestone)[1:])
        problems = report_address(raw.native_id, milestone["html_url"])
        return Mapped((Version(changed_at, record),), problems, aliases)

    def _common(self, raw: RawRecord, payload: Any, shown: Any) -> dict[str, Any]:
        """The fields that issues and milestones have alike."""
        return {
            "ref": self._ref(raw.native_id),
            "title": require_text(shown["title"], "title"),
            "url": web_address(shown["html_url"]),
            "function": self.settings.function_of(str(payload["repository"])),
        }

    def _state(self, issue: Any, labels: tuple[str, ...]) -> tuple[str, State]:
        """The status and its state: of the reason for a closed issue, of a label for an open one.

        Of several labels that a workflow maps, the one of the latest state counts: a blocked issue
        is often still labelled as in progress.
        """
        statuses = self.lookups.statuses
        if _is_closed(issue):
            reason = optional_text(issue.get("state_reason"), "state_reason")
            status = (reason or "completed").replace("_", " ")
            return status, statuses.get(status, _STATES.get(status, State.DONE))
        mapped = [label for label in labels if label.lower() in statuses]
        status = max(mapped, key=lambda label: statuses[label.lower()], default="open")
        return status, statuses.get(status.lower(), State.PLANNED)

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
        if finish:
            return start, finish, f'GitHub "{chosen.finish}"'
        if due := parse_day(milestone.get("due_on")):
            return start, due, f'GitHub milestone "{milestone["title"]}"'
        return start, None, f'GitHub "{chosen.start}"' if start else ""

    def _ref(self, native_id: object) -> Ref:
        return Ref(self.connection, Kind.WORK_ITEM, str(native_id))


def _issue_names(issue: Any) -> list[str]:
    """The key of an issue, then what people say within its organisation: `api#12`."""
    key = issue_key(issue)
    return [key, key.partition("/")[2]]


def _milestone_names(milestone: Any) -> list[str]:
    """The key of a milestone, then its title behind the repository."""
    return [milestone_key(milestone), f"{repository_of(milestone['url'])} {milestone['title']}"]


def _is_closed(shown: Any) -> bool:
    if shown["state"] not in ("open", "closed"):
        raise ValueError(f"its state is {describe(shown['state'])}, neither open nor closed")
    return bool(shown["state"] == "closed")


def _lower(labels: tuple[str, ...]) -> set[str]:
    return {label.lower() for label in labels}
