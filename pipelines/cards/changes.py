"""What changed about a conflict from one version of its card to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from model.conflicts import Conflict
from model.rules.words import format_day, format_money
from pipelines.cards.page import PageContext

_NOBODY = "-"


def facts_of(conflict: Conflict) -> dict[str, str]:
    """The facts that a card is compared by, short enough for tags of Dagster."""
    finding, escalation = conflict.finding, conflict.escalation
    authority = escalation.authority
    return {
        "status": conflict.status.value,
        "severity": conflict.severity.name.lower(),
        "days": str(finding.impact.days),
        "items": str(finding.impact.items),
        "value": "_".join(f"{m.amount}{m.currency}" for m in finding.impact.value)[:63] or "0",
        "needed": finding.needed_by.isoformat() if finding.needed_by else _NOBODY,
        "decides": authority.person if authority else _NOBODY,
        "by": escalation.decide_by.isoformat(),
    }


def changes_between(
    before: Mapping[str, str], conflict: Conflict, context: PageContext
) -> Iterator[str]:
    """Clauses on what differs now from the facts `before`; none where nothing of note does."""
    now = facts_of(conflict)
    was = {name: before.get(name, value) for name, value in now.items()}
    if was["status"] != now["status"]:
        yield f"it was {was['status']} and is {now['status']}"
    if was["severity"] != now["severity"]:
        yield f"its severity was {was['severity']} and is {now['severity']}"
    if was["days"] != now["days"]:
        yield f"the delay was {was['days']} working days and is {now['days']}"
    if was["items"] != now["items"]:
        yield f"{was['items']} items moved downstream and {now['items']} do"
    if was["value"] != now["value"]:
        yield f"now {format_money(conflict.finding.impact.value) or 'nothing'} is at stake"
    if was["needed"] != now["needed"]:
        yield f"it was needed by {_day(was['needed'])} and is by {_day(now['needed'])}"
    if now["status"] == "open" and was["decides"] != now["decides"]:
        yield f"it went from {_person(was, context)} to {_person(now, context)}"
    if now["status"] == "open" and was["by"] != now["by"]:
        yield f"it was to be decided by {_day(was['by'])} and is by {_day(now['by'])}"


def _day(text: str) -> str:
    return "no day" if text == _NOBODY else format_day(date.fromisoformat(text))


def _person(facts: Mapping[str, str], context: PageContext) -> str:
    return "nobody" if facts["decides"] == _NOBODY else context.person_name(facts["decides"])
