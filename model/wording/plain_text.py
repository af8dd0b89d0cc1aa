"""A comment as plain text, for a dry run or a person at a terminal."""

from __future__ import annotations

from model.comment_content import CommentContent, LinkSpan, MentionSpan, Paragraph, Span, TextSpan


def to_plain_text(content: CommentContent) -> str:
    """A comment as plain text, for a dry run or a person at a terminal."""
    lines = [_one_line(content.heading)]
    for block in content.blocks:
        if isinstance(block, Paragraph):
            lines.append(_spans_to_text(block.spans))
        else:
            lines += [f"- {_spans_to_text(spans)}" for spans in block.items]
    return "\n".join(lines)


def _spans_to_text(spans: tuple[Span, ...]) -> str:
    return _one_line("".join(_span_to_text(span) for span in spans))


def _one_line(text: str) -> str:
    # A title of a tool may hold line breaks, which would look like lines of ours.
    return " ".join(text.splitlines())


def _span_to_text(span: Span) -> str:
    match span:
        case TextSpan(text):
            return text
        case LinkSpan(text, url):
            return f"{text} ({url})"
        case MentionSpan(name):
            return f"@{name}"
