"""Draws the picture of the packages again: `python -m pipelines.reference` in a checkout."""

from pathlib import Path

from pipelines.reference.packages import PICTURE, draw_packages

if __name__ == "__main__":
    root = Path(__file__).parents[2]
    (root / PICTURE).write_text(draw_packages(root), encoding="utf-8")
