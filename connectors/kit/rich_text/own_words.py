"""Code, quotes and mentions in Markdown such that nothing within them ends or begins another."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"([`~{])(?=``|~~|code|noformat|quote)")
_NO_NAME = re.compile(r"[\[\]()\s]+")


def fence(code: str) -> str:
    """A block of code."""
    return "\n".join(["```", *_disarm(code).splitlines(), "```"])


def inline_code(code: str) -> str:
    """Code within a line."""
    return f"`{_disarm(code.replace('`', chr(39)))}`"


def quote(text: str) -> str:
    """Words of somebody else."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def mention(name: str, account: str) -> str | None:
    """`@[Name](account)`; None where the account could not be read back from it."""
    if not account or _NO_NAME.search(account):
        return None
    return f"@[{_NO_NAME.sub(' ', name.lstrip('@')).strip() or account}]({account})"


def _disarm(code: str) -> str:
    return _MARKUP.sub(r"\1\\", code)
