"""Dates, working days, amounts, items and lists as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from model.findings import ChainStep, Finding, Impact, Label
from model.records import Money

# Not `strftime`, which follows the locale of the machine: a comment would change with the server.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST_NAMED = 3
_LONGEST_TITLE = 80
_BRIEF_WORDS = 5


def format_day(day: date | None) -> str:
    """`4 Dec 2026` in any locale; `no date` for None."""
    return "no date" if day is None else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def format_working_days(count: int) -> str:
    """`1 working day`, `12 working days`."""
    return format_count(count, "working day")


def format_count(count: int, noun: str) -> str:
    """`1 item`, `1,200 items`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def format_list(parts: Iterable[str], total: int | None = None) -> str:
    """`a, b and c`; with more than three, or a larger `total`: `a, b, c and 4 more`."""
    names = list(dict.fromkeys(parts))
    unnamed = max(total or 0, len(names)) - len(names[:_MOST_NAMED])
    if unnamed:
        return f"{', '.join(names[:_MOST_NAMED])} and {unnamed:,} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def format_money(amounts: Iterable[Money]) -> str:
    """`250,000 EUR and 40,000 USD`: one amount per currency."""
    return " and ".join(str(amount) for amount in amounts)


def format_item(labels: Mapping[int, Label], record_id: int) -> str:
    """`CDP-12 “Customer data platform”`; a record without a label is named by its id."""
    label = labels.get(record_id)
    if label is None:
        return f"record {record_id}"
    # Line breaks of a title would break a heading or a table row.
    title = " ".join(label.title.split())
    short = title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1].rstrip()}…"
    return f"“{short}”" if label.key in ("", label.title) else f"{label.key} “{short}”"


def format_key(labels: Mapping[int, Label], record_id: int) -> str:
    """The shortest name of a record: `CDP-12`."""
    label = labels.get(record_id)
    return (label.key or f"“{label.title}”") if label else f"record {record_id}"


def shorten(text: str, most: int = _BRIEF_WORDS) -> str:
    """The first words of a text on one line, with an ellipsis where there are more."""
    parts = text.split()
    return " ".join(parts) if len(parts) <= most else f"{' '.join(parts[:most]).rstrip('.,:;')}…"


def brief_key(labels: Mapping[int, Label], record_id: int) -> str:
    """The shortest name of a record in a few words; a name of several words in quotes."""
    key = shorten(format_key(labels, record_id).strip("“”"))
    return f"“{key}”" if " " in key else key


def brief_item(labels: Mapping[int, Label], record_id: int) -> str:
    """`CDP-12 “Customer data platform”` in a few words."""
    label, key = labels.get(record_id), brief_key(labels, record_id)
    if label is None or not label.key or label.title == label.key:
        return key
    return f"{key} “{shorten(label.title)}”"


def name_functions(finding: Finding, names: Mapping[str, str]) -> list[str]:
    """The names of the functions of a finding, first the one that has to move."""
    return [names.get(function, function) for function in finding.functions]


def format_items(labels: Mapping[int, Label], record_ids: Sequence[int]) -> str:
    """Up to three items by key and title, then how many more."""
    names = [format_item(labels, record_id) for record_id in record_ids[:_MOST_NAMED]]
    return format_list(names, total=len(record_ids))


def format_keys(labels: Mapping[int, Label], record_ids: Sequence[int]) -> str:
    """Up to three items by key, then how many more."""
    keys = [format_key(labels, record_id) for record_id in record_ids[:_MOST_NAMED]]
    return format_list(keys, total=len(record_ids))


def needed_terms(finding: Finding) -> tuple[tuple[str, str], ...]:
    """The terms `needed`, `horizon` and `days`: when the other side needs it, and how late it is.

    A day that is over prefills no form: nobody can promise it any more.
    """
    days = (("days", str(finding.impact.days)),) if finding.impact.days else ()
    if finding.needed_by is None or finding.is_past:
        return days
    day = finding.needed_by.isoformat()
    return ("needed", day), ("horizon", day), *days


def format_dates(step: ChainStep) -> str:
    """`is due on 4 Dec 2026 (column "End") and forecast for 9 Dec 2026`."""
    source = f" ({step.source})" if step.source else ""
    if step.done:
        due = f" (it was due on {format_day(step.planned)})" if step.planned else ""
        return f"was finished on {format_day(step.forecast)}{due}"
    if step.planned is None:
        return f"has no due date and is forecast for {format_day(step.forecast)}"
    if not is_behind(step):
        return f"is due on {format_day(step.planned)}{source}"
    forecast = format_day(step.forecast)
    return f"is due on {format_day(step.planned)}{source} and forecast for {forecast}"


def is_behind(step: ChainStep) -> bool:
    """Whether the forecast is later than the plan, or nothing is planned.

    Work that is due on a Sunday and forecast for the Friday before is not behind.
    """
    planned = step.planned
    return step.forecast is not None and (planned is None or step.forecast > planned)


def format_origin(finding: Finding, labels: Mapping[int, Label], record_id: int) -> tuple[str, ...]:
    """A sentence about where the delay of a record begins; none if that is the record itself."""
    source = finding.chain[0]
    if source.record_id == record_id:
        return ()
    item = format_item(labels, source.record_id)
    return (f"The delay begins at {item}, which {format_dates(source)}.",)


def brief_origin(finding: Finding, labels: Mapping[int, Label], record_id: int) -> tuple[str, ...]:
    """The sentence about where the delay of a record begins, or when it is due if it begins there;
    none where no date is planned."""
    source = finding.chain[0]
    if source.planned is None:
        return ()
    due = format_day(source.planned)
    if source.record_id == record_id:
        return (f"{brief_key(labels, record_id)} is due on {due}.",)
    item, forecast = brief_item(labels, source.record_id), format_day(source.forecast)
    return (f"The delay begins at {item}: due {due}, forecast {forecast}.",)


def end_sentence(text: str) -> str:
    """What a person wrote, on one line and with a full stop where it has no end."""
    short = " ".join(text.split())
    return short if short.endswith((".", "!", "?")) else f"{short}."


def choose_verb(subjects: Sequence[str], singular: str, plural: str) -> str:
    """The form of a verb that agrees with the number of its subjects."""
    return singular if len(subjects) == 1 else plural


def format_need(finding: Finding, functions: Sequence[str]) -> str:
    """`Marketing needs`, `Marketing and Sales need`; `needed` once the day has passed."""
    verb = "needed" if finding.is_past else choose_verb(functions, "needs", "need")
    return f"{format_list(functions)} {verb}"


def format_source(where: str) -> str:
    """Where a tool states a dependency, in brackets; empty if none does."""
    return f" ({where})" if where else ""


def format_stake(impact: Impact) -> tuple[str, ...]:
    """A sentence about what moves downstream; none if nothing does."""
    if not impact.items:
        return ()
    worth = f", among them deals worth {format_money(impact.value)}" if impact.value else ""
    verb = "moves" if impact.items == 1 else "move"
    return (f"Because of it {format_count(impact.items, 'item')} downstream {verb}{worth}.",)
