"""A conflict: its latest finding in words, who may decide it by when, and its decision."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from model.findings import Finding, Severity, Wording
from model.freshness import OldReading, readings_text
from model.records import Money


class Status(StrEnum):
    OPEN = "open"
    DECIDED = "decided"
    RESOLVED = "resolved"


class _FrozenModel(BaseModel):
    model_config = ConfigDict(frozen=True)


class NamedAuthority(_FrozenModel):
    """Who may decide a conflict: a role, and the person who is asked (ids and names).

    `for_name` is the holder of the role where the person stands in for them.
    """

    role: str
    role_name: str
    person: str
    person_name: str
    for_name: str = ""

    def __str__(self) -> str:
        return f"{self.person_name}{self.capacity}"

    @property
    def capacity(self) -> str:
        """What follows the name of the person: ` (CIO)`, ` for Ada Example (CIO)`."""
        holder = f" for {self.for_name}" if self.for_name else ""
        return f"{holder} ({self.role_name})" if self.role_name else holder


class FollowingLevel(_FrozenModel):
    """Who decides once the present level has run out, and until when."""

    person_name: str
    decide_by: date


class EscalationStatus(_FrozenModel):
    """Where a conflict stands on the escalation path at one instant.

    `level` counts from 1; `authority` is None where nobody may decide. `decide_by` is the last
    day of this level in the time zone of the operating model; `otherwise` is a clause that says
    what follows then, and `following` names who decides then, if anybody does. `overdue` means
    that the last level has run out.

    Where functions have to agree, `parties` are their authorities and `awaited` those whose turn it
    is, with `authority` as the first of them. `came_from` is a clause that says who had the
    conflict before, `absence` a sentence about who is away now.
    """

    level: int
    level_name: str
    authority: NamedAuthority | None
    decide_by: date
    otherwise: str
    overdue: bool = False
    following: FollowingLevel | None = None
    parties: tuple[NamedAuthority, ...] = ()
    awaited: tuple[NamedAuthority, ...] = ()
    came_from: str = ""
    absence: str = ""

    @property
    def authority_id(self) -> str | None:
        """The id of the person who is asked first."""
        return self.authority.person if self.authority else None

    @property
    def asked(self) -> tuple[NamedAuthority, ...]:
        """All whose turn it is to decide."""
        return self.awaited or ((self.authority,) if self.authority else ())


class Agreement(NamedAuthority):
    """An authority that agreed to a decision, and the right (an id) under which it did."""

    right: str


class Decision(_FrozenModel):
    """The decision in force.

    `verdict` is the id of the option that was chosen, `meaning` its consequence as the rule worded
    it then. `answers` are the fields of the option as they were filled in.

    It holds up to `severity`, to `days` working days and the amounts of `value` (None: any), and
    through the day `until`; `awaits` says what has to stand in the tools by then. `replaces` is
    the decision that it replaced, in words. `role` and `right` are ids of the operating model;
    `for_name` is the holder of the role for whom a deputy decided. `agreed_by` are the authorities
    of other functions that had agreed to it before. `rule` led the conflict when it was made: the
    right is measured against that rule, also where another fact leads today.
    """

    verdict: str
    # Stored, so that a decision stays readable when its rule changes or is uninstalled.
    meaning: str
    person: str
    person_name: str
    reason: str
    severity: Severity
    decided_at: datetime
    role: str = ""
    role_name: str = ""
    for_name: str = ""
    right: str = ""
    rule: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    days: int | None = None
    value: tuple[Money, ...] | None = None
    until: date | None = None
    awaits: str = ""
    replaces: str = ""
    agreed_by: tuple[Agreement, ...] = ()

    @property
    def author(self) -> Agreement:
        """Who decided, and in which role."""
        return Agreement(
            role=self.role,
            role_name=self.role_name,
            person=self.person,
            person_name=self.person_name,
            for_name=self.for_name,
            right=self.right,
        )

    def is_same_choice(self, other: Decision) -> bool:
        """Whether both choose one option of one rule with the same fields."""
        mine, theirs = (self.rule, self.verdict), (other.rule, other.verdict)
        return mine == theirs and dict(self.answers) == dict(other.answers)


PROPOSAL_EVENTS = ("agreed", "counter-proposed", "lapsed")
"""The events of proposals; none of them changes the status of a conflict or its decision."""


class StatementKind(StrEnum):
    """What people say about a conflict without deciding it."""

    SEEN = "seen"
    OWNER = "owner named"
    ESCALATED = "escalated by hand"
    NOT_OURS = "not ours"
    UNCONFIRMED = "to be confirmed"


STATEMENT_EVENTS = tuple(kind.value for kind in StatementKind)
"""The events that a statement leaves on record; none of them changes the status of a conflict."""


class Statement(_FrozenModel):
    """What a person said about a conflict; `person` is None where nothing proves who it was.

    `text` is their reason; of an unconfirmed decision it is what the file says. `about` is the name
    of the person whom it is about: who takes care of it, or who is asked to confirm it. `level` is
    the one that had the turn from then on, where the statement passed the conflict on.
    """

    kind: StatementKind
    person: str | None
    person_name: str
    at: datetime
    text: str = ""
    about: str = ""
    level: int | None = None


class Conflict(_FrozenModel):
    """A conflict as it stands now; of a resolved one `finding` is the last there was.

    `changed_at` is when something changed that its readers are notified of. Deadlines count from
    `due_from` where it is set, else from `opened_at`; `unseen_days` are the working days by which
    it was put off so far, because nobody could see then how things stood. `old_readings` are the
    connections on which the conflict rests and that are not fresh: while there are any, nothing
    about it changes but by a decision. Where an open conflict was decided before,
    `former_decision` is that decision and `reopened_because` says why it no longer holds.
    `merged_into` is the conflict that took it over, where both turned out to be one matter.
    `statements` are what people said about it since it opened, in the order of saying. `proposals`
    are what authorities of functions agreed to that others have not agreed to, the newest last, one
    per role. `page` is the readable name of its page, given once; a conflict of an earlier version
    has none. All instants are in UTC.
    """

    id: str
    status: Status
    finding: Finding
    wording: Wording
    escalation: EscalationStatus
    opened_at: datetime
    changed_at: datetime
    # Set where the shorter deadlines of a more severe conflict would have passed already.
    due_from: datetime | None = None
    unseen_days: tuple[date, ...] = ()
    old_readings: tuple[OldReading, ...] = ()
    resolved_at: datetime | None = None
    decision: Decision | None = None
    proposals: tuple[Decision, ...] = ()
    former_decision: Decision | None = None
    reopened_because: str = ""
    merged_into: str = ""
    statements: tuple[Statement, ...] = ()
    page: str = ""

    @property
    def counts_from(self) -> datetime:
        """The instant (UTC) from which its deadlines count."""
        return self.due_from or self.opened_at

    @property
    def severity(self) -> Severity:
        return self.finding.severity

    @property
    def page_name(self) -> str:
        """The name of its page, for life: links to it stand in comments and in people's mail."""
        return self.page or self.id

    @property
    def age_text(self) -> str:
        """How old the data are on which it rests, and that its deadline waits; empty if fresh."""
        if not self.old_readings or self.status is Status.RESOLVED:
            return ""
        waits = " Its deadline waits meanwhile." if self.status is Status.OPEN else ""
        return f"Rests on {readings_text(self.old_readings)}.{waits}"
