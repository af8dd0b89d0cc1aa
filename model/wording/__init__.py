"""The words of a comment: what breaks, why, who decides by when, and what happens otherwise.

- `audience`      for whom a comment is worded
- `content`       the whole comment: first line, lines, footer
- `states`        what it says in each state of its conflict
- `decider`       who decides by when, and what happens otherwise
- `budget`        the lines that fit, the most important ones first
- `links`         keys of records as links
- `columns`       the columns of a findings file
- `story`, `chain_steps`   the whole story, for a terminal
- `replies`       what people said, and what the authors of replies are told
- `plain_text`    a comment as plain text
"""

from model.wording.audience import CommentAudience
from model.wording.content import build_content, build_withdrawal
from model.wording.plain_text import to_plain_text
from model.wording.story import build_story

__all__ = [
    "CommentAudience",
    "build_content",
    "build_story",
    "build_withdrawal",
    "to_plain_text",
]
