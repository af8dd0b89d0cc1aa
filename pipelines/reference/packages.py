"""A picture of the packages and what each of them imports, drawn from the imports in the code."""

from __future__ import annotations

import ast
import textwrap
from collections import defaultdict
from collections.abc import Iterator
from html import escape
from pathlib import Path

PICTURE = "docs/pictures/packages.svg"
LAYERS = ("pipelines", "connectors", "model")
"""From the top down; each may import itself and those below it."""

_WIDTH, _COLUMNS, _GAP, _MARGIN = 1120, 4, 12, 20
_BOX_WIDTH = (_WIDTH - 2 * _MARGIN - (_COLUMNS + 1) * _GAP) // _COLUMNS
# Pixels per line of text, and characters that fit into a box at this size.
_LINE, _CHARACTERS = 15, 38
_FILLS = {"pipelines": "#e3eefb", "connectors": "#e6f4ea", "model": "#fbe9e5"}

Imports = dict[str, set[str]]


def read_imports(root: Path) -> Imports:
    """For each part of a package (a folder or module below it) the parts that it imports."""
    imports: Imports = defaultdict(set)
    for layer in LAYERS:
        # Sorted, so that the same code always gives the same picture.
        for path in sorted((root / layer).rglob("*.py")):
            part = _part_of(path.relative_to(root).with_suffix("").parts, root)
            imports[part] |= {
                target for target in _targets(path, root) if target != part and target != layer
            }
    return {part: targets for part, targets in imports.items() if part not in LAYERS}


def _targets(path: Path, root: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            # `from model import keys` names the module only in what it imports.
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            if name.partition(".")[0] in LAYERS:
                yield _part_of(tuple(name.split(".")), root)


def _part_of(names: tuple[str, ...], root: Path) -> str:
    """`model.rules` for every module below it, `model` for names of its own `__init__`."""
    top, *below = names
    if below and ((root / top / below[0]).is_dir() or (root / top / f"{below[0]}.py").is_file()):
        return f"{top}.{below[0]}" if below[0] != "__init__" else top
    return top


def draw_packages(root: Path) -> str:
    """The picture as SVG: a band per package, a box per part with what it imports."""
    imports = read_imports(root)
    shapes: list[str] = []
    top = _MARGIN
    for layer in LAYERS:
        parts = {part: targets for part, targets in imports.items() if part.startswith(layer + ".")}
        band, height = _draw_band(layer, parts, top)
        shapes += band
        top += height + 2 * _GAP
    title = "The packages pipelines, connectors and model, and what each part of them imports"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top}" role="img" '
        f'aria-label="{title}" font-family="sans-serif" font-size="12">'
    )
    return "\n".join(
        (
            head,
            f'<rect width="{_WIDTH}" height="{top}" fill="#fbfbfc"/>',
            *shapes,
            "</svg>\n",
        )
    )


def _draw_band(layer: str, parts: Imports, top: int) -> tuple[list[str], int]:
    """The shapes of one package and its height."""
    tops = {target.partition(".")[0] for targets in parts.values() for target in targets}
    below = [other for other in LAYERS if other in tops and other != layer]
    note = f"imports {' and '.join(below)}" if below else "imports neither of the others"
    shapes, y = (
        [_text(_MARGIN + _GAP, top + 24, f"{layer}: {note}", "#1f2933", 'font-size="15"')],
        40,
    )
    boxes = [(part, _wrap(layer, targets)) for part, targets in sorted(parts.items())]
    for start in range(0, len(boxes), _COLUMNS):
        row = boxes[start : start + _COLUMNS]
        height = 30 + _LINE * max(len(lines) for _, lines in row)
        for column, (part, lines) in enumerate(row):
            x = _MARGIN + _GAP + column * (_BOX_WIDTH + _GAP)
            shapes += _draw_box(x, top + y, height, part, lines)
        y += height + _GAP
    frame = _rectangle(_MARGIN, top, _WIDTH - 2 * _MARGIN, y, "none")
    return [frame, *shapes], y


def _draw_box(x: int, y: int, height: int, part: str, lines: list[str]) -> Iterator[str]:
    layer, _, name = part.partition(".")
    yield _rectangle(x, y, _BOX_WIDTH, height, _FILLS[layer])
    yield _text(x + 10, y + 19, name, "#1f2933", 'font-weight="bold"')
    for number, line in enumerate(lines, start=1):
        yield _text(x + 10, y + 19 + number * _LINE, line, "#52606d", 'font-size="11"')


def _wrap(layer: str, targets: set[str]) -> list[str]:
    """`connectors: base, kit` for each package that is imported from, own package first."""
    by_layer: defaultdict[str, list[str]] = defaultdict(list)
    for target in sorted(targets):
        top, _, name = target.partition(".")
        by_layer[top].append(name or top)
    order = sorted(by_layer, key=lambda top: (top != layer, LAYERS.index(top)))
    texts = (f"{'' if top == layer else f'{top}: '}{', '.join(by_layer[top])}" for top in order)
    return [line for text in texts for line in textwrap.wrap(text, _CHARACTERS)]


def _rectangle(x: int, y: int, width: int, height: int, fill: str) -> str:
    size = f'x="{x}" y="{y}" width="{width}" height="{height}"'
    return f'<rect {size} rx="6" fill="{fill}" stroke="#9aa5b1"/>'


def _text(x: int, y: int, text: str, fill: str, style: str) -> str:
    return f'<text x="{x}" y="{y}" fill="{fill}" {style}>{escape(text)}</text>'
