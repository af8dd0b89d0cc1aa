"""The words of a comment: what breaks, why, who decides by when, and what happens otherwise.

- `audience`      for whom a comment is worded
- `content`       the whole comment, its heading and footer
- `states`        what it says in each state of its conflict
- `decider`       who decides by when, and what happens otherwise
- `chain_steps`   one line per step of the chain
- `columns`       the columns of a findings file
- `plain_text`    a comment for a terminal
"""

from model.wording.audience import CommentAudience
from model.wording.content import build_content, build_withdrawal
from model.wording.plain_text import to_plain_text

__all__ = ["CommentAudience", "build_content", "build_withdrawal", "to_plain_text"]
