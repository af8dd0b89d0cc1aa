"""What `check` asks through the `jira` library: any JSON gives problems, and never an exception."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import AccessProblem
from tests.connectors.jira.builders import connect
from tests.connectors.json_shapes import EFFORTS, JSON, mutations

URL = "https://jira.example"
GRANTED = {"havePermission": True}
ANSWERS: Mapping[str, Any] = {
    "myself": {"accountId": "ada"},
    "project": [{"key": "CDP", "id": "1"}, {"key": "SEC", "id": "2"}],
    "mypermissions": {"permissions": {"ADD_COMMENTS": GRANTED, "EDIT_OWN_COMMENTS": GRANTED}},
    "field": [{"id": "customfield_10015", "name": "Start date"}],
    "issueLinkType": {"issueLinkTypes": [{"id": "1", "name": "Blocks"}]},
}
"""By the last part of the path: all that the library is used for."""


@contextmanager
def jira_answering(**changed: Any) -> Iterator[list[str]]:
    """Let Jira answer so, over the library's own HTTP; the paths that it was asked for."""
    asked: list[str] = []

    def send(_: Any, request: requests.PreparedRequest, **__: Any) -> requests.Response:
        path = urlsplit(str(request.url)).path.rpartition("/")[2]
        asked.append(path)
        response = requests.Response()
        response.status_code = 200 if path in ANSWERS else 404
        response.raw = BytesIO(json.dumps((ANSWERS | changed).get(path)).encode())
        response.headers["Content-Type"] = "application/json"
        response.request, response.url = request, str(request.url)
        return response

    with patch.object(requests.adapters.HTTPAdapter, "send", send):
        yield asked


def check(**changed: Any) -> list[AccessProblem]:
    with jira_answering(**changed):
        return connect(URL, fields={"start": "Start date"}).check()


def test_the_answers_that_jira_documents_are_in_order() -> None:
    with jira_answering() as asked:
        assert connect(URL, fields={"start": "Start date"}).check() == []

    assert set(asked) == set(ANSWERS)


@EFFORTS
def test_no_answer_of_any_shape_raises(effort: settings) -> None:
    @effort
    @given(
        st.sampled_from(sorted(ANSWERS)).flatmap(
            lambda path: st.tuples(st.just(path), JSON | mutations(st.just(ANSWERS[path])))
        )
    )
    def holds(answer: tuple[str, Any]) -> None:
        path, body = answer
        for problem in check(**{path: body}):
            assert isinstance(problem, AccessProblem)

    holds()


@pytest.mark.parametrize(
    "changed",
    [
        {"myself": {"message": "no"}},
        {"myself": {"accountId": None}},
        {"myself": "ada"},
        {"project": {"message": "no"}},
        {"project": [None]},
        {"mypermissions": []},
        {"mypermissions": {"permissions": None}},
        {"field": {"message": "no"}},
        {"issueLinkType": {"issueLinkTypes": None}},
        {"issueLinkType": [None]},
    ],
    ids=str,
)
def test_an_answer_of_another_shape_stops_a_sync_and_names_what_to_look_at(
    changed: dict[str, Any],
) -> None:
    (problem,) = check(**changed)

    assert problem.blocking
    assert "does not answer as Jira does" in problem.what
    assert "what answers in Jira's place" in problem.remedy
