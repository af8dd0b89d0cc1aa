"""Comments on a running org's deals: one per conflict, found again, edited in place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import respx

from connectors.base import ConnectionFailed, ConnectorContext
from connectors.kit.clock import Clock
from connectors.salesforce.connector import SalesforceConnector, open_connector
from connectors.sandbox import Sandbox
from connectors.sandbox.salesforce.org import SalesforceOrg
from model.comment_content import (
    CommentChange,
    CommentContent,
    CommentState,
    MentionSpan,
    Outcome,
    Paragraph,
    PostedComment,
    RefusedChange,
    Target,
    TextSpan,
)
from model.records import Kind, Ref
from tests.connectors.salesforce.builders import settings
from tests.connectors.salesforce.conftest import ANNA, ENVIRONMENT, Connect, Person, deal_ids

POSTS = "POST .*/chatter/feed-elements"


@pytest.fixture
def target(org: SalesforceOrg) -> Target:
    return Target(Ref("crm", Kind.DEAL, deal_ids(org)[0]), "Nordwind")


def comment_content(
    text: str = "CDP-12 is late.", who: MentionSpan | None = None
) -> CommentContent:
    spans = (TextSpan(text), *([who] if who else []))
    return CommentContent("C-1a2b3c4d", CommentState.OPEN, "Promise at risk", (Paragraph(spans),))


def apply_changes(crm: SalesforceConnector, *changes: CommentChange) -> list[Outcome]:
    return list(crm.apply(changes))


def bodies(org: SalesforceOrg) -> list[str]:
    return [item["Body"] for item in org.records["FeedItem"].values()]


def user_id(org: SalesforceOrg, username: str) -> str:
    user = org.user_named(username)
    assert user
    return str(user["Id"])


def notified(org: SalesforceOrg) -> list[str]:
    return [mention["to"] for mention in org.mentions]


def test_a_comment_is_created_for_internal_users_and_found_again(
    crm: SalesforceConnector, org: SalesforceOrg, target: Target
) -> None:
    wanted = comment_content()

    (posted,) = apply_changes(crm, CommentChange(target, wanted))

    assert isinstance(posted, PostedComment)
    assert crm.find_comments([target]) == [posted]
    assert (posted.conflict_id, posted.digest) == (wanted.conflict_id, wanted.digest)
    assert posted.url and posted.url.endswith(f"/r/Opportunity/{target.ref.native_id}/view")
    (item,) = org.records["FeedItem"].values()
    assert (item["Id"], item["Visibility"]) == (posted.comment_id, "InternalUsers")
    assert "<b>Promise at risk</b>" in item["Body"]


def test_a_change_edits_the_same_comment(
    crm: SalesforceConnector, org: SalesforceOrg, target: Target
) -> None:
    (posted,) = apply_changes(crm, CommentChange(target, comment_content()))
    assert isinstance(posted, PostedComment)
    worse = comment_content("CDP-12 is even later.")

    (edited,) = apply_changes(crm, CommentChange(target, worse, posted))

    assert isinstance(edited, PostedComment)
    assert (edited.comment_id, edited.digest) == (posted.comment_id, worse.digest)
    assert len(bodies(org)) == 1
    assert "even later" in bodies(org)[0]


def test_an_edit_leaves_no_double_with_the_former_text(
    crm: SalesforceConnector, org: SalesforceOrg, target: Target
) -> None:
    first, _ = apply_changes(
        crm, CommentChange(target, comment_content()), CommentChange(target, comment_content())
    )
    assert isinstance(first, PostedComment)
    assert len(crm.find_comments([target])) == 2

    (edited,) = apply_changes(crm, CommentChange(target, comment_content("New text."), first))

    assert crm.find_comments([target]) == [edited]


def test_the_person_is_notified_once_and_not_by_a_quiet_edit(
    crm: SalesforceConnector, org: SalesforceOrg, target: Target
) -> None:
    anna = MentionSpan("Anna Weber", user_id(org, ANNA))
    (posted,) = apply_changes(crm, CommentChange(target, comment_content(who=anna)))
    assert isinstance(posted, PostedComment)
    apply_changes(
        crm, CommentChange(target, comment_content("New text.", anna), posted, notify=False)
    )

    assert notified(org) == [anna.identity]


def test_a_person_who_cannot_be_mentioned_is_named_instead(
    crm: SalesforceConnector, org: SalesforceOrg, target: Target
) -> None:
    gone = MentionSpan("Olga Gone", "005000000000999AAA")

    (posted,) = apply_changes(crm, CommentChange(target, comment_content(who=gone)))

    assert isinstance(posted, PostedComment)
    assert "Olga Gone" in bodies(org)[0]
    assert notified(org) == []


def test_a_create_whose_answer_was_lost_leaves_one_comment(
    crm: SalesforceConnector, org: SalesforceOrg, target: Target, person: Person
) -> None:
    person.fault("drop_after", POSTS, times=1)

    (posted,) = apply_changes(crm, CommentChange(target, comment_content()))

    assert len(bodies(org)) == 1
    assert crm.find_comments([target]) == [posted]


def test_a_create_that_had_no_effect_is_tried_again_after_looking(
    crm: SalesforceConnector, org: SalesforceOrg, target: Target, person: Person
) -> None:
    person.fault("5xx", POSTS, times=1)

    (posted,) = apply_changes(crm, CommentChange(target, comment_content()))

    assert isinstance(posted, PostedComment)
    assert len(bodies(org)) == 1
    assert len(person.asked("GET /services/data/v62.0/chatter/feeds/record")) == 1


def test_a_create_that_takes_effect_only_after_its_answer_was_lost_leaves_one_comment(
    connect: Connect, sandbox: Sandbox, org: SalesforceOrg, target: Target, person: Person
) -> None:
    person.fault("5xx", POSTS, times=1)
    late = connect()

    def settle(_: float) -> None:
        if not bodies(org):
            apply_changes(late, CommentChange(target, comment_content()))

    context = ConnectorContext("crm", Path(), ENVIRONMENT)
    clock = Clock(lambda: datetime.now(UTC), settle)
    slow = open_connector(settings(url=sandbox.salesforce_url), context, clock)

    (posted,) = apply_changes(slow, CommentChange(target, comment_content()))

    slow.close()
    assert len(bodies(org)) == 1
    assert late.find_comments([target]) == [posted]


def test_an_edit_whose_answer_was_lost_is_repeated(
    crm: SalesforceConnector, org: SalesforceOrg, target: Target, person: Person
) -> None:
    (posted,) = apply_changes(crm, CommentChange(target, comment_content()))
    assert isinstance(posted, PostedComment)
    person.fault("drop_after", "PATCH", times=1)

    (edited,) = apply_changes(crm, CommentChange(target, comment_content("New text."), posted))

    assert isinstance(edited, PostedComment)
    assert len(bodies(org)) == 1


def test_a_write_with_unknown_effect_is_refused_until_the_next_run(
    crm: SalesforceConnector, org: SalesforceOrg, target: Target, person: Person
) -> None:
    person.fault("5xx", POSTS)

    (outcome,) = apply_changes(crm, CommentChange(target, comment_content()))

    assert isinstance(outcome, RefusedChange)
    assert outcome.retryable
    assert "looks before it writes" in outcome.remedy


def test_a_copied_marker_is_not_our_comment(
    crm: SalesforceConnector, target: Target, person: Person
) -> None:
    person.post(target.ref.native_id, f"interlock:C-1a2b3c4d · {comment_content().digest}")
    assert crm.find_comments([target]) == []


def test_a_comment_is_found_far_down_a_busy_feed(
    crm: SalesforceConnector, target: Target, person: Person
) -> None:
    (posted,) = apply_changes(crm, CommentChange(target, comment_content()))
    for number in range(101):
        person.post(target.ref.native_id, f"chatter {number}")

    assert crm.find_comments([target]) == [posted]
    assert len(person.asked("GET /services/data/v62.0/chatter/feeds/record")) == 2


def test_a_refused_change_does_not_stop_the_others(
    crm: SalesforceConnector, org: SalesforceOrg, target: Target
) -> None:
    unknown = Target(Ref("crm", Kind.DEAL, "006000000000999AAA"), "Gone")

    refused, posted = apply_changes(
        crm, CommentChange(unknown, comment_content()), CommentChange(target, comment_content())
    )

    assert isinstance(refused, RefusedChange)
    assert "404" in refused.reason
    assert "Share the opportunity" in refused.remedy
    assert isinstance(posted, PostedComment)


def test_a_deal_that_cannot_be_seen_has_no_comments(crm: SalesforceConnector) -> None:
    unknown = Target(Ref("crm", Kind.DEAL, "006000000000999AAA"), "Gone")
    assert crm.find_comments([unknown]) == []


def test_an_edit_of_a_removed_comment_announces_that_it_will_be_written_again(
    crm: SalesforceConnector, org: SalesforceOrg, target: Target, person: Person
) -> None:
    (posted,) = apply_changes(crm, CommentChange(target, comment_content()))
    assert isinstance(posted, PostedComment)
    person.overwrite(posted.comment_id, IsDeleted=True)

    (outcome,) = apply_changes(crm, CommentChange(target, comment_content("New text."), posted))

    assert isinstance(outcome, RefusedChange)
    assert "somebody removed the post" in outcome.remedy
    assert crm.find_comments([target]) == []


def test_at_the_daily_limit_writing_ends(
    crm: SalesforceConnector, target: Target, person: Person
) -> None:
    person.fault("429", POSTS)
    with pytest.raises(ConnectionFailed, match="REQUEST_LIMIT_EXCEEDED"):
        apply_changes(crm, CommentChange(target, comment_content()))


def test_at_chatters_hourly_limit_writing_ends_for_an_hour(
    crm: SalesforceConnector, target: Target, person: Person
) -> None:
    person.fault("429", "chatter", status=503)
    with pytest.raises(ConnectionFailed, match="Chatter calls of the last hour"):
        apply_changes(crm, CommentChange(target, comment_content()))


def test_writing_ends_when_signing_in_is_refused(connect: Connect, target: Target) -> None:
    crm = connect(ENVIRONMENT | {"SF_CLIENT_SECRET": "wrong-one"})
    with pytest.raises(ConnectionFailed, match="SF_CLIENT_SECRET"):
        apply_changes(crm, CommentChange(target, comment_content()))


def test_writing_ends_when_nobody_answers(connect: Connect, target: Target) -> None:
    with pytest.raises(ConnectionFailed, match="does not answer"):
        apply_changes(connect(url="http://127.0.0.1:9"), CommentChange(target, comment_content()))


def test_nothing_is_written_twice_when_the_feed_cannot_be_read(
    crm: SalesforceConnector, org: SalesforceOrg, target: Target, person: Person
) -> None:
    anna = MentionSpan("Anna Weber", user_id(org, ANNA))
    person.fault("drop_after", POSTS, times=1)
    person.fault("5xx", "GET .*/chatter/feeds", status=403)

    (outcome,) = apply_changes(crm, CommentChange(target, comment_content(who=anna)))

    assert isinstance(outcome, RefusedChange)
    assert len(bodies(org)) == 1


def test_a_session_that_expires_before_a_write_is_renewed(
    crm: SalesforceConnector, org: SalesforceOrg, target: Target, person: Person
) -> None:
    crm.find_comments([target])
    person.fault("expire_token", POSTS, times=1)

    (posted,) = apply_changes(crm, CommentChange(target, comment_content()))

    assert isinstance(posted, PostedComment)
    assert len(bodies(org)) == 1


def test_a_comment_does_not_count_as_a_touch_of_the_deal(
    crm: SalesforceConnector, org: SalesforceOrg, target: Target
) -> None:
    before = dict(org.records["Opportunity"][target.ref.native_id])
    apply_changes(crm, CommentChange(target, comment_content()))
    assert org.records["Opportunity"][target.ref.native_id] == before


def test_markup_in_a_comment_is_shown_as_text(
    crm: SalesforceConnector, org: SalesforceOrg, target: Target
) -> None:
    apply_changes(crm, CommentChange(target, comment_content("<script>alert(1)</script>")))
    assert "&lt;script&gt;" in bodies(org)[0]


def test_the_longest_comment_is_accepted(
    crm: SalesforceConnector, org: SalesforceOrg, target: Target
) -> None:
    (posted,) = apply_changes(
        crm, CommentChange(target, comment_content("A very long story. " * 5000))
    )
    assert isinstance(posted, PostedComment)
    assert crm.find_comments([target]) == [posted]


def test_a_feed_whose_pages_lead_in_a_circle_fails(
    connect: Connect, target: Target, circling: respx.MockRouter
) -> None:
    with pytest.raises(ConnectionFailed, match="leads back"):
        connect(url="https://acme.example").find_comments([target])


@pytest.fixture
def circling(respx_mock: respx.MockRouter) -> Iterator[respx.MockRouter]:
    token = {"access_token": "t", "id": "https://acme.example/id/00D/005000000000001AAA"}
    respx_mock.post("https://acme.example/services/oauth2/token").respond(json=token)
    page = {"elements": [], "nextPageUrl": "/services/data/v62.0/chatter/feeds/record/x?page=1"}
    respx_mock.get(path__startswith="/services/data/v62.0/chatter").respond(json=page)
    return respx_mock
