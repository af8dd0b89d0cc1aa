"""The picture of a chain."""

from datetime import date
from xml.etree import ElementTree

from model.network import TimelineRow, chain_svg

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
