"""A process that runs commands, for the tests of this folder that need a single one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.campaign.runner import Runner


@pytest.fixture
def runner() -> Iterator[Runner]:
    with closing(Runner()) as runner:
        yield runner
