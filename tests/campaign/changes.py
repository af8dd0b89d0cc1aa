"""Random changes of people in their tools, the same in two instances."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from openpyxl import load_workbook

from tests.pipelines.small import EXPORT, Small, day

Change = Callable[[Small], None]
"""Makes one change in the tools of an instance."""

_JIRA = "/rest/api/3"
_STAGES = ("Prospecting", "Negotiation/Review", "Proposal/Price Quote", "Closed Lost")


class Office:
    """What exists in the tools, so that a change meets something; the same seed, the same days."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._issues = ["CDP-1", "CDP-2", "CDP-3"]
        self._created = 3
        self._rows = 2
        self._lines = 3

    def changes(self, most: int) -> list[Change]:
        """One to so many changes, all of which have to be made."""
        kinds = (
            self._move_issue, self._move_issue, self._move_issue, self._rename_issue,
            self._start_or_end_issue, self._create_issue, self._delete_issue, self._link_issues,
            self._change_deal, self._change_deal, self._change_row, self._change_row,
            self._add_row, self._add_line,
        )  # fmt: skip
        return [self._random.choice(kinds)() for _ in range(self._random.randint(1, most))]

    def _move_issue(self) -> Change:
        key, due = self._random.choice(self._issues), day(self._random.randint(2, 40))
        return _edit_issue(key, {"duedate": due.isoformat()})

    def _rename_issue(self) -> Change:
        name = self._random.choice(("Profile & consent", "Größe <b>prüfen</b>", "[[x]] {code}"))
        return _edit_issue(self._random.choice(self._issues), {"summary": name})

    def _start_or_end_issue(self) -> Change:
        key, place = self._random.choice(self._issues), self._random.randrange(3)

        def change(small: Small) -> None:
            path = f"{_JIRA}/issue/{key}/transitions"
            transitions = small.call_jira("GET", path).json()["transitions"]
            chosen = transitions[place % len(transitions)]["id"]
            small.call_jira("POST", path, {"transition": {"id": chosen}})

        return change

    def _create_issue(self) -> Change:
        self._created += 1
        self._issues.append(f"CDP-{self._created}")
        fields = {
            "project": {"key": "CDP"},
            "issuetype": {"name": "Story"},
            "summary": f"Step {self._created}",
            "duedate": day(self._random.randint(2, 40)).isoformat(),
        }
        return lambda small: _ignore(small.call_jira("POST", f"{_JIRA}/issue", {"fields": fields}))

    def _delete_issue(self) -> Change:
        if len(self._issues) < 4:
            return self._create_issue()
        # Never the newest one: the stand-in would give its key to the next.
        key = self._issues.pop(self._random.randrange(2, len(self._issues) - 1))
        return lambda small: _ignore(small.call_jira("DELETE", f"{_JIRA}/issue/{key}"))

    def _link_issues(self) -> Change:
        one, other = self._random.sample(self._issues, 2)
        body = {
            "type": {"name": "Blocks"},
            "inwardIssue": {"key": one},
            "outwardIssue": {"key": other},
        }
        return lambda small: _ignore(small.call_jira("POST", f"{_JIRA}/issueLink", body))

    def _change_deal(self) -> Change:
        place, values = self._random.randrange(2), {
            "Amount": self._random.randint(1, 400) * 1000,
            "CloseDate": day(self._random.randint(2, 60)).isoformat(),
            "StageName": self._random.choice(_STAGES),
            "Depends_On__c": self._random.choice(self._issues),
        }  # fmt: skip
        chosen = dict(self._random.sample(sorted(values.items()), 2))

        def change(small: Small) -> None:
            deal = list(small.sandbox.salesforce.records["Opportunity"])[place]
            _as_person(small, "PATCH", f"/services/data/v64.0/sobjects/Opportunity/{deal}", chosen)

        return change

    def _change_row(self) -> Change:
        row, column = self._random.randrange(self._rows), self._random.choice((3, 4, 6, 7))
        value: Any = {
            3: day(self._random.randint(-5, 10)),
            4: day(self._random.randint(10, 30)),
            6: self._random.choice(("Planned", "Running")),
            7: self._random.choice(("CDP-1", "CDP-2", "")),
        }[column]
        return lambda small: _write_cells(small, row, [(column, value)])

    def _add_row(self) -> Change:
        self._rows += 1
        values = (
            f"CMP-{self._rows}", f"Campaign {self._rows}", day(self._random.randint(0, 9)),
            day(self._random.randint(10, 30)), "Lena Vogt", "Planned",
            self._random.choice(self._issues),
        )  # fmt: skip
        row = self._rows - 1
        return lambda small: _write_cells(small, row, list(enumerate(values, start=1)))

    def _add_line(self) -> Change:
        self._lines += 1
        cents = 1113456 + 100 * (self._lines - 3)
        lines = [f"{number};D-9;Ist;17.02.2026;1,00" for number in range(4, self._lines + 1)]
        total = f"{cents // 100000}.{cents // 100 % 1000:03},{cents % 100:02}"
        head = EXPORT.partition("Summe")[0]
        text = "\n".join([head.rstrip(), *lines, f"Summe;;;;{total}", ""])
        return lambda small: small.write_export(text)


def _edit_issue(key: str, fields: dict[str, Any]) -> Change:
    return lambda small: _ignore(small.call_jira("PUT", f"{_JIRA}/issue/{key}", {"fields": fields}))


def _write_cells(small: Small, row: int, cells: Sequence[tuple[int, Any]]) -> None:
    """Change cells of Marketing's plan as Excel does: the notes stay."""
    path = small.home / "files" / "plan.xlsx"
    book = load_workbook(path)
    sheet = book.active
    assert sheet is not None
    for column, value in cells:
        sheet.cell(4 + row, column, value)
    book.save(path)


def _as_person(small: Small, method: str, path: str, body: Any) -> None:
    import httpx

    session = small.call_salesforce("POST", "/_sandbox/sessions", {"username": "sam@example.com"})
    httpx.request(
        method,
        f"{small.sandbox.salesforce_url}{path}",
        json=body,
        headers={"Authorization": f"Bearer {session.json()['access_token']}"},
        verify=False,
    ).raise_for_status()


def _ignore(_: object) -> None:
    pass


def add_faults(small: Small, random: Random, share: float, requests: int = 80) -> int:
    """Let this share of the next requests to each stand-in fail; the number of faults."""
    count = 0
    for url in (small.sandbox.jira_url, small.sandbox.salesforce_url):
        for number in range(requests):
            if random.random() < share:
                kind = random.choice(("429", "5xx", "drop_after", "truncate"))
                _call_faults(url, "POST", {"kind": kind, "times": 1, "after": number})
                count += 1
    return count


def clear_faults(small: Small) -> None:
    for url in (small.sandbox.jira_url, small.sandbox.salesforce_url):
        _call_faults(url, "DELETE", None)


def _call_faults(url: str, method: str, body: Any) -> None:
    import httpx

    answer = httpx.request(method, f"{url}/_sandbox/faults", json=body, verify=False)
    answer.raise_for_status()
