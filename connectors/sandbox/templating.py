"""HTML pages from the templates beside this file; every value in them is escaped."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import ChainableUndefined, Environment, FileSystemLoader
from starlette.responses import HTMLResponse


def render_page(template: str, **values: object) -> HTMLResponse:
    """A whole page from a template and the values it uses."""
    html = _environment().get_template(template).render(values)
    # A second line of defence: no script runs even if a value was not escaped.
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return HTMLResponse(html, headers={"Content-Security-Policy": policy})


def render_not_found(what: str) -> HTMLResponse:
    """A page with status 404 that says what does not exist."""
    html = _environment().get_template("missing.html").render(tool="", what=what)
    return HTMLResponse(html, 404)


@cache
def _environment() -> Environment:
    # Recorded issues lack fields that current ones have: undefined values are left blank.
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=ChainableUndefined)
    environment.filters |= {
        "instant": _format_instant,
        "day": _format_day,
        "amount": _format_amount,
    }
    return environment


def format_value(text: str) -> str:
    """An ISO 8601 instant or date in a form for people; any other text unchanged."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return _format_day(text)
    if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)", text):
        return _format_instant(text)
    return text


def _format_instant(text: str | None) -> str:
    return f"{datetime.fromisoformat(text):%-d %b %Y, %H:%M}" if text else ""


def _format_day(text: str | None) -> str:
    return f"{datetime.fromisoformat(text):%-d %b %Y}" if text else "–"


def _format_amount(amount: float | None) -> str:
    return "–" if amount is None else f"{amount:,.0f}"
