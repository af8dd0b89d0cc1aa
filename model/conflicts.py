"""A conflict: its latest finding in words, who may decide it by when, and its decision."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from model.findings import Finding, Severity, Wording


class Status(StrEnum):
    OPEN = "open"
    DECIDED = "decided"
    RESOLVED = "resolved"


class _FrozenModel(BaseModel):
    model_config = ConfigDict(frozen=True)


class NamedAuthority(_FrozenModel):
    """Who may decide a conflict: a role, and the person who holds it (ids and names)."""

    role: str
    role_name: str
    person: str
    person_name: str


class EscalationStatus(_FrozenModel):
    """Where a conflict stands on the escalation path at one instant.

    `level` counts from 1; `authority` is None where nobody may decide. `decide_by` is the last
    day of this level in the time zone of the operating model; `otherwise` is a clause that says
    what follows then. `overdue` means that the last level has run out.
    """

    level: int
    level_name: str
    authority: NamedAuthority | None
    decide_by: date
    otherwise: str
    overdue: bool = False


class Decision(_FrozenModel):
    """The decision in force.

    `verdict` is the id of the option that was chosen, `meaning` its consequence as the rule worded
    it then, so that a decision stays readable when its rule changes or is uninstalled.
    """

    verdict: str
    meaning: str
    person: str
    person_name: str
    reason: str
    severity: Severity
    decided_at: datetime


class Conflict(_FrozenModel):
    """A conflict as it stands now; of a resolved one `finding` is the last there was.

    `changed_at` is when something changed that its readers are notified of. Deadlines count from
    `due_from` where it is set, else from `opened_at`. All instants are in UTC.
    """

    id: str
    status: Status
    finding: Finding
    wording: Wording
    escalation: EscalationStatus
    opened_at: datetime
    changed_at: datetime
    due_from: datetime | None = None
    resolved_at: datetime | None = None
    decision: Decision | None = None

    @property
    def severity(self) -> Severity:
        return self.finding.severity
