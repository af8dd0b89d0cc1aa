"""Begins a story in a folder and a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from tests.stories.company import Company, beginning
from tests.stories.story import Story


@pytest.fixture
def begin(tmp_path: Path, database: URL) -> Iterator[Callable[[Company], Story]]:
    """A function that begins the story of a company; its tools run until the test ends."""
    with ExitStack() as stack:
        yield lambda company: stack.enter_context(beginning(company, tmp_path / "home", database))
