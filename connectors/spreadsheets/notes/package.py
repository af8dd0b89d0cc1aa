"""A workbook's package: its parts, their types and the relations between them.

Part names have no leading slash here. Source: ECMA-376 part 2 (Open Packaging Conventions).
"""

from __future__ import annotations

import posixpath
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from lxml import etree

from connectors.spreadsheets.notes.archive import NotAnArchive, rewrite_archive, unpack_archive

CONTENT_TYPES = "[Content_Types].xml"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SIGNATURE = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class NotAPackage(Exception):
    """The bytes are not a readable workbook; the message is the reason, for the file's owner."""


@dataclass(frozen=True, slots=True)
class PackageRelation:
    """A relation of a part to another part, or to an address outside of the package."""

    id: str
    type: str
    target: str
    """A part name; for an external target, its address."""


@dataclass
class WorkbookPackage:
    """The parts of one file, and the parts that have been changed."""

    raw: bytes
    parts: dict[str, bytes]
    changed: dict[str, bytes] = field(default_factory=dict)

    def read(self, name: str) -> bytes:
        if name not in self.parts:
            raise NotAPackage(f"its part {name} is missing")
        return self.parts[name]

    def write(self, name: str, data: bytes) -> None:
        if self.parts.get(name) != data:
            self.parts[name] = self.changed[name] = data

    def to_bytes(self) -> bytes:
        """The file with the changed parts, or the same bytes when nothing changed.

        Raises NotAPackage where the file can be read and yet not be rewritten.
        """
        try:
            return rewrite_archive(self.raw, self.changed) if self.changed else self.raw
        except (NotAnArchive, struct.error, ValueError) as error:
            raise NotAPackage(f"its archive cannot be rewritten ({error})") from error

    def unused_name(self, stem: str, suffix: str) -> str:
        """The first of `stem1.suffix`, `stem2.suffix`, … that no part has (case ignored)."""
        taken = {name.lower() for name in self.parts}
        # One more number than there are parts, so one of them is free.
        numbers = range(1, len(taken) + 2)
        return next(n for i in numbers if (n := f"{stem}{i}.{suffix}").lower() not in taken)

    @property
    def is_signed(self) -> bool:
        return any(relation.type == _SIGNATURE for relation in relations(self, ""))


def open_package(raw: bytes) -> WorkbookPackage:
    """Unpack a workbook; raises NotAPackage for anything else, also for an encrypted one."""
    if raw.startswith(_COMPOUND_FILE):
        raise NotAPackage("it is encrypted with a password, or saved in the old .xls format")
    try:
        return WorkbookPackage(raw, unpack_archive(raw))
    except NotAnArchive as error:
        raise NotAPackage(f"it is damaged or no workbook ({error})") from error


def parse_xml(data: bytes, name: str) -> etree._Element:
    """Parse a small part; raises NotAPackage when it is damaged."""
    # The file is not trusted: no entity is resolved and nothing is fetched.
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise NotAPackage(f"its part {name} is damaged ({error})") from error


def xml_bytes(root: etree._Element) -> bytes:
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return data


def relations(package: WorkbookPackage, source: str) -> Iterator[PackageRelation]:
    """Yield the relations of a part or, for an empty name, of the whole package."""
    name = _relations_part(source)
    if name not in package.parts:
        return
    for element in parse_xml(package.parts[name], name).iterfind(f"{{{_RELATIONS}}}Relationship"):
        target = element.get("Target", "")
        if element.get("TargetMode") != "External":
            target = posixpath.join("/", posixpath.dirname(source), unquote(target))
            target = posixpath.normpath(target).lstrip("/")
        yield PackageRelation(element.get("Id", ""), element.get("Type", ""), target)


def add_relation(package: WorkbookPackage, source: str, kind: str, target: str) -> str:
    """Add a relation from a part to another and return its id."""
    name = _relations_part(source)
    known = {relation.id.lower() for relation in relations(package, source)}
    new_id = next(i for n in range(1, len(known) + 2) if (i := f"rId{n}").lower() not in known)
    empty = f'<Relationships xmlns="{_RELATIONS}"/>'.encode()
    root = parse_xml(package.parts.get(name, empty), name)
    path = posixpath.relpath("/" + target, posixpath.join("/", posixpath.dirname(source)))
    etree.SubElement(root, f"{{{_RELATIONS}}}Relationship", Id=new_id, Type=kind, Target=path)
    package.write(name, xml_bytes(root))
    return new_id


def declare_part(package: WorkbookPackage, name: str, content_type: str) -> None:
    """Declare the content type of one part (an Override)."""
    root = parse_xml(package.read(CONTENT_TYPES), CONTENT_TYPES)
    attributes = {"PartName": "/" + name, "ContentType": content_type}
    etree.SubElement(root, f"{{{_TYPES}}}Override", attributes)
    package.write(CONTENT_TYPES, xml_bytes(root))


def declare_extension(package: WorkbookPackage, extension: str, content_type: str) -> None:
    """Declare the content type of an extension (a Default), unless it has one."""
    root = parse_xml(package.read(CONTENT_TYPES), CONTENT_TYPES)
    defaults = root.findall(f"{{{_TYPES}}}Default")
    if any(element.get("Extension", "").lower() == extension for element in defaults):
        return
    element = etree.Element(f"{{{_TYPES}}}Default", Extension=extension, ContentType=content_type)
    # Beside the other Defaults, where Excel itself writes them.
    root.insert(len(defaults), element)
    package.write(CONTENT_TYPES, xml_bytes(root))


def _relations_part(source: str) -> str:
    folder, file = posixpath.split(source)
    return posixpath.join(folder, "_rels", f"{file}.rels")
