"""Writes the generated documentation again: `python -m pipelines.reference` in a checkout."""

from pathlib import Path

from pipelines.reference import generated_files

if __name__ == "__main__":
    root = Path(__file__).parents[2]
    for name, text in generated_files(root).items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
