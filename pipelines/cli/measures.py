"""`interlock measures`: how well conflicts are decided."""

from __future__ import annotations

from dataclasses import asdict

from model.measures import Measures, RuleMeasures
from model.rules.words import format_day
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import now, print_json, print_line, print_table
from pipelines.steps import measures as step


def measures(*, json: bool) -> None:
    """Print the measures as tables: by rule, by function, comments per person and week."""
    with open_home_instance() as instance:
        measured = step.measures(instance, now())
        names = instance.model.function_names
    if json:
        print_json(_to_json(measured))
        return
    print_table(
        (
            "Rule",
            "Open",
            "Decided",
            "Days to decide",
            "Limit",
            "In time",
            "Escalated",
            "Reopened",
            "Dismissed",
            "Warning days",
        ),
        [_rule_row(each) for each in measured.rules],
        f"Twelve weeks to {format_day(measured.day)}",
    )
    print_table(
        ("Function", "Open"),
        [(names[each], str(count)) for each, count in measured.open_by_function.items()],
        "Open conflicts by function",
    )
    if measured.comments:
        print_table(
            ("Person", "Week", "Comments"),
            [(person, week, str(count)) for (person, week), count in measured.comments.items()],
            "Comments on the records of each person",
        )
    else:
        print_line("No comment was created.")


def _rule_row(each: RuleMeasures) -> tuple[str, ...]:
    return (
        each.rule,
        str(each.open),
        str(each.decided),
        _number(each.days_to_decide),
        _number(each.limit),
        "" if each.in_time is None else f"{each.in_time:.0%}",
        str(each.escalated),
        str(each.reopened),
        f"{each.dismissed} (noisy)" if each.is_noisy else str(each.dismissed),
        _number(each.warning_days),
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _to_json(measured: Measures) -> dict[str, object]:
    return {
        "day": measured.day,
        "rules": [asdict(each) for each in measured.rules],
        "open_by_function": dict(measured.open_by_function),
        "comments": [
            {"person": person, "week": week, "comments": count}
            for (person, week), count in measured.comments.items()
        ],
    }
