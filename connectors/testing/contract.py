"""The promises of `connectors.base.Connector`, as tests over a running stand-in of the tool."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from connectors.base import ConnectionFailed, Connector, RawRecord
from connectors.testing.broken_shapes import BROKEN_DOCUMENTS, broken_payloads
from connectors.testing.reply_contract import ReplyContract
from connectors.testing.stand_in import StandIn
from connectors.testing.steps import (
    HOSTILE,
    WRONG_SECRET,
    by_id,
    content,
    ids_of,
    needs_comments,
    post,
    pull,
    records_of,
    some_target,
    take_pages,
)
from model.comment_content import CommentChange, RefusedChange
from model.records import Mapped

NEW_TITLE = "Renamed by the contract tests"


class ConnectorContract(ReplyContract):
    """Subclass it with a fixture `stand_in`; each test begins with a fresh one."""

    @pytest.fixture
    def stand_in(self) -> Iterator[StandIn]:
        raise NotImplementedError("override the fixture stand_in")

    @pytest.fixture
    def connector(self, stand_in: StandIn) -> Iterator[Connector]:
        connector = stand_in.connect()
        yield connector
        connector.close()

    # Reading

    def test_a_pull_brings_every_record(self, stand_in: StandIn) -> None:
        pages = pull(stand_in)
        assert len(stand_in.native_ids()) >= 3
        assert ids_of(pages) == set(stand_in.native_ids())

    def test_raw_records_are_json_with_a_native_id(self, stand_in: StandIn) -> None:
        for record in records_of(pull(stand_in)):
            assert record.native_id
            json.loads(record.payload)

    def test_a_first_pull_says_what_exists(self, stand_in: StandIn) -> None:
        *_, last = pull(stand_in)
        assert last.snapshot_ids == frozenset(stand_in.native_ids())

    def test_a_pull_resumes_after_each_page(self, stand_in: StandIn) -> None:
        """A sync that is killed goes on from the last cursor that was stored."""
        count = len(pull(stand_in))
        for stop_after in range(1, count + 1):
            before = take_pages(stand_in, stop_after)
            after = pull(stand_in, before[-1].cursor)
            assert ids_of([*before, *after]) == set(stand_in.native_ids()), f"page {stop_after}"

    def test_a_pull_without_changes_brings_nothing_new(self, stand_in: StandIn) -> None:
        first = pull(stand_in)
        second = pull(stand_in, first[-1].cursor)
        known = {record.native_id: record.payload for record in records_of(first)}
        again = {record.native_id: record.payload for record in records_of(second)}
        assert again.items() <= known.items()

    def test_two_whole_pulls_bring_the_same(self, stand_in: StandIn) -> None:
        first, second = (sorted(records_of(pull(stand_in)), key=by_id) for _ in range(2))
        assert first == second

    def test_a_deletion_is_noticed(self, stand_in: StandIn) -> None:
        first = pull(stand_in)
        gone = sorted(stand_in.native_ids())[0]
        stand_in.delete(gone)
        second = pull(stand_in, first[-1].cursor, stand_in.deletions_seen_after)
        snapshots = [page.snapshot_ids for page in second if page.snapshot_ids is not None]
        assert snapshots, "no page says which records exist"
        assert gone not in snapshots[-1]
        assert snapshots[-1] == set(stand_in.native_ids())

    def test_a_new_title_arrives_under_the_same_native_id(
        self, stand_in: StandIn, connector: Connector
    ) -> None:
        first = pull(stand_in)
        native_id = sorted(stand_in.native_ids())[0]
        stand_in.rename(native_id, NEW_TITLE)
        second = pull(stand_in, first[-1].cursor)
        (renamed,) = [r for r in records_of(second) if r.native_id == native_id]
        versions = connector.map(stand_in.stream, renamed, stand_in.now).versions
        assert versions[-1].record.title == NEW_TITLE

    # Mapping

    def test_mapping_is_repeatable(self, stand_in: StandIn, connector: Connector) -> None:
        for record in records_of(pull(stand_in)):
            result = connector.map(stand_in.stream, record, stand_in.now)
            assert result == stand_in.connect().map(stand_in.stream, record, stand_in.now)
            assert result.versions or result.problems

    def test_mapped_records_belong_to_the_connection(
        self, stand_in: StandIn, connector: Connector
    ) -> None:
        for record in records_of(pull(stand_in)):
            for version in connector.map(stand_in.stream, record, stand_in.now).versions:
                assert version.record.ref.connection == connector.name
                assert version.valid_from.tzinfo is not None

    @pytest.mark.parametrize("payload", BROKEN_DOCUMENTS)
    def test_what_is_no_record_is_held_as_a_problem(
        self, stand_in: StandIn, connector: Connector, payload: str
    ) -> None:
        result = connector.map(stand_in.stream, RawRecord("1", payload), stand_in.now)
        assert result.versions == ()
        assert result.problems and all(p.held for p in result.problems)
        assert all(p.reason and p.remedy for p in result.problems)

    def test_a_record_of_a_broken_shape_raises_nothing(
        self, stand_in: StandIn, connector: Connector
    ) -> None:
        record = sorted(records_of(pull(stand_in)), key=by_id)[0]
        for change, payload in broken_payloads(record.payload):
            broken = RawRecord(record.native_id, payload)
            try:
                result = connector.map(stand_in.stream, broken, stand_in.now)
            except Exception as error:
                pytest.fail(f"with {change}: {type(error).__name__}: {error}")
            assert isinstance(result, Mapped)

    # Access

    def test_check_raises_nothing_and_names_a_remedy(self, stand_in: StandIn) -> None:
        for secret in (None, WRONG_SECRET):
            for problem in stand_in.connect(secret).check():
                assert problem.what and problem.remedy

    def test_no_secret_is_in_any_error_or_repr(self, stand_in: StandIn) -> None:
        connector = stand_in.connect(WRONG_SECRET)
        shown = [repr(connector), repr(vars(connector))]
        shown += [f"{problem}" for problem in connector.check()]
        try:
            list(connector.pull(stand_in.stream, None, stand_in.now))
        except ConnectionFailed as error:
            shown += [str(error), repr(error), repr(error.__cause__)]
        assert not [text for text in shown if WRONG_SECRET in text]

    # Comments

    def test_a_comment_is_written_once_and_found_again(
        self, stand_in: StandIn, connector: Connector
    ) -> None:
        target = needs_comments(stand_in, connector)
        assert connector.comment_obstacle(target) is None
        posted = post(connector, CommentChange(target, content()))
        assert connector.find_comments([target]) == [posted]
        assert (posted.conflict_id, posted.digest) == ("C-1", content().digest)
        assert stand_in.comment_count(target.ref.native_id) == 1

    def test_a_comment_is_edited_in_place(self, stand_in: StandIn, connector: Connector) -> None:
        target = needs_comments(stand_in, connector)
        posted = post(connector, CommentChange(target, content()))
        worse = content("It is later still.")
        edited = post(connector, CommentChange(target, worse, posted, notify=False))
        assert edited.comment_id == posted.comment_id
        assert connector.find_comments([target]) == [edited]
        assert stand_in.comment_count(target.ref.native_id) == 1

    def test_two_conflicts_have_a_comment_each(
        self, stand_in: StandIn, connector: Connector
    ) -> None:
        target = needs_comments(stand_in, connector)
        both = {
            post(connector, CommentChange(target, content(conflict_id=name)))
            for name in ("C-1", "C-2")
        }
        assert set(connector.find_comments([target])) == both

    def test_a_lost_answer_leaves_exactly_one_comment(
        self, stand_in: StandIn, connector: Connector
    ) -> None:
        target = needs_comments(stand_in, connector)
        if not stand_in.lose_next_answer():
            pytest.skip("its writes have no answers that could be lost")
        posted = post(connector, CommentChange(target, content()))
        assert stand_in.comment_count(target.ref.native_id) == 1
        assert connector.find_comments([target]) == [posted]

    def test_hostile_text_stays_text(self, stand_in: StandIn, connector: Connector) -> None:
        target = needs_comments(stand_in, connector)
        hostile = content(HOSTILE, heading=HOSTILE)
        posted = post(connector, CommentChange(target, hostile))
        assert connector.find_comments([target]) == [posted]

    def test_a_very_long_comment_is_accepted(self, stand_in: StandIn, connector: Connector) -> None:
        target = needs_comments(stand_in, connector)
        posted = post(connector, CommentChange(target, content("A long story. " * 8000)))
        assert connector.find_comments([target]) == [posted]

    def test_a_tool_without_comments_refuses_politely(
        self, stand_in: StandIn, connector: Connector
    ) -> None:
        if stand_in.has_comments:
            pytest.skip("the tool takes comments")
        target = some_target(stand_in, connector)
        assert connector.comment_obstacle(target)
        (outcome,) = connector.apply([CommentChange(target, content())])
        assert isinstance(outcome, RefusedChange)
        assert outcome.reason and outcome.remedy and not outcome.retryable
        assert connector.find_comments([target]) == []
        assert list(connector.find_replies([target], None, stand_in.now)) == []
