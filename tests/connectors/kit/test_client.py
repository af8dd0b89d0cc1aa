"""The HTTP client against faults that no server can be made to produce on demand."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx

from connectors.base import ConnectionFailed
from connectors.jira.tool import TOOL as JIRA
from connectors.jira.tool import pause_scope
from connectors.kit.client import HttpClient
from connectors.kit.clock import Clock
from connectors.kit.conventions import HttpConventions
from connectors.kit.exceptions import AnswerLost, RequestFailed
from connectors.kit.paginators import LinkHeader, PageRequest
from connectors.kit.rate_limits import Pauses
from connectors.salesforce.tool import TOOL as SALESFORCE

BASE = "https://tool.example"
TOKEN = "s3cr3t-token"
Connect = Callable[..., HttpClient]
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Time:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.slept = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def connect(time: Time) -> Iterator[Connect]:
    """Open clients that follow a tool's conventions."""
    opened: list[HttpClient] = []

    def connect(conventions: HttpConventions | None = None) -> HttpClient:
        client = HttpClient(
            "jira-it",
            BASE,
            httpx.BasicAuth("bot@example.com", TOKEN),
            "the environment variable JIRA_TOKEN",
            Clock(time.now, time.sleep),
            conventions,
        )
        opened.append(client)
        return client

    yield connect
    for client in opened:
        client.close()


@pytest.mark.parametrize(
    ("date", "ahead"),
    [
        ("Mon, 02 Mar 2026 11:00:00 GMT", timedelta(hours=2)),
        ("Mon, 02 Mar 2026 07:00:00 GMT", timedelta(hours=-2)),
        ("Mon, 02 Mar 2026 08:59:50 GMT", timedelta()),
        ("noon", timedelta()),
        (None, timedelta()),
    ],
)
@respx.mock
def test_the_clock_of_a_tool_is_that_of_the_date_in_its_answers(
    client: HttpClient, date: str | None, ahead: timedelta
) -> None:
    respx.get(f"{BASE}/a").respond(json={}, headers={"Date": date} if date else {})
    assert client.tool_time(START) == START

    client.read("GET", "/a")

    assert client.tool_time(START) == START + ahead


@pytest.fixture
def client(connect: Connect) -> HttpClient:
    return connect()


@respx.mock
def test_a_read_is_repeated_while_the_tool_is_down(client: HttpClient) -> None:
    route = respx.get(f"{BASE}/thing").mock(
        side_effect=[
            httpx.Response(503),
            httpx.ConnectError("refused"),
            httpx.Response(200, json=[1]),
        ]
    )
    assert client.read("GET", "/thing") == [1]
    assert route.call_count == 3


@respx.mock
def test_a_read_gives_up_and_says_where_and_what_next(client: HttpClient) -> None:
    respx.get(f"{BASE}/thing").respond(502)
    with pytest.raises(RequestFailed) as caught:
        client.read("GET", "/thing", params={"q": "private"})
    assert caught.value.status == 502
    assert "jira-it" in str(caught.value)
    assert "GET /thing was answered with 502" in str(caught.value)
    assert "next run" in caught.value.remedy
    assert "private" not in str(caught.value)


@respx.mock
def test_a_write_without_an_answer_is_not_repeated(client: HttpClient) -> None:
    route = respx.post(f"{BASE}/comment").mock(side_effect=httpx.ReadError("gone"))
    with pytest.raises(AnswerLost):
        client.write("POST", "/comment", json={})
    assert route.call_count == 1


@respx.mock
def test_a_write_answered_by_a_broken_server_may_have_taken_effect(client: HttpClient) -> None:
    route = respx.post(f"{BASE}/comment").respond(503)
    with pytest.raises(AnswerLost):
        client.write("POST", "/comment", json={})
    assert route.call_count == 1


@respx.mock
def test_a_write_whose_answer_is_cut_may_have_taken_effect(client: HttpClient) -> None:
    respx.post(f"{BASE}/comment").respond(201, content=b'{"id": "1')
    with pytest.raises(AnswerLost):
        client.write("POST", "/comment", json={})


@respx.mock
def test_a_write_that_never_left_is_sent_again(client: HttpClient) -> None:
    respx.post(f"{BASE}/comment").mock(
        side_effect=[httpx.ConnectError("refused"), httpx.Response(201, json={"id": "1"})]
    )
    assert client.write("POST", "/comment", json={}) == {"id": "1"}


@respx.mock
def test_a_refusal_for_too_many_requests_waits_as_long_as_asked(
    client: HttpClient, time: Time
) -> None:
    respx.post(f"{BASE}/comment").mock(
        side_effect=[
            httpx.Response(429, headers={"Retry-After": "7"}),
            httpx.Response(201, json={"id": "1"}),
        ]
    )
    assert client.write("POST", "/comment", json={}) == {"id": "1"}
    assert time.slept == pytest.approx(7, abs=0.01)


