"""The switches below `/_sandbox/` that both tools have: faults, the request log, settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.answers import BadBody, answer, body_of
from connectors.sandbox.faults import Fault
from connectors.sandbox.switchboard import ADMIN, Switchboard


def admin_routes(board: Callable[[], Switchboard]) -> list[Route]:
    """`board` is asked late, for it is built around the application that has these routes."""

    async def faults(request: Request) -> Response:
        if request.method == "POST":
            return await _switch_on(board(), request)
        if request.method == "DELETE":
            board().faults.rules.clear()
            board().tool.thaw()
        return answer([rule.model_dump() for rule in board().faults.rules])

    async def requests(request: Request) -> Response:
        if request.method == "DELETE":
            board().asked.clear()
        return answer([asdict(asked) for asked in board().asked])

    return [
        Route(f"{ADMIN}/faults", faults, methods=["GET", "POST", "DELETE"]),
        Route(f"{ADMIN}/requests", requests, methods=["GET", "DELETE"]),
    ]


async def _switch_on(board: Switchboard, request: Request) -> Response:
    try:
        fault = Fault.model_validate(await body_of(request))
    except (ValidationError, BadBody) as error:
        return answer({"error": str(error)}, 400)
    if fault.kind == "stale_search":
        board.tool.freeze_search()
    board.faults.rules.append(fault)
    return answer(fault.model_dump(), 201)
