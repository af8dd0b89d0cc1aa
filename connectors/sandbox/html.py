"""Pages from the templates beside this file; every value in them is escaped."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import ChainableUndefined, Environment, FileSystemLoader
from starlette.responses import HTMLResponse


def page(template: str, **values: object) -> HTMLResponse:
    """A whole page; the policy keeps anything from running that slipped into it."""
    html = _environment().get_template(template).render(values)
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return HTMLResponse(html, headers={"Content-Security-Policy": policy})


def missing(what: str) -> HTMLResponse:
    html = _environment().get_template("missing.html").render(tool="", what=what)
    return HTMLResponse(html, 404)


@cache
def _environment() -> Environment:
    # Recorded issues lack parts that every issue of today has: they show as nothing.
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=ChainableUndefined)
    environment.filters |= {"moment": _moment, "day": _day, "money": _money}
    return environment


def words_of(text: str) -> str:
    """A moment or a date as a person writes it; any other text as it is."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return _day(text)
    if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)", text):
        return _moment(text)
    return text


def _moment(text: str | None) -> str:
    return f"{datetime.fromisoformat(text):%-d %b %Y, %H:%M}" if text else ""


def _day(text: str | None) -> str:
    return f"{datetime.fromisoformat(text):%-d %b %Y}" if text else "–"


def _money(amount: float | None) -> str:
    return "–" if amount is None else f"{amount:,.0f}"
