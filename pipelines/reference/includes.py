"""Parts of a page that are taken from the program: what a tool declares, a file of the demo.

A page asks for one with two lines of its own, between which it is written: `<!-- end -->` after
`<!-- include tool jira -->`, `<!-- include yaml PATH -->` or `<!-- include yaml PATH KEY -->`.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from connectors.tools import installed_tools

_INCLUDE = re.compile(
    r"^(<!-- include (\w+) ([^ ]+)(?: ([\w-]+))? -->\n).*?^(<!-- end -->)$",
    re.MULTILINE | re.DOTALL,
)


def expand_includes(markdown: str, root: Path) -> str:
    """The page with the present content of every include; paths are relative to `root`.

    Raises LookupError for what does not exist.
    """

    def expand(match: re.Match[str]) -> str:
        start, kind, name, key, end = match.groups()
        if kind == "tool":
            content = describe_tool(name)
        elif kind == "yaml":
            content = _yaml_block(root / name, key)
        else:
            raise LookupError(f"there is no include of the kind {kind}")
        return f"{start}\n{content}\n\n{end}"

    return _INCLUDE.sub(expand, markdown)


def describe_tool(name: str) -> str:
    """What an account needs, and the entry of interlock.yaml, as the tool declares them."""
    tool = installed_tools().named(name)
    return (
        f"**Permissions to ask for**\n\n{tool.permissions.strip()}\n\n"
        f"**Entry in interlock.yaml**\n\n```yaml\nconnections:\n{tool.example.rstrip()}\n```"
    )


def _yaml_block(path: Path, key: str | None) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise LookupError(f"{path} cannot be read") from error
    if key is not None:
        text = _entry(text, key, path)
    return f"```yaml\n{text.rstrip()}\n```"


def _entry(text: str, key: str, path: Path) -> str:
    """The lines of the first key of this name, without the comments before the next key."""
    match = re.search(rf"^( *){key}:.*\n(?:(?:\1 +.*)?\n)*", text, re.MULTILINE)
    if match is None:
        raise LookupError(f"{path} has no {key}")
    return textwrap.dedent(match[0])
