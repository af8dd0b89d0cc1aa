"""A small tracker over HTTP: its lists are paged in every way that APIs use."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox.serving import serve_in_thread

TOKEN = "tracker-token"
Json = dict[str, Any]


@dataclass
class Tracker:
    """The records of the tracker, and every request it was sent."""

    url: str
    issues: list[Json] = field(default_factory=list)
    milestones: list[Json] = field(default_factory=list)
    sales: list[Json] = field(default_factory=list)
    bookings: list[Json] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    authorization: dict[str, str] = field(
        default_factory=lambda: {"authorization": f"Bearer {TOKEN}"}
    )


def issue(number: int, **more: Any) -> Json:
    return {
        "id": 1000 + number,
        "number": number,
        "title": f"Issue {number}",
        "state": "open",
        "html_url": f"https://git.example/acme/api/issues/{number}",
        "updated_at": f"2026-02-{number:02d}T10:00:00Z",
        "labels": [{"name": "cdp"}],
        "assignee": {"login": "ada"},
        **more,
    }


@contextmanager
def running_tracker() -> Iterator[Tracker]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        tracker = Tracker(f"http://127.0.0.1:{bound.getsockname()[1]}")
        with serve_in_thread([(_application(tracker), bound)]):
            yield tracker


def _application(tracker: Tracker) -> Starlette:
    def endpoint(answer: Any) -> Any:
        async def handle(request: Request) -> Response:
            query = f"?{request.url.query}" if request.url.query else ""
            tracker.requests.append(f"{request.method} {request.url.path}{query}")
            expected = tracker.authorization.items()
            if any(request.headers.get(name) != value for name, value in expected):
                return JSONResponse({"message": "Bad credentials"}, 401)
            return answer(request)

        return handle

    routes = {
        "/issues": lambda request: _by_link(tracker, request),
        "/milestones": lambda request: _by_offset(tracker, request),
        "/sales": lambda request: _by_cursor(tracker, request),
        "/bookings": lambda request: _by_number(tracker, request),
    }
    return Starlette(routes=[Route(path, endpoint(answer)) for path, answer in routes.items()])


def _by_link(tracker: Tracker, request: Request) -> Response:
    since = request.query_params.get("since", "")
    matching = [issue for issue in tracker.issues if issue["updated_at"] >= since]
    page = int(request.query_params.get("page", 1))
    size = int(request.query_params.get("per_page", 2))
    answer = JSONResponse(matching[(page - 1) * size : page * size])
    if page * size < len(matching):
        link = request.url.include_query_params(page=page + 1)
        answer.headers["Link"] = f'<{link}>; rel="next"'
    return answer


def _by_offset(tracker: Tracker, request: Request) -> Response:
    start, limit = (int(request.query_params[name]) for name in ("offset", "limit"))
    values = tracker.milestones[start : start + limit]
    return JSONResponse({"values": values, "total": len(tracker.milestones)})


def _by_cursor(tracker: Tracker, request: Request) -> Response:
    start = int(request.query_params.get("cursor", 0))
    token = str(start + 2) if start + 2 < len(tracker.sales) else None
    items = tracker.sales[start : start + 2]
    return JSONResponse({"data": {"items": items}, "next": token, "always": "2"})


def _by_number(tracker: Tracker, request: Request) -> Response:
    page = int(request.query_params["page"])
    return JSONResponse({"items": tracker.bookings[(page - 1) * 2 : page * 2]})