@respx.mock
def test_a_gateway_without_retry_after_is_read_by_its_reset_time(
    client: HttpClient, time: Time
) -> None:
    reset = (START + timedelta(seconds=20)).isoformat()
    respx.get(f"{BASE}/thing").mock(
        side_effect=[
            httpx.Response(429, headers={"X-RateLimit-Reset": reset}),
            httpx.Response(200, json={}),
        ]
    )
    client.read("GET", "/thing")
    assert time.slept == pytest.approx(20, abs=0.01)


def test_a_spent_quota_pauses_every_path(time: Time) -> None:
    pauses = Pauses(Clock(time.now, time.sleep))
    quota = httpx.Headers({"RateLimit-Reason": "jira-quota-tenant-based"})
    pauses.hold(pause_scope(quota, "/a"), 30)
    pauses.wait("/b")
    assert time.slept == 30


def test_a_burst_pauses_its_own_path_only(time: Time) -> None:
    pauses = Pauses(Clock(time.now, time.sleep))
    burst = httpx.Headers({"RateLimit-Reason": "jira-burst-based"})
    pauses.hold(pause_scope(burst, "/a"), 30)
    pauses.wait("/b")
    assert time.slept == 0
    pauses.wait("/a")
    assert time.slept == 30


@respx.mock
def test_a_long_pause_ends_the_run_and_says_when_to_come_back(
    client: HttpClient, time: Time
) -> None:
    respx.get(f"{BASE}/thing").respond(429, headers={"Retry-After": "1800"})
    with pytest.raises(RequestFailed, match="Run again after 2026-03-02 09:30:00 UTC"):
        client.read("GET", "/thing")
    assert time.slept == 0


@respx.mock
def test_half_a_page_is_asked_for_again(client: HttpClient) -> None:
    respx.get(f"{BASE}/thing").mock(
        side_effect=[
            httpx.Response(200, content=b'{"issues": [{"id'),
            httpx.Response(200, json={"issues": []}),
        ]
    )
    assert client.read("GET", "/thing") == {"issues": []}


@respx.mock
def test_a_page_that_stays_cut_is_named_with_its_size(client: HttpClient) -> None:
    respx.get(f"{BASE}/thing").respond(200, content=b'{"issues": [')
    with pytest.raises(RequestFailed, match=r"GET /thing is not whole JSON \(12 bytes"):
        client.read("GET", "/thing")


@respx.mock
def test_a_web_page_instead_of_json_is_called_one_and_not_asked_for_again(
    client: HttpClient,
) -> None:
    page = respx.get(f"{BASE}/thing").respond(200, content=b"\n<!doctype html><title>Sign in")
    with pytest.raises(RequestFailed, match="GET /thing is a web page, probably one to sign in"):
        client.read("GET", "/thing")
    assert page.call_count == 1


@respx.mock
def test_a_link_counts_from_the_page_it_stands_on(client: HttpClient) -> None:
    second = respx.get(f"{BASE}/deep/list", params={"n": "2"}).respond(200, json=[2])
    respx.get(f"{BASE}/deep/list").respond(200, json=[1], headers={"Link": '<?n=2>; rel="next"'})
    answers = list(client.pages(PageRequest("/deep/list"), LinkHeader()))
    assert [answer.body for answer in answers] == [[1], [2]]
    assert second.called


@respx.mock
def test_a_link_to_another_origin_is_not_followed(client: HttpClient) -> None:
    stranger = respx.get("https://evil.example/next").respond(200, json={})
    with pytest.raises(RequestFailed, match=r"leads away from tool\.example to evil\.example"):
        client.read("GET", "https://evil.example/next")
    assert not stranger.called


@respx.mock
def test_a_link_to_the_same_origin_is_followed_with_its_query(client: HttpClient) -> None:
    respx.get(f"{BASE}/list", params={"startAt": "50"}).respond(200, json={"startAt": 50})
    assert client.read("GET", f"{BASE}/list?startAt=50") == {"startAt": 50}


@respx.mock
def test_a_refusal_quotes_the_tool_and_names_the_credentials(connect: Connect) -> None:
    respx.get(f"{BASE}/thing").respond(401, json={"errorMessages": ["Login required."]})
    with pytest.raises(RequestFailed) as caught:
        connect(JIRA.http).read("GET", "/thing")
    assert "Login required." in caught.value.reason
    assert "the environment variable JIRA_TOKEN" in caught.value.remedy


@respx.mock
def test_a_list_of_errors_is_quoted_too(connect: Connect) -> None:
    body = [{"message": "No such column", "errorCode": "INVALID_FIELD"}]
    respx.get(f"{BASE}/query").respond(400, json=body)
    with pytest.raises(RequestFailed, match="INVALID_FIELD; No such column") as caught:
        connect(SALESFORCE.http).read("GET", "/query")
    assert caught.value.answer == body


@respx.mock
def test_no_error_shows_the_secret(client: HttpClient) -> None:
    respx.get(f"{BASE}/thing").respond(401, text="no")
    with pytest.raises(RequestFailed) as caught:
        client.read("GET", "/thing")
    assert TOKEN not in f"{caught.value!s} {caught.value!r} {client!r} {vars(client)!r}"


@respx.mock
def test_a_failure_survives_the_way_to_another_process(client: HttpClient) -> None:
    respx.get(f"{BASE}/thing").respond(404)
    with pytest.raises(RequestFailed) as caught:
        client.read("GET", "/thing")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (copy.status, copy.reason) == (404, caught.value.reason)


