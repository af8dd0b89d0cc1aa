"""Rewrites a zip archive so that each entry that is not replaced keeps its compressed bytes.

Layout of a zip file: APPNOTE.TXT 6.3, sections 4.3.7 (local header), 4.3.12 (central directory)
and 4.3.16 (end record). Python's zipfile cannot copy an entry without recompressing it.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_OFFSET_IN_CENTRAL = 42
_DAMAGED = (zlib.error, struct.error, ValueError, OSError, LookupError)
"""What taking apart an archive raises whose sizes, offsets or names are not true."""
_DOS_EPOCH = (0, 0x21)
"""1980-01-01 00:00, the time that Excel gives every part."""


class NotAnArchive(Exception):
    """The bytes are not a zip archive that can be rewritten; the message is the reason."""


def unpack_archive(raw: bytes) -> dict[str, bytes]:
    """Unpack every entry and verify its checksum; raises NotAnArchive."""
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            return {info.filename: archive.read(info) for info in archive.infolist()}
    except (*_DAMAGED, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise NotAnArchive(str(error)) from error


def rewrite_archive(raw: bytes, changed: Mapping[str, bytes]) -> bytes:
    """Return the archive with the changed entries replaced in their place, new ones at the end.

    Every other entry (header, packed data, descriptor) is copied byte for byte. Raises
    NotAnArchive for an archive that is damaged, in zip64 form, or holds a name twice.
    """
    central = _central_records(raw)
    # An entry ends where the next one begins; sizes in local headers may be zero.
    offsets = sorted(_offset(record) for record in central)
    if not offsets or len({_name(r) for r in central}) < len(central):
        raise NotAnArchive("it is empty, or holds one part twice")
    ends = dict(zip(offsets, [*offsets[1:], _directory_start(raw)], strict=True))
    # Bytes before the first entry (a self-extractor, for instance) are kept as well.
    body = bytearray(raw[: offsets[0]])
    directory = []
    for record in sorted(central, key=_offset):
        start, name = _offset(record), _name(record)
        if name in changed:
            directory.append(_append_entry(body, name, changed[name]))
        else:
            directory.append(_with_offset(record, len(body)))
            body += raw[start : ends[start]]
    known = {_name(record) for record in central}
    directory += [_append_entry(body, name, changed[name]) for name in changed if name not in known]
    return _close_archive(body, directory)


def _close_archive(body: bytearray, directory: list[bytes]) -> bytes:
    joined = b"".join(directory)
    if len(body) + len(joined) > 0xFFFFFFFE or len(directory) > 0xFFFE:
        raise NotAnArchive("it is too large to be written without zip64")
    count = len(directory)
    return bytes(body + joined) + _END.pack(
        b"PK\5\6", 0, 0, count, count, len(joined), len(body), 0
    )


def _append_entry(body: bytearray, name: str, data: bytes) -> bytes:
    """Add a deflated entry to the body; returns its record for the central directory."""
    # Negative window bits: a zip entry is raw deflate, without the header of zlib.
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = packer.compress(data) + packer.flush()
    encoded = name.encode()
    # Bit 11 declares that the name is in UTF-8 (APPNOTE 4.4.4); without it, it is in cp437.
    flags = 0 if name.isascii() else 0x800
    fields = (flags, zipfile.ZIP_DEFLATED, *_DOS_EPOCH, zlib.crc32(data), len(packed), len(data))
    offset = len(body)
    body += _LOCAL.pack(b"PK\3\4", 20, *fields, len(encoded), 0) + encoded + packed
    return _CENTRAL.pack(b"PK\1\2", 20, 20, *fields, len(encoded), 0, 0, 0, 0, 0, offset) + encoded


def _with_offset(record: bytes, offset: int) -> bytes:
    start = _OFFSET_IN_CENTRAL
    return record[:start] + struct.pack("<L", offset) + record[start + 4 :]


def _end_record(raw: bytes) -> tuple[int, ...]:
    at = raw.rfind(b"PK\5\6")
    if at < 0 or at + _END.size > len(raw):
        raise NotAnArchive("its end is missing: the file is cut off")
    return tuple(_END.unpack_from(raw, at)[1:])


def _directory_start(raw: bytes) -> int:
    start = _end_record(raw)[5]
    if start == 0xFFFFFFFF:
        raise NotAnArchive("it is a zip64 archive")
    return start


def _central_records(raw: bytes) -> list[bytes]:
    at, records = _directory_start(raw), []
    for _ in range(_end_record(raw)[3]):
        fields = _CENTRAL.unpack_from(raw, at)
        if fields[0] != b"PK\1\2":
            raise NotAnArchive("its directory is damaged")
        end = at + _CENTRAL.size + sum(fields[10:13])
        records.append(raw[at:end])
        at = end
    return records


def _offset(record: bytes) -> int:
    return int(_CENTRAL.unpack_from(record)[16])


def _name(record: bytes) -> str:
    fields = _CENTRAL.unpack_from(record)
    encoded = record[_CENTRAL.size : _CENTRAL.size + fields[10]]
    return encoded.decode("utf-8" if fields[3] & 0x800 else "cp437")
