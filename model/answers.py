"""What somebody typed for the fields of an option, checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from model.conflicts import Conflict
from model.operating_model.identity import find_person, identity_of_text
from model.operating_model.schema import OperatingModel
from model.records import Money
from model.rules.options import FieldKind, Option, OptionField
from model.rules.words import format_day, format_working_days

_LONGEST_TEXT = 200
# A comma groups thousands and a point begins the cents; "1.500 EUR" and "1,5 EUR" are in doubt.
_AMOUNT = re.compile(r"(\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(\.\d{2})?\s?([A-Z]{3})", re.ASCII)


class InvalidAnswer(ValueError):
    """A field of an option that is missing or cannot be; the message names it and says why."""


def check_answer(
    option: Option,
    field: OptionField,
    answer: str,
    conflict: Conflict,
    model: OperatingModel,
    today: date,
) -> str:
    """What somebody typed for a field, in the form in which it is stored.

    Raises InvalidAnswer where it is nothing that the field takes as of `today`.
    """
    match field.kind:
        case FieldKind.DATE:
            return _check_day(option, field, answer, conflict, today)
        case FieldKind.PERSON:
            return _check_person(option, field, answer, model)
        case FieldKind.DAYS:
            return _check_days(option, field, answer, conflict)
        case FieldKind.MONEY:
            return _write_amount(_parse_amount(option, field, answer, conflict))
        case FieldKind.TEXT:
            text = " ".join(answer.split())
            if len(text) > _LONGEST_TEXT:
                raise InvalidAnswer(
                    f"{option.id}: {field.name} has more than {_LONGEST_TEXT} characters"
                )
            return text


def _check_days(option: Option, field: OptionField, answer: str, conflict: Conflict) -> str:
    if not re.fullmatch(r"\d{1,4}", answer, re.ASCII):
        raise InvalidAnswer(f"{option.id}: {field.name} is a number of working days")
    late = conflict.finding.impact.days
    # A decision holds up to these days, so one for fewer than today's would end at once.
    if field.name == "days" and int(answer) < late:
        raise InvalidAnswer(
            f"{option.id}: it is {format_working_days(late)} late already; "
            f"{option.id} at least {late} or leave {field.name} out"
        )
    return answer


def _check_day(
    option: Option, field: OptionField, answer: str, conflict: Conflict, today: date
) -> str:
    try:
        day = date.fromisoformat(answer)
    except ValueError:
        raise InvalidAnswer(
            f'{option.id}: {field.name} is "{answer}" and has to be a day like {today}'
        ) from None
    if day < today:
        raise InvalidAnswer(f"{option.id}: {field.name} is {format_day(day)}, which is over")
    terms = dict(conflict.wording.terms)
    if (earliest := _day(terms.get(field.earliest, ""))) and day < earliest:
        raise InvalidAnswer(
            f"{option.id}: {field.name} is {format_day(day)}, which is too early; "
            f"the earliest day that helps is {format_day(earliest)}"
        )
    latest = _day(terms.get(field.latest, ""))
    # Of a day that is over any day is late, and the sooner is still the better.
    if latest and today <= latest < day:
        raise InvalidAnswer(
            f"{option.id}: {field.name} is {format_day(day)}, which is too late; "
            f"the last day that helps is {format_day(latest)}"
        )
    return day.isoformat()


def _day(text: str) -> date | None:
    """The day of a term; None for a term that a rule lacks or that is no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _check_person(option: Option, field: OptionField, answer: str, model: OperatingModel) -> str:
    wanted = answer.removeprefix("@").strip()
    by_name = [person for person in model.people if person.name.casefold() == wanted.casefold()]
    person = find_person(model, identity_of_text(wanted))
    if person or len(by_name) == 1:
        return (person or by_name[0]).name
    raise InvalidAnswer(
        f'{option.id}: {field.name} is "{answer}", whom the operating model does not know; '
        "use a person's id, name or e-mail address"
    )


def amounts_in(option: Option, answers: Mapping[str, str]) -> Iterator[Money]:
    """The amounts among the checked answers to an option's fields."""
    for field in option.fields:
        if field.kind is FieldKind.MONEY and field.name in answers:
            yield Money.parse(answers[field.name].replace(",", ""))


def _parse_amount(option: Option, field: OptionField, answer: str, conflict: Conflict) -> Money:
    """An amount above zero in a currency of the conflict; in any where it has none."""
    known = [amount.currency for amount in conflict.finding.impact.value]
    match = _AMOUNT.fullmatch(answer)
    if match and (not known or match[3] in known):
        amount = Decimal(f"{match[1].replace(',', '')}{match[2] or ''}")
        if amount > 0:
            return Money(match[3], amount)
    form = " or ".join(f"150,000 {currency}" for currency in known or ["EUR"])
    raise InvalidAnswer(
        f'{option.id}: {field.name} is "{answer}" and has to be an amount above zero like {form}'
    )


def _write_amount(money: Money) -> str:
    # Not `str(money)`, which rounds to whole units: what was typed is what is decided.
    return f"{money.amount:,} {money.currency}"
