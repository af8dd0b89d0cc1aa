"""The timeline of a chain: the whole drawing for files, and the compact one that a card shows."""

from datetime import date, timedelta
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from model.findings import Label
from pipelines.timeline import (
    LEGEND,
    TimelineRow,
    date_span,
    timeline_image,
    timeline_row,
    timeline_svg,
)

SVG = "{http://www.w3.org/2000/svg}"
PLANNED, ON_TIME, LATE = "#9ab", "#293", "#d43"
# Short enough that no part of it is cut off.
HOSTILE = "</g>&\\\"'>)\x00\x07\n\x1b[m"


def row(key: str, planned: date | None, forecast: date | None, title: str = "Work") -> TimelineRow:
    spans = date_span(planned, planned), date_span(forecast, forecast)
    return TimelineRow(key, title, "IT · it-jira", *spans)


def chain(length: int, key: str = "CDP-{}: offers & more") -> list[TimelineRow]:
    """Items one after the other; every second one is late."""
    start = date(2026, 10, 28)
    rows = []
    for index in range(length):
        first, last = start + timedelta(9 * index), start + timedelta(9 * index + 8)
        forecast = first + timedelta(5), last + timedelta(5 if index % 2 else 0)
        rows.append(TimelineRow(key.format(index), "", "", (first, last), forecast))
    return rows


def document(image: str) -> ElementTree.Element:
    """The SVG document inside a Markdown image."""
    start, end = image.index("<data:image/svg+xml,"), image.index(">)")
    return ElementTree.fromstring(unquote(image[start + len("<data:image/svg+xml,") : end]))


def texts(root: ElementTree.Element) -> list[str | None]:
    return [text.text for text in root.iter(f"{SVG}text")]


def bars(root: ElementTree.Element) -> dict[str | None, str | None]:
    """The bars by colour, as path data."""
    return {path.get("stroke"): path.get("d") for path in root.iter(f"{SVG}path")}


def test_the_drawing_shows_each_record_with_plan_and_forecast() -> None:
    platform = row("CDP-1", date(2026, 11, 27), date(2026, 12, 4), "Data platform")
    campaign = row("MKT-2", date(2026, 12, 7), date(2026, 12, 7), "Campaign")

    root = ElementTree.fromstring(timeline_svg([platform, campaign]))

    assert {"CDP-1", "Data platform", "IT · it-jira"} <= {*texts(root)}
    assert "planned 27 Nov 2026" in texts(root)
    assert "forecast 4 Dec 2026" in texts(root)
    assert {colour: (path or "").count("M") for colour, path in bars(root).items()} == {
        PLANNED: 2,
        LATE: 1,
        ON_TIME: 1,
    }


def test_both_forms_draw_the_same_bars() -> None:
    rows = [row("CDP-1", date(2026, 11, 27), date(2026, 12, 4))]

    whole, compact = ElementTree.fromstring(timeline_svg(rows)), document(timeline_image(rows))

    across = [
        {c: (d or "").partition(" ")[0] for c, d in bars(r).items()} for r in (whole, compact)
    ]
    assert across[0] == across[1]


def test_a_bar_lasts_from_the_morning_of_its_first_day_to_the_evening_of_its_last() -> None:
    week = [TimelineRow("A", "", "", (date(2026, 3, 2), date(2026, 3, 5)), None)]
    halves = [*week, TimelineRow("B", "", "", (date(2026, 3, 6), date(2026, 3, 9)), None)]

    (path,) = bars(document(timeline_image(halves))).values()

    first, second = ((path or "")[1:]).split("M")
    start, length = float(first.split()[0]), float(first.split("h")[1])
    assert float(second.split()[0]) == start + length
    assert float(second.split("h")[1]) == length


def test_swapped_dates_are_ordered_and_one_date_alone_is_one_day() -> None:
    early, late = date(2026, 3, 2), date(2026, 3, 5)

    assert date_span(late, early) == (early, late)
    assert date_span(None, late) == (late, late)
    assert date_span(early, None) == (early, early)
    assert date_span(None, None) is None


def test_a_row_names_the_function_and_the_connection_of_its_record() -> None:
    label = Label(1, "it-jira:issue:1", "CDP-1", "Consent store", None, "it", None)

    made = timeline_row(label, {"it": "IT"}, None, None)

    assert (made.key, made.title, made.origin) == ("CDP-1", "Consent store", "IT · it-jira")


def test_text_from_tools_stays_text_in_the_drawing() -> None:
    hostile = TimelineRow(HOSTILE, HOSTILE, HOSTILE, None, None)

    root = ElementTree.fromstring(timeline_svg([hostile]))

    assert [child.tag for child in root] == [f"{SVG}rect", *[f"{SVG}text"] * 3]
    assert all("\x07" not in (text or "") for text in texts(root))


def test_a_key_cannot_break_out_of_the_image() -> None:
    span = date(2026, 1, 1), date(2026, 1, 2)

    image = timeline_image([TimelineRow(HOSTILE, HOSTILE, HOSTILE, span, span)])

    assert image.count(">") == 1
    assert not {*'\x00\x07\x1b\\"'} & {*image}
    assert image.count("\n") == f"\n\n{LEGEND}".count("\n")
    assert {child.tag for child in document(image)} == {f"{SVG}text", f"{SVG}path"}


@pytest.mark.parametrize("length", [1, 2, 6, 40])
def test_the_image_of_a_chain_of_any_length_shows_at_once(length: int) -> None:
    assert len(timeline_image(chain(length))) < 1000


def test_of_a_long_chain_the_image_has_both_ends_and_the_drawing_has_all() -> None:
    rows = chain(40, key="K{}")

    assert texts(document(timeline_image(rows)))[:6] == ["K0", "K1", "K2", "K37", "K38", "K39"]
    assert {f"K{index}" for index in range(40)} <= {
        *texts(ElementTree.fromstring(timeline_svg(rows)))
    }


def test_a_chain_without_dates_has_no_image_and_a_drawing_without_bars() -> None:
    rows = [row("CDP-1", None, None)]

    assert timeline_image(rows) == ""
    assert bars(ElementTree.fromstring(timeline_svg(rows))) == {}


def test_no_rows_are_an_empty_drawing() -> None:
    assert texts(ElementTree.fromstring(timeline_svg([]))) == []


def test_the_last_day_of_the_calendar_can_be_drawn() -> None:
    assert "9999" in timeline_svg([row("K", date.max, date.max)])
