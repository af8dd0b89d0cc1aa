"""Which fields are selected, and the problems of those that cannot be read."""

from __future__ import annotations

from typing import Any

from connectors.salesforce.fields import choose_fields, find_field_problems
from tests.connectors.salesforce.builders import opportunity, settings, snapshot


def described(record: dict[str, Any], *hidden: str, **overrides: Any) -> dict[str, Any]:
    names = [name for name in record if name not in hidden]
    return {"fields": [{"name": name, "calculated": False} for name in names]} | overrides


DEAL = described(opportunity())
HISTORY = described(snapshot("2026-01-05"))


def test_the_needed_fields_that_are_visible_are_selected() -> None:
    fields = choose_fields(settings(), DEAL, HISTORY)
    assert set(fields.deal) == set(opportunity())
    assert set(fields.history) == set(snapshot("2026-01-05"))
    assert find_field_problems(fields, settings()) == []


def test_a_field_hidden_by_field_level_security_is_named() -> None:
    hidden = described(opportunity(), "Amount", "Depends_On__c")
    problems = find_field_problems(choose_fields(settings(), hidden, HISTORY), settings())
    assert [problem.blocking for problem in problems] == [True, True]
    assert "Opportunity.Amount" in problems[0].what
    assert "Opportunity.Depends_On__c" in problems[1].what


def test_an_org_with_several_currencies_needs_no_default() -> None:
    several = described(opportunity(CurrencyIsoCode="USD"))
    history = described(snapshot("2026-01-05", CurrencyIsoCode="USD"))
    fields = choose_fields(settings(currency=None), several, history)
    assert "CurrencyIsoCode" in fields.deal
    assert "CurrencyIsoCode" in fields.history
    assert find_field_problems(fields, settings(currency=None)) == []


def test_an_org_with_one_currency_needs_it_in_the_settings() -> None:
    (problem,) = find_field_problems(
        choose_fields(settings(currency=None), DEAL, HISTORY), settings(currency=None)
    )
    assert problem.blocking
    assert "`currency`" in problem.remedy


def test_a_formula_is_allowed_and_its_delay_is_reported() -> None:
    formula = {"fields": [f | {"calculated": True} for f in DEAL["fields"]]}
    (problem,) = find_field_problems(choose_fields(settings(), formula, HISTORY), settings())
    assert not problem.blocking
    assert "formula" in problem.what


def test_deals_without_a_feed_can_be_read_but_not_commented_on() -> None:
    (problem,) = find_field_problems(
        choose_fields(settings(), described(opportunity(), feedEnabled=False), HISTORY), settings()
    )
    assert not problem.blocking
    assert "feed tracking" in problem.remedy
