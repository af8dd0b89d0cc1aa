"""How rules speak: dates, working days, amounts, items and lists as people write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from model.findings import ChainStep, Finding, Impact, Label
from model.records import Money

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAMED = 3
_TITLE = 80


def day(when: date | None) -> str:
    """`4 Dec 2026` whatever the locale; `no date` for None."""
    return "no date" if when is None else f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def working_days(count: int) -> str:
    return counted(count, "working day")


def counted(count: int, noun: str) -> str:
    """`1 item`, `1,200 items`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def listed(parts: Iterable[str], total: int | None = None) -> str:
    """`a, b and c`; with more than three, or a larger `total`: `a, b, c and 4 more`."""
    every = list(dict.fromkeys(parts))
    more = max(total or 0, len(every)) - len(every[:_NAMED])
    if more:
        return f"{', '.join(every[:_NAMED])} and {more:,} more"
    return " and ".join(filter(None, (", ".join(every[:-1]), *every[-1:])))


def money(amounts: Iterable[Money]) -> str:
    """`250,000 EUR and 40,000 USD`: one amount a currency."""
    return " and ".join(str(amount) for amount in amounts)


def item(labels: Mapping[int, Label], record_id: int) -> str:
    """`CDP-12 “Customer data platform”`; a record that nobody labelled is named by its number."""
    label = labels.get(record_id)
    if label is None:
        return f"record {record_id}"
    title = " ".join(label.title.split())
    short = title if len(title) <= _TITLE else f"{title[: _TITLE - 1].rstrip()}…"
    return f"“{short}”" if label.key in ("", label.title) else f"{label.key} “{short}”"


def key(labels: Mapping[int, Label], record_id: int) -> str:
    """What people call it, at its shortest: `CDP-12`."""
    label = labels.get(record_id)
    return (label.key or f"“{label.title}”") if label else f"record {record_id}"


def functions(finding: Finding, names: Mapping[str, str]) -> list[str]:
    """What people call the functions of a finding, the one that has to move first in front."""
    return [names.get(function, function) for function in finding.functions]


def items(labels: Mapping[int, Label], record_ids: Sequence[int]) -> str:
    """Up to three items by key and title, then how many more."""
    return listed((item(labels, each) for each in record_ids[:_NAMED]), total=len(record_ids))


def dates(step: ChainStep) -> str:
    """`is due on 4 Dec 2026 (column "End") and forecast for 9 Dec 2026`."""
    source = f" ({step.source})" if step.source else ""
    if step.done:
        due = f" (it was due on {day(step.planned)})" if step.planned else ""
        return f"was finished on {day(step.forecast)}{due}"
    if step.planned is None:
        return f"has no due date and is forecast for {day(step.forecast)}"
    if not behind(step):
        return f"is due on {day(step.planned)}{source}"
    return f"is due on {day(step.planned)}{source} and forecast for {day(step.forecast)}"


def behind(step: ChainStep) -> bool:
    """Whether the forecast passes the plan; one on the Friday before a due Sunday tells nothing."""
    planned = step.planned
    return step.forecast is not None and (planned is None or step.forecast > planned)


def origin(finding: Finding, labels: Mapping[int, Label], record_id: int) -> tuple[str, ...]:
    """A sentence about where the delay of a record begins, unless that is the record itself."""
    source = finding.chain[0]
    if source.record_id == record_id:
        return ()
    return (f"The delay begins at {item(labels, source.record_id)}, which {dates(source)}.",)


def verb(who: Sequence[str], one: str, several: str) -> str:
    """The form of a verb that agrees with how many act."""
    return one if len(who) == 1 else several


def needs(finding: Finding, who: Sequence[str]) -> str:
    """`Marketing needs`, `Marketing and Sales need`; `needed` once the day has passed."""
    return f"{listed(who)} {'needed' if finding.is_past else verb(who, 'needs', 'need')}"


def stated(where: str) -> str:
    """In brackets where a tool says so, if one does."""
    return f" ({where})" if where else ""


def at_stake(impact: Impact) -> tuple[str, ...]:
    """A sentence about what moves downstream; none if nothing does."""
    if not impact.items:
        return ()
    worth = f", among them deals worth {money(impact.value)}" if impact.value else ""
    verb = "moves" if impact.items == 1 else "move"
    return (f"Because of it {counted(impact.items, 'item')} downstream {verb}{worth}.",)
