"""The whole comment: its heading, its lines and its columns."""

from __future__ import annotations

from collections.abc import Mapping

from model.comment_content import CommentContent, CommentState, LinkSpan, Paragraph
from model.conflicts import Conflict, Status
from model.findings import Label
from model.operating_model.schema import OperatingModel
from model.wording.audience import CommentAudience
from model.wording.columns import build_columns
from model.wording.states import age_blocks, paragraph, state_blocks


def build_content(
    conflict: Conflict,
    labels: Mapping[int, Label],
    model: OperatingModel,
    audience: CommentAudience,
) -> CommentContent:
    """The comment that one tool should show about a conflict in its present state."""
    state = CommentState(conflict.status.value)
    blocks = state_blocks(conflict, labels, model, audience)
    severity = conflict.severity.name.capitalize()
    prefix = {Status.OPEN: severity, Status.DECIDED: "Decided", Status.RESOLVED: "Resolved"}
    return CommentContent(
        conflict.id,
        state,
        f"{prefix[conflict.status]}: {conflict.wording.title}",
        (*blocks, *age_blocks(conflict), _footer(conflict, audience)),
        build_columns(conflict, labels, model),
    )


def build_withdrawal(conflict: Conflict, audience: CommentAudience) -> CommentContent:
    """What replaces the comment on a record that its conflict no longer concerns."""
    notice = paragraph("The conflict is no longer about this; nothing is left to decide here.")
    heading = f"Resolved here: {conflict.wording.title}"
    blocks = (notice, _footer(conflict, audience))
    return CommentContent(conflict.id, CommentState.RESOLVED, heading, blocks)


def _footer(conflict: Conflict, audience: CommentAudience) -> Paragraph:
    return Paragraph((LinkSpan(f"Interlock {conflict.id}", audience.card_url),))
