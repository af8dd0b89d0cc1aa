"""Adds the pages at the top of the repository to the site while mkdocs builds it.

See `hooks` in mkdocs.yml and https://www.mkdocs.org/dev-guide/plugins/#events.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
# They stand where Git hosts look for them, and are pages of the site too.
_PAGES = ("CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
_LINK = re.compile(rf"\]\(((?:\.\./)*)\.\./({'|'.join(_PAGES)})")


def on_files(files: Any, config: Any) -> Any:
    """The pages are copied to the top of the site, so their links lose the folder docs/."""
    # Only an environment that builds the site has mkdocs.
    from mkdocs.structure.files import File

    for name in _PAGES:
        text = (_ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, name, content=text.replace("](docs/", "](")))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """In the site, the pages are one folder nearer to those below docs/ than in the repository."""
    return _LINK.sub(r"](\1\2", markdown)
