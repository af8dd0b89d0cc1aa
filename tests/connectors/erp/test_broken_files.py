"""Exports with anything in them give lines, problems, or an error; amounts and days are exact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.base import ConnectionFailed
from connectors.erp.date_styles import DATE_READERS
from connectors.erp.fiscal_periods import parse_fiscal_period
from connectors.erp.number_styles import NUMBER_READERS, read_number
from model.comment_content import CommentChange, CommentContent, CommentState, Target
from model.records import Kind, Ref
from tests.connectors.broken_files import changed_bytes
from tests.connectors.erp.conftest import HEAD, NOW, PROFILE, ExportFolder
from tests.connectors.json_shapes import EFFORTS, check_page, map_anything, replies_or_fail

AMOUNTS = st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=2)
CONTENT = CommentContent("C-1", CommentState.OPEN, "Late", ())
WRITTEN: dict[str, Callable[[Decimal], str]] = {
    "english": lambda amount: f"{amount:,}",
    "german": lambda amount: f"{amount:,}".translate(str.maketrans(",.", ".,")),
    "plain": str,
}


def use(folder: ExportFolder) -> None:
    """Everything that a sync asks of a connection; only ConnectionFailed may come of it."""
    connector = folder.connector
    assert all(problem.what and problem.remedy for problem in connector.check())
    ids = ["1000|2026/003|4711"]
    try:
        for page in connector.pull("lines", None, NOW):
            check_page(page)
            ids += [record.native_id for record in page.records]
            for record in page.records:
                map_anything(connector, "lines", record.payload, NOW)
    except ConnectionFailed as error:
        assert error.reason and error.remedy
    target = Target(Ref("books", Kind.SPEND, ids[-1]), "4711")
    try:
        connector.find_comments([target])
        (_,) = connector.apply([CommentChange(target, CONTENT)])
        replies_or_fail(connector, target, None, NOW)
    except ConnectionFailed as error:
        assert error.reason and error.remedy


@EFFORTS
@pytest.mark.parametrize("more", [{}, {"total": "Summe"}, {"quoted": False}], ids=str)
def test_any_export_gives_lines_problems_or_an_error(
    effort: settings, folder: ExportFolder, line: Callable[..., str], more: dict[str, Any]
) -> None:
    folder.profile = PROFILE | more
    rows = [HEAD, line(), line("4712", '"-1.000,00"'), "Summe;;;;;;;;234,56"]
    text = "\r\n".join(rows)

    @settings(effort, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(changed_bytes(text.encode()) | changed_bytes(text.encode("utf-16")))
    def check(content: bytes) -> None:
        for name in folder.home.glob("*findings*"):
            name.unlink()
        (folder.home / "spend.csv").write_bytes(content)
        use(folder)

    check()


@EFFORTS
def test_any_findings_file_is_read_or_refused(
    effort: settings, folder: ExportFolder, line: Callable[..., str]
) -> None:
    path = folder.put("spend.csv", line())
    target = Target(Ref("books", Kind.SPEND, "1000|2026/003|4711"), "4711")
    (posted,) = folder.connector.apply([CommentChange(target, CONTENT)])
    assert posted
    (findings,) = folder.home.glob("*findings*")
    content = findings.read_bytes()
    assert path.exists()

    @settings(effort, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(changed_bytes(content))
    def check(changed: bytes) -> None:
        findings.write_bytes(changed)
        use(folder)

    check()


@EFFORTS
@pytest.mark.parametrize("style", sorted(WRITTEN))
def test_an_amount_is_read_as_the_same_decimal(effort: settings, style: Any) -> None:
    @effort
    @given(AMOUNTS)
    def check(amount: Decimal) -> None:
        text = WRITTEN[style](amount)
        assert read_number(style, text) == amount
        # SAP writes the sign behind, accountants put brackets.
        digits = text.removeprefix("-")
        assert read_number(style, f"{digits}-") == -abs(amount)
        assert read_number(style, f"({digits})") == -abs(amount)

    check()


@EFFORTS
def test_a_day_is_read_as_the_same_day_in_every_style(effort: settings) -> None:
    formats = {"d.m.y": "%d.%m.%Y", "y-m-d": "%Y-%m-%d", "ymd": "%Y%m%d", "d/m/y": "%d/%m/%Y"}

    @effort
    @given(st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.sampled_from(sorted(formats)))
    def check(day: date, style: str) -> None:
        assert DATE_READERS[style](day.strftime(formats[style])) == day

    check()


@EFFORTS
def test_any_text_is_a_value_or_none(effort: settings) -> None:
    @effort
    @given(st.text(max_size=12) | st.from_regex(r"[0-9.,/()+\- ]{0,14}", fullmatch=True))
    def check(text: str) -> None:
        for read in (*NUMBER_READERS.values(), *DATE_READERS.values()):
            read(text)
        parse_fiscal_period(text, 1, None)
        parse_fiscal_period(text, 7, "end")

    check()
