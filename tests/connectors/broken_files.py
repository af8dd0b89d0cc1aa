"""Files with a few bytes or one part changed, and what reading them may end with."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO

from hypothesis import strategies as st

ODD_PIECES: tuple[bytes, ...] = (
    b"",
    b'"',
    b'""',
    b";",
    b",",
    b"\t",
    b"\n",
    b"\r",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xc3\x28",
    b"=1+1",
    b"99999999999999999999",
    b"1.234",
    b"00.00.0000",
    b"31.02.2026",
    b"NaN",
    b"-",
    b"x" * 200,
)
ODD_XML: tuple[bytes, ...] = (
    b"",
    b"<",
    b"</c>",
    b"<c/>",
    b"&lol;",
    b'<!DOCTYPE x [<!ENTITY e "e">]>',
    b't="e"',
    b'r="ZZZZ99999999"',
    b'r=""',
    b"\xff",
    b"99999999999",
    b"-1",
    b"NaN",
    b"s",
)


@st.composite
def changed_bytes(
    draw: st.DrawFn, content: bytes, pieces: Sequence[bytes] = ODD_PIECES, most: int = 3
) -> bytes:
    """The content with up to `most` stretches replaced by odd pieces."""
    for _ in range(draw(st.integers(1, most))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 6)))
        content = content[:start] + draw(st.sampled_from(pieces)) + content[end:]
    return content


@st.composite
def changed_archives(draw: st.DrawFn, archive: bytes) -> bytes:
    """A workbook of which one part is changed, missing, or the archive itself is."""
    with zipfile.ZipFile(BytesIO(archive)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    name = draw(st.sampled_from(sorted(parts)))
    match draw(st.sampled_from(["part", "part", "part", "drop", "bytes"])):
        case "bytes":
            return draw(changed_bytes(archive))
        case "drop":
            del parts[name]
        case _:
            parts[name] = draw(changed_bytes(parts[name], ODD_XML))
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as changed:
        for part, data in parts.items():
            changed.writestr(part, data)
    return buffer.getvalue()
