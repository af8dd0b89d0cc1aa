"""Parts of a tool that a connection names and does not see."""

from __future__ import annotations

import pytest

from connectors.base import ConnectionFailed
from connectors.kit.visibility import gone_reason, report_hidden


def test_each_hidden_part_is_a_problem_and_a_reason_why_records_are_gone() -> None:
    (problem,) = report_hidden("it", "project", ["CDP", "SEC"], ["CDP"], "Share it.")
    assert (problem.reason, problem.remedy) == ("the project SEC cannot be seen", "Share it.")
    assert not problem.held
    assert gone_reason([problem]) == problem.reason


def test_records_are_deleted_only_where_everything_is_seen() -> None:
    assert gone_reason(report_hidden("it", "project", ["CDP"], ["CDP"], "Share it.")) == "deleted"


def test_a_connection_that_sees_nothing_fails_instead_of_losing_every_record() -> None:
    with pytest.raises(ConnectionFailed, match=r"the project CDP cannot be seen.*Share it"):
        report_hidden("it", "project", ["CDP"], [], "Share it.")
