"""A running stand-in for Jira Cloud with the issues that a test defines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from connectors.sandbox import Sandbox, running_sandbox
from tests.connectors.jira.builders import Site, site


@pytest.fixture
def jira() -> Iterator[Site]:
    with ExitStack() as stack:

        def start(*issues: dict[str, Any], **overrides: Any) -> Sandbox:
            return stack.enter_context(running_sandbox(jira=site(*issues, **overrides)))

        yield start
