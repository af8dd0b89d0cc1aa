"""The timeline of a chain: the whole drawing for files, and the compact one that a card shows."""

from datetime import date, timedelta
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from model.findings import Label
from pipelines.cards.timeline_images import LEGEND, TimelineMark, timeline_images
from pipelines.timeline import TimelineRow, date_span, timeline_row, timeline_svg

MARKS = [TimelineMark("today", date(2026, 11, 20)), TimelineMark("needed", date(2026, 12, 1))]
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


def image(rows: list[TimelineRow]) -> str:
    """The only image of a short chain."""
    (only,) = timeline_images(rows, MARKS)
    return only


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


def test_a_bar_lasts_from_the_morning_of_its_first_day_to_the_evening_of_its_last() -> None:
    week = [TimelineRow("A", "", "", (date(2026, 3, 2), date(2026, 3, 5)), None)]
    halves = [*week, TimelineRow("B", "", "", (date(2026, 3, 6), date(2026, 3, 9)), None)]

    (path,) = bars(document(*timeline_images(halves, []))).values()

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

    drawn = image([TimelineRow(HOSTILE, HOSTILE, HOSTILE, span, span)])

    assert drawn.count(">") == 1
    assert not {*'\x00\x07\x1b\\"'} & {*drawn}
    assert drawn.count("\n") == f"\n\n{LEGEND}".count("\n")
    assert {child.tag for child in document(drawn)} == {f"{SVG}text", f"{SVG}path"}


@pytest.mark.parametrize("length", [1, 2, 6, 40])
def test_each_image_of_a_chain_of_any_length_shows_at_once(length: int) -> None:
    rows = chain(length)

    images = timeline_images(rows, MARKS)

    assert max(map(len, images)) < 1000
    drawn = [text or "" for each in images for text in texts(document(each))]
    assert all(any(text.startswith(row.key) for text in drawn) for row in rows)


def test_an_image_names_key_and_title_today_and_the_day_on_which_it_is_needed() -> None:
    rows = [row("CDP-1", date(2026, 11, 27), date(2026, 12, 4), "Data platform")]

    shown = texts(document(image(rows)))

    assert {"CDP-1 Data platform", "today 20 Nov 2026", "needed 1 Dec 2026"} <= {*shown}
    assert shown[:2] == ["20 Nov 2026", "4 Dec 2026"]


def test_all_images_of_a_chain_have_one_time_axis() -> None:
    rows = [*chain(20), *chain(1)]

    first, *_, last = (document(each) for each in timeline_images(rows, MARKS))

    start = (bars(first)[PLANNED] or "").split("h")[0].split()[0]
    assert start in (bars(last)[PLANNED] or "")


def test_a_chain_without_dates_has_no_image_and_a_drawing_without_bars() -> None:
    rows = [row("CDP-1", None, None)]

    assert timeline_images(rows, MARKS) == []
    assert bars(ElementTree.fromstring(timeline_svg(rows))) == {}


def test_no_rows_are_an_empty_drawing() -> None:
    assert texts(ElementTree.fromstring(timeline_svg([]))) == []


def test_the_last_day_of_the_calendar_can_be_drawn() -> None:
    assert "9999" in timeline_svg([row("K", date.max, date.max)])
