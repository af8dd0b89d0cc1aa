"""Adds the generated parts to the documentation while mkdocs builds it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from pipelines.reference import expand_includes, reference_pages

ROOT = Path(__file__).parents[1]
# They stand where people look for them in a repository, and are pages of the site too.
ROOT_PAGES = ("CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
LINK_TO_ROOT_PAGE = re.compile(rf"\]\(((?:\.\./)*)\.\./({'|'.join(ROOT_PAGES)})")


def on_config(config: Any) -> None:
    """Puts the design decisions below `Develop`, so that a new one needs no entry in mkdocs.yml."""
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    if decisions:
        develop = next(section["Develop"] for section in config.nav if "Develop" in section)
        develop.append({"Decisions": [f"decisions/{path.name}" for path in decisions]})


def on_files(files: Files, config: Any) -> Files:
    for path, content in reference_pages().items():
        files.append(File.generated(config, path, content=content))
    for name in ROOT_PAGES:
        text = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, name, content=text.replace("](docs/", "](")))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    markdown = LINK_TO_ROOT_PAGE.sub(r"](\1\2", markdown)
    return expand_includes(markdown, ROOT)
