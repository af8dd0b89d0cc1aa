"""The inbox: which section a conflict is in, whose it is, and when it is past its time."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from model.conflicts import Conflict, Decision, NamedAuthority, Status
from model.raised_risks import RULE as RAISED_RISK
from model.warehouse.ledger import read_conflicts
from model.warehouse.lookup import WarehouseLookup
from pipelines.cards.inbox import MOST_URGENT, InboxContents, inbox_page, reader_page
from pipelines.cards.page import Page, PageContext
from pipelines.cards.sections import InboxConflict
from pipelines.instance import Instance
from pipelines.pages import FunctionPage, PersonPage, function_pages, person_pages
from pipelines.steps.detect import mentioned_ids
from tests.pipelines.dagster.conftest import Deployed
from tests.pipelines.small import NOW

TODAY = NOW.date()
Conflicts = Mapping[str, Conflict]


@pytest.fixture(scope="module")
def instance(synced_deployed: Deployed) -> Iterator[Instance]:
    opened = synced_deployed.small.open()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def conflicts(instance: Instance) -> Conflicts:
    """The open conflicts of the small instance by rule."""
    with instance.engine.connect() as connection:
        listed = read_conflicts(connection, Status.OPEN).values()
    return {each.finding.rule: each for each in listed}


@pytest.fixture(scope="module")
def late(conflicts: Conflicts) -> Conflict:
    return conflicts["late_handover"]


def context(instance: Instance, today: date = TODAY) -> PageContext:
    with instance.engine.connect() as connection:
        found = read_conflicts(connection, Status.OPEN).values()
        ids = mentioned_ids(each.finding for each in found)
        labels = WarehouseLookup(connection).read_labels(ids)
    return PageContext("", instance.model, instance.rules, today, labels, {})


def contents(*listed: Conflict, sender: str | None = None) -> InboxContents:
    return InboxContents(
        [InboxConflict(each, sender) for each in listed if each.status is Status.OPEN],
        [each for each in listed if each.decision],
        (),
        (),
    )


def sections(page: Page) -> list[str]:
    """The names of the entries that list conflicts."""
    return [name for name, value in page.entries.items() if not isinstance(value, int)]


def with_finding(conflict: Conflict, number: int, **changes: Any) -> Conflict:
    """Another conflict like this one."""
    finding = replace(conflict.finding, **changes)
    return conflict.model_copy(
        update={"id": f"C-{number}", "page": f"X_{number}", "finding": finding}
    )


def due(conflict: Conflict, day: date, **changes: Any) -> Conflict:
    """The conflict with another last day to decide."""
    escalation = conflict.escalation.model_copy(update={"decide_by": day, **changes})
    return conflict.model_copy(update={"escalation": escalation})


def person(instance: Instance, person_id: str) -> PersonPage:
    return next(each for each in person_pages(instance.model) if each.person == person_id)


def function(instance: Instance, function_id: str) -> FunctionPage:
    return next(each for each in function_pages(instance.model) if each.function == function_id)


def test_a_conflict_is_due_on_its_last_day_and_overdue_from_the_next(
    instance: Instance, late: Conflict
) -> None:
    day = late.escalation.decide_by

    before, on, after = (
        inbox_page(contents(late), context(instance, day + timedelta(offset)))
        for offset in (-1, 0, 1)
    )

    assert sections(before) == [f"{late.escalation.authority.person_name} decides"]  # type: ignore[union-attr]
    assert sections(on) == ["due today"]
    assert sections(after) == ["overdue"]
    past = [page.entries["past their decision time"] for page in (before, on, after)]
    assert past == [0, 0, 1]
    assert "which is past" in after.text


def test_the_day_of_an_instance_begins_at_midnight_in_the_time_zone_of_its_model(
    instance: Instance,
) -> None:
    zone = ZoneInfo(instance.model.time_zone)
    midnight = datetime.combine(TODAY + timedelta(1), time(), tzinfo=zone)

    days = [instance.today(midnight + timedelta(minutes=each)) for each in (-1, 0)]

    assert days == [TODAY, TODAY + timedelta(1)]


def test_everything_open_is_listed_most_urgent_first_and_nothing_is_cut_off(
    instance: Instance, late: Conflict
) -> None:
    many = [due(with_finding(late, n), TODAY + timedelta(40 - n)) for n in range(30)]

    page = inbox_page(contents(*many), context(instance))

    listed = "".join(value.md_str for name, value in page.entries.items() if "decides" in name)
    places = [listed.index(f"/X_{n}?") for n in range(30)]
    assert places == sorted(places, reverse=True)
    assert page.text.count("/X_") == MOST_URGENT >= 6
    assert max(len(v.md_str) for v in page.entries.values() if not isinstance(v, int)) < 1000


def test_the_titles_of_the_records_stand_beside_their_keys(
    instance: Instance, late: Conflict
) -> None:
    text = inbox_page(contents(late), context(instance)).text

    assert "CDP-2 of IT is forecast" in text
    assert "Profile service / Launch · high" in text


def test_a_raised_risk_has_a_section_of_its_own(instance: Instance, late: Conflict) -> None:
    risk = with_finding(late, 1, rule=RAISED_RISK)

    assert sections(inbox_page(contents(risk), context(instance))) == ["risks"]


def test_an_escalated_conflict_says_from_whom_it_came(instance: Instance, late: Conflict) -> None:
    coo = NamedAuthority(
        role="coo", role_name="COO", person="sabine-reuter", person_name="Sabine Reuter"
    )
    risen = due(late, TODAY + timedelta(5), authority=coo, level=2)
    listed = contents(risen, sender="Tobias Lang")

    everybody = inbox_page(listed, context(instance))
    own = reader_page(person(instance, "sabine-reuter"), listed, context(instance))

    assert sections(everybody) == ["escalated"]
    assert "escalated from Tobias Lang" in everybody.text
    assert sections(own) == ["escalated to you from Tobias Lang"]


def test_a_person_sees_what_is_theirs_and_what_they_may_decide_as_a_deputy(
    instance: Instance, late: Conflict
) -> None:
    head = NamedAuthority(
        role="head-of-it", role_name="Head of IT", person="jonas-krueger", person_name="Jonas K"
    )
    asked = due(late, TODAY + timedelta(5), authority=head)

    pages = {
        name: reader_page(person(instance, name), contents(asked), context(instance))
        for name in ("jonas-krueger", "nina-scholz", "petra-hoffmann")
    }

    assert sections(pages["jonas-krueger"]) == ["your turn"]
    assert sections(pages["nina-scholz"]) == ["you may decide as deputy"]
    assert sections(pages["petra-hoffmann"]) == []
    assert "Nothing needs a decision" in pages["petra-hoffmann"].text


def test_a_function_sees_the_conflicts_that_it_is_part_of(
    instance: Instance, conflicts: Conflicts
) -> None:
    pages = [
        reader_page(function(instance, name), contents(*conflicts.values()), context(instance))
        for name in ("marketing", "sales", "finance")
    ]

    assert [page.entries["open"] for page in pages] == [1, 1, 0]


def test_what_was_decided_is_listed_until_the_next_working_day_is_over(
    deployed_decision: Conflict, instance: Instance
) -> None:
    days = [TODAY + timedelta(offset) for offset in (0, 1, 2)]

    shown = [
        sections(inbox_page(contents(deployed_decision), context(instance, day))) for day in days
    ]

    assert shown[0] == shown[1] == ["decided since yesterday", "decided, awaiting"]
    assert shown[2] == ["decided, awaiting"]


@pytest.fixture
def deployed_decision(late: Conflict) -> Conflict:
    decision = Decision(
        verdict="finish",
        meaning="IT finishes CDP-2 by 20 Mar 2026",
        person="jonas-krueger",
        person_name="Jonas Krüger",
        reason="",
        severity=late.severity,
        decided_at=datetime.combine(TODAY, time(12), tzinfo=UTC),
        until=TODAY + timedelta(16),
        awaits="CDP-2",
    )
    return late.model_copy(update={"status": Status.DECIDED, "decision": decision})
