"""The whole comment: its first line, its lines within the budget, its footer and its columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from model.comment_content import (
    Block,
    Bullets,
    CommentContent,
    CommentState,
    LinkSpan,
    Paragraph,
    Span,
    TextSpan,
)
from model.conflicts import Conflict
from model.findings import Label
from model.operating_model.schema import OperatingModel
from model.rules.words import format_list
from model.wording.audience import CommentAudience
from model.wording.budget import MOST_LINES, Line, fit
from model.wording.columns import build_columns
from model.wording.importance import FOOTER
from model.wording.links import link_keys
from model.wording.replies import reply_lines, reply_text
from model.wording.states import Draft, draft_comment, draft_withdrawal


def build_content(
    conflict: Conflict,
    labels: Mapping[int, Label],
    model: OperatingModel,
    audience: CommentAudience,
    told: Sequence[str] = (),
) -> CommentContent:
    """The comment that one record should show about a conflict in its present state.

    `told` are the answers to replies on this record that their authors are still to read.
    """
    draft = draft_comment(conflict, labels, model, audience)
    draft = replace(draft, after=(*draft.after, *reply_lines(conflict, told)))
    heading, blocks = _fit(draft, conflict, labels, audience)
    return CommentContent(
        conflict.id,
        CommentState(conflict.status.value),
        heading,
        blocks,
        (*build_columns(conflict, labels, model), ("Replies", reply_text(conflict, told))),
    )


def build_withdrawal(conflict: Conflict, audience: CommentAudience) -> CommentContent:
    """What replaces the comment on a record that its conflict no longer concerns."""
    heading, blocks = _fit(draft_withdrawal(conflict), conflict, {}, audience)
    return CommentContent(conflict.id, CommentState.RESOLVED, heading, blocks)


def _fit(
    draft: Draft, conflict: Conflict, labels: Mapping[int, Label], audience: CommentAudience
) -> tuple[str, tuple[Block, ...]]:
    lines = [*draft.before, *draft.reasons, *draft.after]
    footer = _footer(conflict, audience)
    chosen = fit([draft.heading, footer, *lines], audience.form.most_words, MOST_LINES + 2)
    heading, end, *body = chosen
    first, last = len(draft.before), len(draft.before) + len(draft.reasons)
    linked = [_linked(spans, labels, audience) for spans in body]
    blocks = (
        *_paragraphs(linked[:first]),
        *_bullets(linked[first:last]),
        *_paragraphs(linked[last:]),
        Paragraph(end or ()),
    )
    return " ".join(span.text for span in heading or () if isinstance(span, TextSpan)), blocks


def _linked(
    spans: tuple[Span, ...] | None, labels: Mapping[int, Label], audience: CommentAudience
) -> tuple[Span, ...] | None:
    if spans is None or not audience.form.has_links:
        return spans
    return link_keys(spans, labels, audience.record_id)


def _paragraphs(lines: Iterable[tuple[Span, ...] | None]) -> Iterable[Block]:
    return (Paragraph(spans) for spans in lines if spans)


def _bullets(lines: Sequence[tuple[Span, ...] | None]) -> tuple[Block, ...]:
    items = tuple(spans for spans in lines if spans)
    return (Bullets(items),) if items else ()


def _footer(conflict: Conflict, audience: CommentAudience) -> Line:
    """Who says so, from which data, and where the whole story is."""
    link = LinkSpan("Interlock", audience.card_url)
    sources = format_list(conflict.finding.rests_on)
    versions: tuple[tuple[Span, ...], ...] = ((link,),)
    if sources:
        versions = ((link, TextSpan(f" · from {sources}")), *versions)
    return Line(versions, FOOTER, is_required=True)
