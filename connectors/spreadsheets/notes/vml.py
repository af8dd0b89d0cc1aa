"""The boxes of notes: shapes in a sheet's legacy VML drawing, without which Excel shows no note.

VML parts are often not well-formed XML (`<br>` in text boxes), so they are edited as text: only
shapes are added, or the lower edge of one is moved. Source: ECMA-376 part 4, 19.1 (VML) and
19.4 (spreadsheet VML: ClientData, Anchor).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from connectors.spreadsheets.notes.package import NotAPackage

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
IDS_IN_BLOCK = 1024
"""Shape ids belong to blocks of this size, declared in `o:idmap` and unique to a sheet."""

CellPosition = tuple[int, int]
"""Row and column, counted from 0, as VML counts them."""

_NAMESPACES = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
_SHAPE_TYPE = (
    f'<v:shapetype {_NAMESPACES} id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape {namespaces} id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;'
    'margin-left:60pt;margin-top:2pt;width:240pt;height:120pt;z-index:1;visibility:hidden" '
    'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_WIDTH_IN_COLUMNS, _LETTERS_IN_LINE, _MAX_LINES = 4, 40, 40
_LAST_ROW, _LAST_COLUMN = 1_048_575, 16_383

_SHAPES = re.compile(r"<(?P<p>\w+:)?shape\b.*?</(?P=p)shape>", re.DOTALL)
_ROW = re.compile(r"<(?:\w+:)?Row>\s*(\d+)\s*</")
_COLUMN = re.compile(r"<(?:\w+:)?Column>\s*(\d+)\s*</")
_ANCHOR = re.compile(r"(<(?:\w+:)?Anchor>)([^<]*)(</)")
_SHAPE_ID = re.compile(r"_x0000_s(\d+)")
_ID_MAP = re.compile(r"(<(?:\w+:)?idmap\b[^>]*?\bdata=[\"'])([\d,\s]+)([\"'])")
_END = re.compile(r"</(?:\w+:)?xml>\s*$")


def empty_drawing(block: int) -> str:
    """A drawing without shapes whose ids come from one block."""
    return (
        f'<xml {_NAMESPACES}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{block}"/>'
        f"</o:shapelayout>{_SHAPE_TYPE}</xml>"
    )


def id_blocks(drawing: str) -> list[int]:
    """The blocks of shape ids that a drawing has reserved."""
    return [int(n) for match in _ID_MAP.finditer(drawing) for n in re.findall(r"\d+", match[2])]


def add_boxes(drawing: str, texts: Mapping[CellPosition, str], taken: Collection[int]) -> str:
    """Return the drawing with a hidden box for the note of each cell.

    `taken` are the blocks of ids that the drawings of the workbook use. Raises NotAPackage for a
    drawing that does not end.
    """
    end = _END.search(drawing)
    if end is None:
        raise NotAPackage("its drawing of notes is damaged")
    drawing, tail = drawing[: end.start()], drawing[end.start() :]
    # Shapes refer to this type; a drawing of buttons alone does not define it.
    if "_x0000_t202" not in drawing:
        drawing += _SHAPE_TYPE
    drawing, ids = _reserve(drawing, len(texts), taken)
    shapes = (_shape(i, cell, text) for i, (cell, text) in zip(ids, texts.items(), strict=True))
    return drawing + "".join(shapes) + tail


def boxed_cells(drawing: str) -> set[CellPosition]:
    """The cells that have a box."""
    cells = (_cell_of(match[0]) for match in _SHAPES.finditer(drawing))
    return {cell for cell in cells if cell}


def grow_boxes(drawing: str, texts: Mapping[CellPosition, str]) -> str:
    """Return the drawing with the lower edge of each box moved down where its text needs it."""

    def grow(piece: str) -> str:
        text = texts.get(_cell_of(piece) or (-1, -1))
        return piece if text is None else _ANCHOR.sub(lambda m: _lower_edge(m, text), piece)

    return "".join(map(grow, _pieces(drawing)))


def _lower_edge(anchor: re.Match[str], text: str) -> str:
    numbers = [part.strip() for part in anchor[2].split(",")]
    # Column, offset, row, offset of the upper left and of the lower right corner.
    if len(numbers) != 8 or not all(number.isdigit() for number in numbers):
        return anchor[0]
    bottom = min(int(numbers[2]) + _count_lines(text), _LAST_ROW)
    if bottom <= int(numbers[6]):
        return anchor[0]
    return f"{anchor[1]}{', '.join([*numbers[:6], str(bottom), numbers[7]])}{anchor[3]}"


def _pieces(drawing: str) -> Iterator[str]:
    """Yield the text of a drawing, split before and after every shape."""
    at = 0
    for match in _SHAPES.finditer(drawing):
        yield drawing[at : match.start()]
        yield match[0]
        at = match.end()
    yield drawing[at:]


def _cell_of(shape: str) -> CellPosition | None:
    row, column = _ROW.search(shape), _COLUMN.search(shape)
    return (int(row[1]), int(column[1])) if row and column else None


def _reserve(drawing: str, count: int, taken: Collection[int]) -> tuple[str, list[int]]:
    """Return the drawing and free ids of its blocks; when these are full, of new blocks."""
    used = {int(number) for number in _SHAPE_ID.findall(drawing)}
    blocks = id_blocks(drawing)
    added: list[int] = []
    free = [i for block in blocks for i in _usable_ids(block) if i not in used]
    while len(free) < count:
        added.append(max([*taken, *blocks, *added, 0]) + 1)
        free += [i for i in _usable_ids(added[-1]) if i not in used]
    if added:
        drawing = _declare_blocks(drawing, [*blocks, *added])
    return drawing, free[:count]


def _usable_ids(block: int) -> range:
    # The first id of a block stands for the drawing itself.
    return range(block * IDS_IN_BLOCK + 1, (block + 1) * IDS_IN_BLOCK)


def _declare_blocks(drawing: str, blocks: list[int]) -> str:
    listed = ",".join(map(str, blocks))
    declared, count = _ID_MAP.subn(rf"\g<1>{listed}\g<3>", drawing, count=1)
    if count:
        return declared
    layout = (
        f'<o:shapelayout {_NAMESPACES} v:ext="edit"><o:idmap v:ext="edit" data="{listed}"/>'
        "</o:shapelayout>"
    )
    return re.sub(r"(<(?:\w+:)?xml\b[^>]*>)", lambda match: match[1] + layout, drawing, count=1)


def _shape(shape_id: int, cell: CellPosition, text: str) -> str:
    row, column = cell
    # Boxes near the last row or column would otherwise lie outside of the sheet.
    left = min(column + 1, _LAST_COLUMN - _WIDTH_IN_COLUMNS)
    top = max(min(row - 1, _LAST_ROW - _MAX_LINES), 0)
    right, bottom = left + _WIDTH_IN_COLUMNS, top + _count_lines(text)
    anchor = f"{left}, 15, {top}, 2, {right}, 15, {bottom}, 4"
    return _SHAPE.format(namespaces=_NAMESPACES, id=shape_id, anchor=anchor, row=row, column=column)


def _count_lines(text: str) -> int:
    """About how many rows of a sheet a text needs in a box of our width."""
    lines = sum(1 + len(line) // _LETTERS_IN_LINE for line in text.splitlines())
    return min(max(lines + 1, 4), _MAX_LINES)
