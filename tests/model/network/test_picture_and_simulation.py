"""The picture of a chain, and the forecast as a matter of chance."""

from datetime import date
from xml.etree import ElementTree

import numpy as np
import pytest

from model.network import (
    Calendar,
    Calendars,
    Items,
    Links,
    Network,
    Spread,
    TimelineRow,
    chain_svg,
    schedule,
    simulate,
)
from tests.model.network.days import TODAY, day

SVG = "{http://www.w3.org/2000/svg}"


def step(key: str, title: str, planned: date | None, forecast: date | None) -> TimelineRow:
    return TimelineRow(key, title, "IT", "Jira", planned, planned, forecast, forecast)


def test_the_picture_shows_each_item_with_plan_and_forecast() -> None:
    steps = [
        step("CDP-1", "Data platform", date(2026, 11, 27), date(2026, 12, 4)),
        step("MKT-2", "Campaign", date(2026, 12, 7), date(2026, 12, 7)),
    ]
    root = ElementTree.fromstring(chain_svg(steps))
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert "CDP-1  Data platform" in texts
    assert "planned 2026-11-27" in texts
    assert "forecast 2026-12-04" in texts
    paper, *bars = root.iter(f"{SVG}rect")
    assert paper.get("width") == "600"
    assert len({bar.get("fill") for bar in bars[:2]}) == 2
    assert bars[1].get("fill") != bars[3].get("fill"), "late is not the colour of on time"


def test_text_from_tools_is_text_in_the_picture() -> None:
    hostile = step("A&B", '<script>alert("x")</script>', None, None)
    root = ElementTree.fromstring(chain_svg([hostile]))
    assert [child.tag for child in root] == [f"{SVG}rect", f"{SVG}text", f"{SVG}text"]


def test_control_characters_do_not_break_the_picture() -> None:
    assert ElementTree.fromstring(chain_svg([step("K", "bell \x07 null \x00", None, None)]))


def test_no_steps_are_an_empty_picture() -> None:
    assert ElementTree.fromstring(chain_svg([])) is not None


@pytest.mark.parametrize("week", [(True,) * 5 + (False,) * 2, (True,) * 7])
def test_without_spread_every_draw_is_the_forecast(week: tuple[bool, ...]) -> None:
    calendars = Calendars.of([Calendar(), Calendar(week)])
    items = Items.of(
        range(6), calendar=[0, 1, 0, 1, 0, 1], duration=[3, 4, 0, 5, 2, 9], state=[0, 0, 0, 1, 3, 4]
    )
    links = Links.of(
        [0, 0, 1, 2, 3, 0], [1, 2, 3, 5, 5, 3], type=[0, 1, 2, 3, 0, 2], lag=[1, 0, -2, 3, 0, 1]
    )
    forecast = schedule(Network.build(items, links, calendars), TODAY)
    still = Spread(low=1.0, likely=1.0, high=1.0 + 1e-9)
    found = simulate(forecast, 9, 1, items.id, still)
    assert (found.finish == forecast.early_finish).all()


def test_a_pessimistic_spread_makes_a_tight_plan_late() -> None:
    items = Items.of([1, 2], planned_start=[day(11, 23)] * 2, planned_finish=[day(12, 11)] * 2,
                     deadline=[-(2**31), day(12, 31)])  # fmt: skip
    forecast = schedule(Network.build(items, Links.of([], [])), TODAY)
    found = simulate(forecast, 400, 7, np.array([1]))
    assert 0.6 < found.late[0] < 0.85
    assert found.late[1] == 0
    assert found.by(0.1)[0] < found.by(0.5)[0] < found.by(0.9)[0]


def test_equal_seeds_give_equal_draws() -> None:
    items = Items.of([1], duration=[20])
    forecast = schedule(Network.build(items, Links.of([], [])), TODAY)
    one, other = (simulate(forecast, 20, 3, np.array([1])) for _ in range(2))
    assert one.finish.tolist() == other.finish.tolist()


def test_what_is_done_takes_no_longer_in_any_draw() -> None:
    items = Items.of([1, 2], state=[3, 0], duration=[-1, 1], actual_start=[day(10, 26), -(2**31)],
                     actual_finish=[day(11, 18), -(2**31)])  # fmt: skip
    forecast = schedule(Network.build(items, Links.of([1], [2])), TODAY)
    found = simulate(forecast, 9, 1, np.array([2]))
    assert (found.finish == forecast.early_finish[1]).all()