@respx.mock
def test_an_empty_answer_to_a_write_is_nothing(client: HttpClient) -> None:
    respx.delete(f"{BASE}/thing").respond(204)
    assert client.write("DELETE", "/thing") is None


@respx.mock
def test_an_empty_answer_to_a_read_is_no_answer(client: HttpClient) -> None:
    respx.get(f"{BASE}/thing").respond(200)
    with pytest.raises(RequestFailed, match=r"GET /thing is not whole JSON \(0 bytes"):
        client.read("GET", "/thing")


@respx.mock
def test_an_answer_shows_its_headers_and_the_link_to_the_next_page(client: HttpClient) -> None:
    link = f'<{BASE}/list?page=2>; rel="next", <{BASE}/list?page=9>; rel="last"'
    respx.get(f"{BASE}/list").respond(json=[1], headers={"Link": link, "ETag": '"abc"'})
    answer = client.fetch("GET", "/list")
    assert (answer.body, answer.status, answer.headers["etag"]) == ([1], 200, '"abc"')
    assert answer.next_link == f"{BASE}/list?page=2"


@respx.mock
def test_what_did_not_change_is_an_answer_without_a_body(client: HttpClient) -> None:
    respx.get(f"{BASE}/list").respond(304)
    answer = client.fetch("GET", "/list", headers={"If-None-Match": '"abc"'})
    assert (answer.body, answer.status) == (None, 304)


@respx.mock
def test_pages_are_followed_on_the_same_origin_only(client: HttpClient) -> None:
    evil = respx.get("https://evil.example/list").respond(json=[2])
    link = '<https://evil.example/list>; rel="next"'
    respx.get(f"{BASE}/list").respond(json=[1], headers={"Link": link})
    pages = client.pages(PageRequest("/list"), LinkHeader())
    assert next(pages).body == [1]
    with pytest.raises(RequestFailed, match="leads away"):
        next(pages)
    assert not evil.called


@respx.mock
@pytest.mark.parametrize("headers", [{"Retry-After": "7"}, {"X-RateLimit-Remaining": "0"}])
def test_a_limit_told_by_403_is_waited_for_and_is_no_missing_permission(
    client: HttpClient, time: Time, headers: dict[str, str]
) -> None:
    """As GitHub answers to both its primary and its secondary limits."""
    reset = {"X-RateLimit-Reset": str(int((START + timedelta(seconds=7)).timestamp()))}
    respx.get(f"{BASE}/thing").mock(
        side_effect=[
            httpx.Response(403, headers=headers | reset),
            httpx.Response(200, json={}),
        ]
    )
    assert client.read("GET", "/thing") == {}
    assert time.slept == pytest.approx(7, abs=0.01)


@respx.mock
def test_a_limit_that_only_its_text_tells_is_one(client: HttpClient) -> None:
    message = {"message": "You have exceeded a secondary rate limit."}
    respx.get(f"{BASE}/thing").respond(403, json=message)
    with pytest.raises(RequestFailed, match="too many requests") as caught:
        client.read("GET", "/thing")
    assert caught.value.status == 429


@respx.mock
def test_a_limit_beside_the_counted_one_is_waited_for_a_minute(
    client: HttpClient, time: Time
) -> None:
    """A secondary limit of GitHub: the reset is that of the quota, of which there is plenty."""
    reset = str(int((START + timedelta(minutes=50)).timestamp()))
    headers = {"X-RateLimit-Remaining": "4321", "X-RateLimit-Reset": reset}
    message = {"message": "You have exceeded a secondary rate limit."}
    respx.get(f"{BASE}/thing").mock(
        side_effect=[
            httpx.Response(403, headers=headers, json=message),
            httpx.Response(200, json={}),
        ]
    )
    assert client.read("GET", "/thing") == {}
    assert time.slept == pytest.approx(60, abs=0.01)


@respx.mock
def test_a_403_that_is_no_limit_is_a_missing_permission(client: HttpClient) -> None:
    respx.get(f"{BASE}/thing").respond(403, headers={"X-RateLimit-Remaining": "12"})
    with pytest.raises(RequestFailed) as caught:
        client.read("GET", "/thing")
    assert caught.value.status == 403
    assert "missing permission" in caught.value.remedy


@respx.mock
def test_a_tool_says_itself_what_its_errors_mean(connect: Connect) -> None:
    def explain(error: RequestFailed) -> ConnectionFailed:
        return ConnectionFailed(error.connection, "the licence has expired", "Buy another.")

    respx.get(f"{BASE}/a").respond(402)
    respx.get(f"{BASE}/b").respond(404, json={"title": "Gone", "detail": "No such board"})
    with pytest.raises(ConnectionFailed, match="licence"):
        connect(HttpConventions(explain=explain)).read("GET", "/a")
    with pytest.raises(RequestFailed, match="Gone; No such board") as caught:
        connect(HttpConventions(remedies={404: "Share the board."})).read("GET", "/b")
    assert caught.value.remedy == "Share the board."
