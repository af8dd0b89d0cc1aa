"""Endpoints below `/_sandbox/` that all stand-ins have: faults and the request log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.faults import Fault
from connectors.sandbox.json_http import InvalidBody, json_response, read_json_body
from connectors.sandbox.middleware import ADMIN_PREFIX, SandboxMiddleware


def admin_routes(middleware: Callable[[], SandboxMiddleware]) -> list[Route]:
    """Routes that read and change the faults and the log of a stand-in's middleware."""
    # A function, because the middleware is built around the application that has these routes.

    async def faults(request: Request) -> Response:
        if request.method == "POST":
            return await _add_fault(middleware(), request)
        if request.method == "DELETE":
            middleware().faults.rules.clear()
            middleware().tool.recover()
        return json_response([rule.model_dump() for rule in middleware().faults.rules])

    async def requests(request: Request) -> Response:
        if request.method == "DELETE":
            middleware().request_log.clear()
        return json_response([asdict(entry) for entry in middleware().request_log])

    return [
        Route(f"{ADMIN_PREFIX}/faults", faults, methods=["GET", "POST", "DELETE"]),
        Route(f"{ADMIN_PREFIX}/requests", requests, methods=["GET", "DELETE"]),
    ]


async def _add_fault(middleware: SandboxMiddleware, request: Request) -> Response:
    try:
        fault = Fault.model_validate(await read_json_body(request))
    except (ValidationError, InvalidBody) as error:
        return json_response({"error": str(error)}, 400)
    # Frozen now: the index is to show the data from before the next change.
    if fault.kind == "stale_search":
        middleware.tool.freeze_search()
    middleware.faults.rules.append(fault)
    return json_response(fault.model_dump(), 201)
