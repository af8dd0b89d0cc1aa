"""Sales' part of the story as the sandbox's salesforce.json, with the history of each deal."""

from __future__ import annotations

from typing import Any

from model.operating_model.schema import OperatingModel
from pipelines.demo.days import Days
from pipelines.demo.story import Offset, SalesStory, StoryDeal

CONNECTION = "sales"
_OPENED_BEFORE = 35
_CLOSED = ("Closed Won", "Closed Lost")

Json = dict[str, Any]


def salesforce_content(story: SalesStory, model: OperatingModel, days: Days) -> Json:
    """The content of salesforce.json."""
    people = [
        {
            "id": person.identities[CONNECTION],
            "username": person.id,
            "name": person.name,
            "email": person.email,
        }
        for person in model.people
        if CONNECTION in person.identities
    ]
    team = [{"username": member.id, "name": member.name} for member in story.team]
    return {
        "users": [*people, *team],
        "accounts": list(dict.fromkeys(deal.account for deal in story.deals)),
        "fields": [{"name": "Depends_On__c", "label": "Depends On", "type": "string"}],
        "opportunities": [_deal(deal, number, days) for number, deal in enumerate(story.deals)],
    }


def _deal(deal: StoryDeal, number: int, days: Days) -> Json:
    # At least ten days ago, so that every deal has a past.
    first_change = min(_last_change(deal, number), *(move.on for move in deal.moved), -10)
    opened = first_change - _OPENED_BEFORE
    return {
        "name": deal.name,
        "account": deal.account,
        "owner": deal.owner,
        "amount": deal.amount,
        "stage": deal.stage,
        "close_date": days.day(deal.close).isoformat(),
        "created": days.at(opened, 9).isoformat(),
        "fields": {"Depends_On__c": deal.depends_on} if deal.depends_on else {},
        "history": _history(deal, opened, _last_change(deal, number), days),
    }


def _last_change(deal: StoryDeal, number: int) -> Offset:
    """The day on which it was closed, or one of the last days."""
    return deal.close if deal.stage in _CLOSED else -1 - number % 5


def _history(deal: StoryDeal, opened: Offset, last: Offset, days: Days) -> list[Json]:
    """Opened at nine tenths of the amount, then each move of the date, then the present stage."""
    closes = [*(move.close for move in deal.moved), deal.close]
    lines = [(opened, "Prospecting", deal.amount * 0.9, closes[0])]
    for move, close in zip(deal.moved, closes[1:], strict=True):
        lines.append((move.on, "Needs Analysis", deal.amount, close))
    lines.append((last, deal.stage, deal.amount, deal.close))
    return [
        {
            "at": days.at(on, 10).isoformat(),
            "stage": stage,
            "amount": amount,
            "close_date": days.day(close).isoformat(),
        }
        for on, stage, amount, close in lines
    ]
