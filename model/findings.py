"""Findings: the facts of a conflict as a rule sees them now, before the ledger tracks its life.

A finding consists of record ids and facts; `Wording` is what people read. Rules find in columns
and word afterwards, so a rule over a million items costs one pass and not a million calls.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum

from model.records import Money, Ref


class Severity(IntEnum):
    """A higher number is worse."""

    # Stored as numbers in the warehouse, so the order is part of the data.
    LOW = 0
    MEDIUM = 1
    HIGH = 2
    CRITICAL = 3


@dataclass(frozen=True, slots=True)
class Impact:
    """What is at stake downstream: days of delay, items that move, deal value by currency."""

    days: int = 0
    items: int = 0
    value: tuple[Money, ...] = ()


@dataclass(frozen=True, slots=True)
class ChainStep:
    """One link of the chain that explains a finding, upstream first.

    `planned` is the date that its tool states, `forecast` the one that the network computes;
    `source` names where the planned date stands (`Jira field "Due date"`), `why` where its
    dependency on the next step stands. Of a step that is `done`, `forecast` is the day on which
    it was finished.
    """

    record_id: int
    planned: date | None
    forecast: date | None
    source: str = ""
    why: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A conflict as a rule sees it now.

    `about` is its identity for life: canonical names of the things it is about (references,
    function ids, a WBS), never a date. Findings with the same `about` and the same `matter` are
    facts of one conflict, whatever their rules; a rule that names no matter has its own. `also`
    are the rules of the further facts. `known_as` is the id of the conflict that it continues,
    where an earlier version of Interlock gave it another one.

    `subjects` are the ids of the records it is about, `comment_on` those that get a comment,
    `downstream` those that move because of it. `functions` are the ids of the functions whose
    plans break each other, first the one that has to move. `needed_by` is the day on which the
    other side needs it, `found_on` the day for which the rule looked. `facts` are what the rule
    needs for its wording, name to value. `rests_on` are the connections whose data it rests on; a
    rule states those of records that it does not mention. It opens a conflict once it has been
    found for `watch_days` working days, 0 for at once.
    """

    rule: str
    about: tuple[str, ...]
    severity: Severity
    functions: tuple[str, ...]
    subjects: tuple[int, ...]
    comment_on: tuple[int, ...]
    impact: Impact = Impact()
    needed_by: date | None = None
    chain: tuple[ChainStep, ...] = ()
    downstream: tuple[int, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    found_on: date | None = None
    rests_on: tuple[str, ...] = ()
    matter: str = ""
    also: tuple[str, ...] = ()
    known_as: str = ""
    watch_days: int = 0

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules of all its facts, the leading one first."""
        return (self.rule, *self.also)

    @property
    def mentioned_ids(self) -> frozenset[int]:
        """Ids of all records that the finding mentions."""
        chain = (step.record_id for step in self.chain)
        return frozenset((*self.subjects, *self.comment_on, *self.downstream, *chain))

    @property
    def is_past(self) -> bool:
        """Whether the day on which the other side needs it is over."""
        needed, today = self.needed_by, self.found_on
        return needed is not None and today is not None and needed < today

    @property
    def conflict_id(self) -> str:
        """Stable short id of its conflict: `C-` and ten hex digits."""
        return self.known_as or self.matter_id

    @property
    def matter_id(self) -> str:
        """The id from the matter and what it is about, whatever earlier versions called it."""
        return _conflict_id(self.matter or self.rule, self.about)

    @property
    def former_ids(self) -> frozenset[str]:
        """The ids of the conflicts that each of its rules had for itself in earlier versions."""
        return frozenset(_conflict_id(rule, self.about) for rule in self.rules)


def _conflict_id(matter: str, about: tuple[str, ...]) -> str:
    # The unit separator cannot stand in a reference, so no two lists give the same text.
    name = "\x1f".join((matter, *sorted(about)))
    # 40 bits: the chance that two of 10,000 conflicts share an id is about one in 20,000.
    return f"C-{hashlib.sha256(name.encode()).hexdigest()[:10]}"


@dataclass(frozen=True, slots=True)
class Label:
    """What people call a record, looked up only for records that a finding names."""

    record_id: int
    ref: str
    key: str
    title: str
    url: str | None
    function: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class Briefing:
    """What the owners of some records read: one clause that is addressed to them, and why.

    `news` is what they have to know, a clause without a full stop that holds its date; `request`
    what they are asked to do, to follow "please", where `{by}` stands for the day by which the
    conflict is to be decided. It takes the place of the question to those who decide. `reasons` are
    sentences, the most important first: a short comment has only the first ones.
    """

    record_ids: tuple[int, ...]
    news: str
    request: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """A finding in words: a title of one line, sentences that explain it, what is to be decided.

    The explanation is the whole story, for the card. `briefings` are what comments say of it, by
    what a record has to do with the matter; the first one that names a record is its own.

    `terms` are what the options of the rule say about this finding, name to text; a date is
    written as YYYY-MM-DD. `horizon` should be among them: the day that an acceptance reaches to
    unless somebody says otherwise.
    """

    title: str
    explanation: tuple[str, ...]
    question: str
    terms: tuple[tuple[str, str], ...] = ()
    briefings: tuple[Briefing, ...] = ()


def complete_evidence(
    finding: Finding, labels: Mapping[int, Label], others: Iterable[str]
) -> Finding:
    """The finding with all connections it rests on: also those of the records it mentions."""
    mentioned = (labels[i] for i in finding.mentioned_ids if i in labels)
    connections = {Ref.parse(label.ref).connection for label in mentioned}
    return replace(finding, rests_on=tuple(sorted({*finding.rests_on, *connections, *others})))
