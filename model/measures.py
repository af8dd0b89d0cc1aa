"""How well conflicts are decided: each measure once, as a pure function of the record and a day.

Rules are those that lead a conflict now. Days are working days of the operating model. What is
counted over time is what happened in the last twelve weeks, the present day included.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from model.conflicts import Conflict, Status
from model.ledger import Event
from model.operating_model.calendar import calendar_with_id, local_day
from model.operating_model.schema import OperatingModel
from model.outcomes import TakenDecision

WINDOW = timedelta(weeks=12)
DISMISSED = "dismiss"
"""The option by which somebody says that a finding is no conflict."""
_NOISY_COUNT = 3
_NOISY_SHARE = 1 / 3

Values = Mapping[str, Sequence[int]]
"""Numbers by rule."""


@dataclass(frozen=True, slots=True)
class PostedOn:
    """A comment that was written: the local day, and the owner of the record that carries it."""

    day: date
    person: str


@dataclass(frozen=True, slots=True)
class MeasuredData:
    """What is measured.

    `conflicts` are all on record, `events` those of each in their order, `decisions` all in their
    order. `needed_by` is for each conflict the day on which the other side needed it, as known
    when it opened. `comments` are those that were created.
    """

    conflicts: Mapping[str, Conflict]
    events: Mapping[str, Sequence[Event]]
    decisions: Sequence[TakenDecision]
    needed_by: Mapping[str, date]
    comments: Sequence[PostedOn]


@dataclass(frozen=True, slots=True)
class DecisionTime:
    """How long a decision took, and how long it might take at the first level."""

    rule: str
    days: int
    limit: int

    @property
    def is_in_time(self) -> bool:
        return self.days <= self.limit


@dataclass(frozen=True, slots=True)
class RuleMeasures:
    """The measures of one rule; None where there is nothing to take a median or a share of.

    `days_to_decide`, `limit` and `warning_days` are medians, `in_time` is a share from 0 to 1.
    """

    rule: str
    open: int
    decided: int
    days_to_decide: float | None
    limit: float | None
    in_time: float | None
    escalated: int
    reopened: int
    dismissed: int
    is_noisy: bool
    warning_days: float | None


@dataclass(frozen=True, slots=True)
class Measures:
    """All measures as of a day: by rule, open conflicts by function, comments by person and week.

    A week is written as `2026-W10`, by ISO 8601.
    """

    day: date
    rules: tuple[RuleMeasures, ...]
    open_by_function: Mapping[str, int]
    comments: Mapping[tuple[str, str], int]


def measure(
    model: OperatingModel, rules: Iterable[str], data: MeasuredData, today: date
) -> Measures:
    """All measures; with a line for each of these rules, also where nothing happened."""
    recent = _Recent(model, data, today - WINDOW, today)
    times: defaultdict[str, list[DecisionTime]] = defaultdict(list)
    for time in decision_times(recent):
        times[time.rule].append(time)
    opened, warnings = open_by_rule(data.conflicts.values()), warning_days(recent)
    escalated, reopened = (
        count_events(recent, "escalated", "undecided"),
        count_events(recent, "reopened"),
    )
    decided, dismissed = count_decisions(recent), count_decisions(recent, DISMISSED)
    names = {*rules, *opened, *decided, *escalated, *reopened}
    lines = (
        RuleMeasures(
            rule,
            opened[rule],
            decided[rule],
            _median(time.days for time in times[rule]),
            _median(time.limit for time in times[rule]),
            _share(times[rule]),
            escalated[rule],
            reopened[rule],
            dismissed[rule],
            is_noisy(dismissed[rule], decided[rule]),
            _median(warnings.get(rule, ())),
        )
        for rule in sorted(names)
    )
    functions = open_by_function(model, data.conflicts.values())
    return Measures(today, tuple(lines), functions, comments_by_week(recent))


@dataclass(frozen=True, slots=True)
class _Recent:
    """The data of the time that is counted, after `first` and up to `last`."""

    model: OperatingModel
    data: MeasuredData
    first: date
    last: date

    def has(self, day: date) -> bool:
        return self.first < day <= self.last

    def rule_of(self, conflict_id: str) -> str | None:
        conflict = self.data.conflicts.get(conflict_id)
        return conflict.finding.rule if conflict else None

    def events(self) -> Iterator[tuple[str, Event]]:
        """The rule and the event, of all conflicts."""
        for conflict_id, events in self.data.events.items():
            rule = self.rule_of(conflict_id)
            for event in events:
                if rule and self.has(local_day(self.model, event.at)):
                    yield rule, event

    def decisions(self) -> Iterator[tuple[str, TakenDecision]]:
        """The rule and the decision."""
        for decision in self.data.decisions:
            rule = self.rule_of(decision.conflict_id)
            if rule and self.has(local_day(self.model, decision.decided_at)):
                yield rule, decision

    @property
    def working_days(self) -> Callable[[date, date], int]:
        return calendar_with_id(self.model, self.model.calendar).working_days_between


def open_by_rule(conflicts: Iterable[Conflict]) -> Counter[str]:
    """How many conflicts are open now, by the rule that leads each."""
    return Counter(each.finding.rule for each in conflicts if each.status is Status.OPEN)


def open_by_function(model: OperatingModel, conflicts: Iterable[Conflict]) -> dict[str, int]:
    """How many conflicts are open now that touch a function; one counts for each of its functions.

    By the id of each function of the model, also those without one.
    """
    counts = Counter(
        function
        for each in conflicts
        if each.status is Status.OPEN
        for function in each.finding.functions
    )
    return {function.id: counts[function.id] for function in model.functions}


def decision_times(recent: _Recent) -> Iterator[DecisionTime]:
    """The days from the opening of a conflict, or its last reopening, to the first decision after.

    The limit are the days from there to the deadline of the level on which it then stood.
    """
    for conflict_id, events in recent.data.events.items():
        rule = recent.rule_of(conflict_id)
        began: Event | None = None
        for event in events:
            if event.event in ("opened", "reopened"):
                began = event
            elif event.event == "decided" and began and rule:
                day = local_day(recent.model, event.at)
                start = local_day(recent.model, began.at)
                decide_by = began.details.get("decide_by")
                if decide_by and recent.has(day):
                    limit = recent.working_days(start, date.fromisoformat(decide_by))
                    yield DecisionTime(rule, recent.working_days(start, day), limit)
                # What follows replaces a decision, and does not answer an open question.
                began = None


def count_events(recent: _Recent, *names: str) -> Counter[str]:
    """How often these things happened to conflicts, by rule.

    `escalated`: it rose by a level; `undecided`: the last level ran out; `reopened`: its decision
    ended, or its cause came back.
    """
    return Counter(rule for rule, event in recent.events() if event.event in names)


def count_decisions(recent: _Recent, verdict: str | None = None) -> Counter[str]:
    """How many decisions were taken, by rule; only those for one option if it is given."""
    return Counter(
        rule for rule, each in recent.decisions() if verdict is None or each.verdict == verdict
    )


def is_noisy(dismissed: int, decided: int) -> bool:
    """Whether a rule is dismissed so often that it should be set otherwise.

    At least three findings were dismissed, and they are a third of all that was decided.
    """
    return dismissed >= _NOISY_COUNT and dismissed >= decided * _NOISY_SHARE


def warning_days(recent: _Recent) -> Values:
    """For each conflict that opened: the days from then until the other side needed it, by rule.

    Negative where it was flagged only after that day. Both as known when it opened.
    """
    warnings: defaultdict[str, list[int]] = defaultdict(list)
    for conflict_id, events in recent.data.events.items():
        rule, needed = recent.rule_of(conflict_id), recent.data.needed_by.get(conflict_id)
        day = local_day(recent.model, events[0].at)
        if rule and needed and recent.has(day):
            warnings[rule].append(recent.working_days(day, needed))
    return warnings


def comments_by_week(recent: _Recent) -> dict[tuple[str, str], int]:
    """How many comments were created per person and ISO week, by the owner of the record.

    An edit in place is none: it is not another comment.
    """
    counts = Counter(
        (each.person, _week(each.day)) for each in recent.data.comments if recent.has(each.day)
    )
    return dict(sorted(counts.items()))


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _median(values: Iterable[int]) -> float | None:
    numbers = list(values)
    return float(median(numbers)) if numbers else None


def _share(times: Sequence[DecisionTime]) -> float | None:
    return sum(time.is_in_time for time in times) / len(times) if times else None
