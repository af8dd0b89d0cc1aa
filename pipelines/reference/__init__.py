"""The reference part of the documentation, generated from what the program itself reads.

Each page is Markdown text. `docs/hook.py` adds the pages when the site is built, so that a new
rule, tool, setting or command appears there without a change of any documentation file.
"""

from pipelines.reference.includes import expand_includes
from pipelines.reference.packages import draw_packages
from pipelines.reference.pages import reference_pages

__all__ = ["draw_packages", "expand_includes", "reference_pages"]
