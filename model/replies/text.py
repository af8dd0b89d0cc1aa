"""The part of a reply that its author says: without quotes, code and what is struck through."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r"^\s*(```|~~~|\{code(:[^}]*)?\}|\{noformat\})")
_QUOTED = re.compile(r"^\s*(>|bq\.\s)")
_QUOTE_BLOCK = re.compile(r"\{quote\}.*?(\{quote\}|\Z)", re.DOTALL)
_INLINE_CODE = re.compile(r"`[^`\n]*`|\{\{[^}\n]*\}\}")
_STRUCK = re.compile(r"(?<!~)(~{1,2})(?![\s~]).*?(?<![\s~])\1(?!~)")
_COMMAND = re.compile(r"^[\s*_\-–•]*/\s*interlock\b[:,]?", re.IGNORECASE)


def own_lines(text: str) -> Iterator[str]:
    """The lines of a reply outside quotes, code and strikes, in Markdown, wiki or plain text."""
    inside_code = False
    for line in _QUOTE_BLOCK.sub("", text).splitlines():
        if _FENCE.match(line):
            # A fence that closes on its own line encloses nothing beyond it.
            inside_code = not inside_code and len(_FENCE.findall(line)) == 1
        elif not inside_code and not _QUOTED.match(line):
            yield _STRUCK.sub(" ", _INLINE_CODE.sub(" ", line))


def command_texts(text: str) -> list[str]:
    """What follows each `/interlock` that begins a line, to the end of its paragraph."""
    commands: list[str] = []
    is_open = False
    for line in own_lines(text):
        if start := _COMMAND.match(line):
            commands.append(line[start.end() :].strip())
            is_open = True
        elif is_open and line.strip():
            commands[-1] += f" {line.strip()}"
        else:
            # An empty line ends a command, so that a signature below it is no part of the reason.
            is_open = False
    return commands
