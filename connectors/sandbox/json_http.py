"""JSON in requests and responses of the stand-ins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

Json = dict[str, Any]
"""A JSON object in the shape that the tool's API documentation gives it."""


def json_response(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A response with this content as its JSON body."""
    return Response(orjson.dumps(content), status, headers, "application/json")


class InvalidBody(Exception):
    """The body of a request is not a JSON object."""


async def read_json_body(request: Request) -> Json:
    """The JSON object in the body; raises InvalidBody for anything else."""
    try:
        content = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise InvalidBody(f"Unexpected character in the JSON: {error}") from error
    if not isinstance(content, dict):
        raise InvalidBody("The body has to be a JSON object.")
    return content
