import codecs

import pytest

from connectors.kit.delimited_text import UnreadableFile, decode_text, fold_heading

WORDS = "Fälligkeit;Prämie\r\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (WORDS.encode("utf-8"), "utf-8"),
        (WORDS.encode("utf-8-sig"), "utf-8-sig"),
        (codecs.BOM_UTF16_LE + WORDS.encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + WORDS.encode("utf-16-be"), "utf-16"),
        (WORDS.encode("utf-16-le"), "utf-16-le"),
        (WORDS.encode("utf-16-be"), "utf-16-be"),
        (WORDS.encode("cp1252"), "cp1252"),
    ],
)
def test_the_encoding_is_detected_from_the_bytes(content: bytes, encoding: str) -> None:
    assert decode_text(content) == (WORDS, encoding)


def test_a_declared_encoding_is_used_where_the_bytes_allow_another() -> None:
    assert decode_text("Łódź".encode("cp1250"), "cp1250") == ("Łódź", "cp1250")


def test_a_byte_order_mark_overrides_the_declared_encoding() -> None:
    assert decode_text(WORDS.encode("utf-8-sig"), "cp1252") == (WORDS, "utf-8-sig")


def test_bytes_invalid_in_the_declared_encoding_are_refused_with_their_position() -> None:
    with pytest.raises(UnreadableFile, match="byte 2 is no character in the encoding utf-8"):
        decode_text(WORDS.encode("cp1252"), "utf-8")


def test_an_encoding_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(UnreadableFile, match='there is no encoding "utf-9"'):
        decode_text(b"a", "utf-9")


def test_a_wrong_encoding_is_noticed_by_its_nul_characters() -> None:
    with pytest.raises(UnreadableFile, match=r"NUL.*cp1252\. Declare the encoding of the file"):
        decode_text(WORDS.encode("utf-16-le"), "cp1252")


def test_headings_are_equal_whatever_their_case_and_spaces() -> None:
    assert fold_heading("  Start\n DATE ") == fold_heading("start date")
    assert fold_heading("STRASSE") == fold_heading("Straße")
    assert fold_heading("startdate") != fold_heading("start date")
