"""A story that is played day by day: what people do in their tools, and what Interlock makes of it.

`on` begins a day. What people do follows, then `sync`. What stands in the tools and in the record
is read as sentences, so that a story can be read as one.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx

from connectors.sandbox import Sandbox
from model.agreement import agreement_text, outcome_text
from model.audit_chain import FaultKind
from model.awaited import find_awaited
from model.conflicts import Conflict, Status
from model.operating_model.calendar import calendar_with_id
from model.operating_model.identity import identity_of_text
from model.rules.words import format_day, format_list
from model.warehouse.audit import audit_record
from model.warehouse.ledger import read_conflicts, read_decisions, read_events
from pipelines.instance import Instance
from pipelines.steps.agenda import agenda
from pipelines.steps.decide import Choice, record_decision
from pipelines.steps.sync import SyncResult, sync_all
from pipelines.steps.why import explain_delay

JIRA_TOKEN = "sandbox-token"
_MOST_WORDS = 90
Line = tuple[str, str, str, str, str, int]
"""A line of the books: document, kind, WBS, date, day of release (or empty), amount in euros."""


def write_books(home: Path, lines: Sequence[Line], saved: datetime) -> None:
    """Write the ERP export as it was saved at that instant."""
    file = home / "files" / "books.csv"
    file.parent.mkdir(exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, delimiter=";")
        writer.writerow(("Document", "Kind", "WBS", "Date", "Released", "Amount"))
        writer.writerows(lines)
    os.utime(file, (saved.timestamp(),) * 2)


@dataclass
class Story:
    """A company in the course of time; `now` is the present of the story."""

    home: Path
    sandbox: Sandbox
    instance: Instance
    now: datetime

    # What happens

    def on(self, day: str) -> None:
        """Begin a day (YYYY-MM-DD), at nine in the morning in UTC; the tools show it too."""
        self._set_clock(datetime.combine(date.fromisoformat(day), time(9), tzinfo=UTC))

    def sync(self) -> SyncResult:
        """Run a sync an hour later; all tools can be read and written, and no comment is long."""
        self._set_clock(self.now + timedelta(hours=1))
        result = sync_all(self.instance, self.now, lambda _: None, write=True)
        assert not result.failures, [str(each) for each in result.failures.values()]
        for issue in self.sandbox.jira.issues.values():
            for text in self._own_comments(issue.comments):
                assert len(text.split()) <= _MOST_WORDS, f"{issue.key}: {text}"
        return result

    def sync_on(self, day: str) -> SyncResult:
        """A day on which nobody does anything."""
        self.on(day)
        return self.sync()

    def edit(self, key: str, by: str, **fields: Any) -> None:
        """Change fields of an issue as a person of the model, by their ids in Jira."""
        self._call("PUT", f"/issue/{key}", by, {"fields": fields})

    def plan(self, key: str, by: str, due: str, start: str | None = None) -> None:
        """Give an issue other dates."""
        self.edit(key, by, duedate=due, **({"customfield_10015": start} if start else {}))

    def progress(self, key: str, by: str, percent: int) -> None:
        """State how much of an issue is done."""
        self.edit(key, by, customfield_10017=percent)

    def move_to(self, key: str, by: str, status: str) -> None:
        """Change the status of an issue."""
        listed = self._call("GET", f"/issue/{key}/transitions", by).json()["transitions"]
        chosen = next(each for each in listed if each["name"] == status)
        self._call("POST", f"/issue/{key}/transitions", by, {"transition": {"id": chosen["id"]}})

    def create(self, project: str, by: str, title: str, **fields: Any) -> str:
        """The key of a new issue."""
        body = {"project": {"key": project}, "summary": title, "issuetype": {"name": "Task"}}
        answer = self._call("POST", "/issue", by, {"fields": {**body, **fields}})
        key: str = answer.json()["key"]
        return key

    def reply(self, key: str, by: str, text: str) -> None:
        """Write a comment on an issue as a person of the model, a minute after what was before."""
        self._set_clock(self.now + timedelta(minutes=1))
        paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
        body = {"type": "doc", "version": 1, "content": [paragraph]}
        self._call("POST", f"/issue/{key}/comment", by, {"body": body})

    def decide(
        self, conflict_id: str, by: str, option: str, reason: str = "", **answers: str
    ) -> None:
        """Decide at the command line; raises DecisionRefused."""
        choice = Choice(option, answers, reason)
        identity = identity_of_text(by)
        record_decision(self.instance, conflict_id, choice, identity, "cli", self.now)

    def save_books(self, lines: Sequence[Line]) -> None:
        """Save the ERP export anew, a minute ago."""
        write_books(self.home, lines, self.now - timedelta(minutes=1))

    def answer_in_books(self, text: str, name: str) -> None:
        """Type an answer and a name into the only row of the findings file beside the books."""
        file = self.home / "files" / "books.findings.csv"
        (row,) = self.findings()
        with file.open("w", encoding="utf-8-sig", newline="") as findings:
            writer = csv.DictWriter(
                findings, row | {"Answer": "", "Answered by": ""}, delimiter=";"
            )
            writer.writeheader()
            writer.writerow(row | {"Answer": text, "Answered by": name})

    # What stands there

    def findings(self) -> list[dict[str, str]]:
        """The rows of the findings file beside the books."""
        file = self.home / "files" / "books.findings.csv"
        with file.open(encoding="utf-8-sig", newline="") as findings:
            return list(csv.DictReader(findings, delimiter=";"))

    def conflicts(self) -> dict[str, str]:
        """What is open or decided: by title of the conflict, its state."""
        return {
            each.wording.title: self.describe(each)
            for each in self._all_conflicts().values()
            if each.status is not Status.RESOLVED
        }

    def find(self, rule: str, words: str) -> str:
        """The id of the one conflict of a rule that has these words in its title."""
        ids = [
            each.id
            for each in self._all_conflicts().values()
            if rule in each.finding.rules and words in each.wording.title
        ]
        assert len(ids) == 1, f"{rule} about {words}: {ids}"
        return ids[0]

    def state(self, conflict_id: str) -> str:
        """Where a conflict stands, in a sentence."""
        return self.describe(self._all_conflicts()[conflict_id])

    def describe(self, conflict: Conflict) -> str:
        if conflict.status is Status.RESOLVED:
            return "resolved"
        if conflict.status is Status.DECIDED:
            awaited = find_awaited(conflict, self.today)
            return outcome_text(conflict) + (f", awaiting {awaited}" if awaited else "")
        escalation = conflict.escalation
        verb = "decides" if len(escalation.asked) < 2 else "decide"
        day = f"{escalation.decide_by:%a} {format_day(escalation.decide_by)}"
        persons = format_list(map(str, escalation.asked))
        parts = [
            f"{conflict.severity.name.lower()}: {persons} {verb} by {day}",
            "overdue" if escalation.overdue else "",
            escalation.came_from,
            agreement_text(conflict),
            f"open again: {conflict.reopened_because}" if conflict.reopened_because else "",
        ]
        return "; ".join(filter(None, parts))

    def comments(self, key: str) -> list[str]:
        """The texts of Interlock's comments on an issue, oldest first."""
        return self._own_comments(self._call("GET", f"/issue/{key}/comment").json()["comments"])

    def first_line(self, key: str) -> str:
        """The first line of the one comment on an issue."""
        (text,) = self.comments(key)
        return text.partition("\n")[0]

    def agenda(self, forum: str) -> list[str]:
        """What the forum has to decide at its next meeting."""
        (chosen,) = [each for each in self.instance.model.forums if each.id == forum]
        points = agenda(self.instance, chosen, self.now, "").agenda.points
        return [point.title for point in points]

    def why(self, key: str) -> list[str]:
        """Which issue took how many working days of a delay, and since when."""
        delay = explain_delay(self.instance, key, self.now)
        return [
            f"{delay.labels[slip.record_id].key if slip.record_id else 'unknown'} took "
            f"{slip.days} since {format_day(slip.first_day)}"
            for slip in delay.slips
        ]

    def notified(self) -> list[str]:
        """Who was notified of a comment of Interlock since this was last asked: `ada of CRM-2`."""
        site = self.sandbox.jira
        ours = {
            comment["id"]
            for issue in site.issues.values()
            for comment in issue.comments
            if comment["author"]["accountId"] == "interlock"
        }
        sent = [each for each in site.notifications if each["comment"] in ours]
        site.notifications.clear()
        return sorted({f"{person} of {each['issue']}" for each in sent for person in each["to"]})

    # What is on record

    def events(self, conflict_id: str) -> list[str]:
        """What happened to a conflict, with its day: `opened 1 Mar 2027`."""
        with self.instance.engine.connect() as connection:
            recorded = read_events(connection, conflict_id)
        return [f"{each.event.event} {format_day(each.event.at.date())}" for each in recorded]

    def decisions(self, conflict_id: str) -> list[str]:
        """The decisions about a conflict as they are on record: who, through what, what."""
        with self.instance.engine.connect() as connection:
            recorded = read_decisions(connection, conflict_id)
        return [f"{each.person} by {each.channel}: {each.meaning}" for each in recorded]

    def first_flag(self, conflict_id: str) -> date:
        """The day on which a conflict was opened."""
        with self.instance.engine.connect() as connection:
            return read_events(connection, conflict_id)[0].event.at.date()

    def warning_days(self, conflict_id: str, harm: str) -> int:
        """The working days from the first flag of a conflict to the day of the harm."""
        calendar = calendar_with_id(self.instance.model, self.instance.model.calendar)
        first = self.first_flag(conflict_id)
        return calendar.working_days_between(first, date.fromisoformat(harm))

    def is_record_whole(self) -> bool:
        """Whether the chain proves all of it; that the story plays in another year is no fault."""
        faults = audit_record(self.instance.engine).faults
        return all(fault.kind is FaultKind.MISDATED for fault in faults)

    @property
    def today(self) -> date:
        return self.instance.today(self.now)

    def _set_clock(self, now: datetime) -> None:
        self.now = self.sandbox.jira.settings.now = now

    def _all_conflicts(self) -> dict[str, Conflict]:
        with self.instance.engine.connect() as connection:
            return read_conflicts(connection)

    def _own_comments(self, comments: Sequence[Mapping[str, Any]]) -> list[str]:
        own = (each for each in comments if each["author"]["accountId"] == "interlock")
        return [_text(each["body"]).strip() for each in own]

    def _call(self, method: str, path: str, by: str = "", body: Any = None) -> httpx.Response:
        person = next((each for each in self.instance.model.people if each.id == by), None)
        assert person or not by, f"the model has no {by}"
        answer = httpx.request(
            method,
            f"{self.sandbox.jira_url}/rest/api/3{path}",
            auth=(person.email if person else "interlock@example.com", JIRA_TOKEN),
            json=body,
            verify=False,
        )
        assert answer.is_success, answer.text
        return answer


def _text(node: Any) -> str:
    """The text of a document of Jira, a line per block."""
    if isinstance(node, list):
        return "".join(map(_text, node))
    own: str = node.get("text", "") or node.get("attrs", {}).get("text", "")
    end = "\n" if node.get("type") in ("paragraph", "heading", "listItem") else ""
    return own + _text(node.get("content", [])) + end
