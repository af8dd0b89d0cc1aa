"""A running stand-in for GitHub with the issues that a test defines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from connectors.sandbox import Sandbox, running_sandbox
from tests.connectors.github.builders import repositories

Start = Callable[..., Sandbox]


@pytest.fixture
def github() -> Iterator[Start]:
    with ExitStack() as stack:

        def start(*issues: dict[str, Any], **web: Any) -> Sandbox:
            described = repositories(*issues, **web)
            return stack.enter_context(running_sandbox(github=described))

        yield start
