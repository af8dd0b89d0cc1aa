"""Every file of the documentation that is generated as a whole or in parts."""

from __future__ import annotations

from pathlib import Path

from pipelines.reference.includes import expand_includes
from pipelines.reference.packages import PICTURE, draw_packages
from pipelines.reference.pages import reference_pages


def generated_files(root: Path) -> dict[str, str]:
    """The text of each generated file of a checkout, by its path from `root`.

    Raises LookupError where a page includes something that does not exist.
    """
    pages = {f"docs/{name}": text for name, text in reference_pages().items()}
    written = [path for path in (root / "docs").rglob("*.md") if path.parent.name != "reference"]
    for path in sorted(written):
        text = path.read_text(encoding="utf-8")
        if "<!-- include " in text:
            pages[str(path.relative_to(root))] = expand_includes(text, root)
    return pages | {PICTURE: draw_packages(root)}
