"""How every endpoint of the sandbox reads and writes JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

Json = dict[str, Any]
"""A JSON object in a tool's own shape; the tool's published description is its type."""


def answer(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(orjson.dumps(content), status, headers, "application/json")


class BadBody(Exception):
    """The body of a request is not the JSON object it has to be."""


async def body_of(request: Request) -> Json:
    """The request's JSON object; raises BadBody when it is anything else."""
    try:
        content = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise BadBody(f"Unexpected character in the JSON: {error}") from error
    if not isinstance(content, dict):
        raise BadBody("The body has to be a JSON object.")
    return content
