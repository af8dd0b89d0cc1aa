"""`interlock why`: which records made an item late, on which day, and what was decided about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from model.findings import Label
from model.root_cause import Slip
from model.rules.words import format_day, format_working_days
from pipelines.cli.exit_codes import ExitCode
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import now, print_error, print_json, print_line, print_table
from pipelines.steps.explain import UnknownName
from pipelines.steps.why import Delay, Flag, FollowingDecision, explain_delay


def why(name: str, *, json: bool) -> None:
    """Print how an item became late; raises Exit(MISCONFIGURED) for a name that has no date."""
    with open_home_instance() as instance:
        try:
            delay = explain_delay(instance, name, now())
        except UnknownName as error:
            print_error(str(error))
            raise typer.Exit(ExitCode.MISCONFIGURED) from None
        function_names = instance.model.function_names
        people = {person.id: person.name for person in instance.model.people}
    if json:
        print_json(_delay_to_json(delay))
        return
    print_line(_headline(delay))
    if delay.slips:
        print_table(
            ("When", "Record", "Function", "Days", "What happened", "Flagged before"),
            [_slip_row(slip, delay, function_names) for slip in delay.slips],
            f"What moved it: {format_working_days(sum(slip.days for slip in delay.slips))} in all",
        )
    if any(slip.is_before for slip in delay.slips):
        name = _name(delay.labels.get(delay.target))
        print_line(
            f"* before the history of {name} begins; it counts if its plan was the same then"
        )
    for line in _flag_lines(delay, people):
        print_line(line)


def _headline(delay: Delay) -> str:
    name = _name(delay.labels.get(delay.target))
    promised = f"promised for {format_day(delay.promise.finish)}"
    known = f"(on record since {format_day(delay.promise.known_on)})"
    state = "finished on" if delay.is_done else "forecast for"
    late = format_working_days(abs(delay.days))
    result = f"{late} {'late' if delay.days > 0 else 'early'}" if delay.days else "on time"
    return f"{name} was {promised} {known} and is {state} {format_day(delay.finish)}: {result}"


def _slip_row(slip: Slip, delay: Delay, function_names: dict[str, str]) -> tuple[str, ...]:
    label = delay.labels.get(slip.record_id) if slip.record_id is not None else None
    return (
        f"{_when(slip)} *" if slip.is_before else _when(slip),
        _name(label) if label else "not known",
        function_names.get(label.function, label.function) if label else "",
        f"{slip.days:+d}",
        _what(slip),
        ", ".join(flag.conflict.id for flag in _flags_before(slip, delay)) or "no",
    )


def _when(slip: Slip) -> str:
    if slip.record_id is None:
        return f"before {format_day(slip.first_day)}"
    if slip.first_day == slip.last_day:
        return format_day(slip.last_day)
    return f"{format_day(slip.first_day)} to {format_day(slip.last_day)}"


def _what(slip: Slip) -> str:
    if slip.record_id is None:
        return "its forecast was later than its promised date when its history begins"
    if slip.changes:
        return "; ".join(slip.changes)
    if slip.is_overdue:
        return "open while its date passed"
    return "nothing on record explains it"


def _flags_before(slip: Slip, delay: Delay) -> list[Flag]:
    """The conflicts that named the record by the day on which it began to slip."""
    return [
        flag
        for flag in delay.flags
        if slip.record_id in flag.record_ids and flag.on <= slip.first_day
    ]


def _flag_lines(delay: Delay, people: dict[str, str]) -> Iterator[str]:
    if not delay.flags:
        yield "No conflict about it was ever flagged, so nothing was decided."
    for flag in delay.flags:
        yield f"flagged  {format_day(flag.on)}  {flag.conflict.id}  {flag.conflict.wording.title}"
        for decision in flag.decisions:
            yield f"decided  {format_day(decision.on)}  {_decision_text(decision, people)}"
        if not flag.decisions:
            yield "         no decision followed"


def _decision_text(following: FollowingDecision, people: dict[str, str]) -> str:
    decision, became = following.decision, following.became
    person = people.get(decision.person, decision.person)
    because = f": {became.because}" if became.because else ""
    return f"{person}: {decision.meaning or decision.verdict} ({became.outcome}{because})"


def _name(label: Label | None) -> str:
    if label is None:
        return "a record that is not known"
    return label.key if label.key == label.title else f"{label.key} {label.title}"


def _delay_to_json(delay: Delay) -> dict[str, Any]:
    """Days are working days; `changes` is empty where the record itself did not change."""
    return {
        "item": _label_to_json(delay.labels.get(delay.target)),
        "promised": delay.promise.finish,
        "known_since": delay.promise.known_on,
        "finish": delay.finish,
        "done": delay.is_done,
        "days": delay.days,
        "slips": [
            {
                "record": _label_to_json(delay.labels.get(slip.record_id or -1)),
                "from": slip.first_day,
                "to": slip.last_day,
                "days": slip.days,
                "changes": slip.changes,
                "what": _what(slip),
                "known": slip.record_id is not None,
                "before_history": slip.is_before,
                "flagged_before": [flag.conflict.id for flag in _flags_before(slip, delay)],
            }
            for slip in delay.slips
        ],
        "flags": [_flag_to_json(flag) for flag in delay.flags],
    }


def _flag_to_json(flag: Flag) -> dict[str, Any]:
    return {
        "conflict": flag.conflict.id,
        "title": flag.conflict.wording.title,
        "flagged_on": flag.on,
        "decisions": [
            {
                "on": each.on,
                "person": each.decision.person,
                "meaning": each.decision.meaning or each.decision.verdict,
                "outcome": each.became.outcome.value,
                "because": each.became.because,
            }
            for each in flag.decisions
        ],
    }


def _label_to_json(label: Label | None) -> dict[str, str] | None:
    return {"ref": label.ref, "key": label.key, "title": label.title} if label else None
