"""The digest of a comment follows its content and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.comment_content import (
    Bullets,
    CommentContent,
    CommentState,
    LinkSpan,
    MentionSpan,
    Paragraph,
    TextSpan,
)

CONTENT = CommentContent(
    "C-1a2b3c4d5e",
    CommentState.OPEN,
    "High: CDP-12 is late",
    (
        Paragraph((TextSpan("Finishes 9 days late.", strong=True), MentionSpan("Ada", "acc-ada"))),
        Bullets(((LinkSpan("CDP-12", "https://jira.test/browse/CDP-12"),), (TextSpan("Ü–“x”"),))),
    ),
    (("Conflict", "C-1a2b3c4d5e"), ("Status", "open")),
)


def test_the_digest_stays_the_same_in_every_version_of_interlock() -> None:
    """A changed value would edit every comment in every tool once: change it only on purpose."""
    assert CONTENT.digest == "b70c89d6d7574e5c"


@pytest.mark.parametrize(
    "changed",
    [
        replace(CONTENT, conflict_id="C-2"),
        replace(CONTENT, state=CommentState.DECIDED),
        replace(CONTENT, heading="Low: CDP-12 is late"),
        replace(CONTENT, blocks=CONTENT.blocks[::-1]),
        replace(CONTENT, blocks=(Paragraph((TextSpan("Finishes 9 days late."),)),)),
        replace(CONTENT, blocks=(Bullets(((TextSpan("Finishes 9 days late."),),)),)),
        replace(CONTENT, blocks=(Paragraph((LinkSpan("a", "b"),)),)),
        replace(CONTENT, blocks=(Paragraph((MentionSpan("a", "b"),)),)),
        replace(CONTENT, blocks=(Paragraph((MentionSpan("a", None),)),)),
        replace(CONTENT, facts=CONTENT.facts[:1]),
    ],
)
def test_whatever_a_reader_sees_differently_has_another_digest(changed: CommentContent) -> None:
    assert changed.digest != CONTENT.digest


def test_a_paragraph_and_a_bullet_with_the_same_words_differ() -> None:
    words = (TextSpan("late"),)

    paragraph = replace(CONTENT, blocks=(Paragraph(words),))
    bullet = replace(CONTENT, blocks=(Bullets((words,)),))
    link = replace(CONTENT, blocks=(Paragraph((LinkSpan("late", "identity"),)),))
    mention = replace(CONTENT, blocks=(Paragraph((MentionSpan("late", "identity"),)),))

    assert len({content.digest for content in (paragraph, bullet, link, mention)}) == 4


def test_the_marker_depends_on_the_conflict_alone() -> None:
    assert CONTENT.marker == "interlock:C-1a2b3c4d5e"
    assert replace(CONTENT, heading="Other words").marker == CONTENT.marker
