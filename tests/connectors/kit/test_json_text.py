"""JSON as tools send it: exact where it can be kept, held by name where it cannot."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.json_text import UnstorableJson, read_json, read_payload, write_json
from tests.connectors.json_shapes import JSON

DEEP = b"[" * 5000 + b"]" * 5000


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (rb'"\ud800"', "no valid Unicode"),
        (b'"\xff"', "no valid Unicode"),
        (b"NaN", "the number NaN"),
        (b"-Infinity", "the number -Infinity"),
        (b"1e999", "the number 1e999"),
        (b"9" * 10_000, "the number 9999"),
        (DEEP, "nested more than 200 deep"),
        (b'{"x":' * 5000 + b'{"]":"}"}' + b"}" * 5000, "nested more than 200 deep"),
        (rb'{"\udfff":1}', "no valid Unicode"),
    ],
)
def test_an_odd_value_spoils_its_own_record_alone(odd: bytes, reason: str) -> None:
    first, second, third = read_json(b'[{"id":1},{"id":2,"x":' + odd + b'},{"id":3}]')
    assert (first, third) == ({"id": 1}, {"id": 3})
    assert second["id"] == 2
    with pytest.raises(UnstorableJson, match=reason):
        write_json(second)


@pytest.mark.parametrize("text", [b'\xef\xbb\xbf{"a":1}', b'{"a":1}', b' {"a":0,"a":1} '])
def test_a_byte_order_mark_and_a_repeated_key_are_read(text: bytes) -> None:
    assert read_json(text) == {"a": 1}


def test_a_line_break_within_a_text_is_kept() -> None:
    assert json.loads(write_json(read_json(b'["a\nb\tc"]'))) == ["a\nb\tc"]


@pytest.mark.parametrize("text", [b"", b"{", b'[{"id":1},{"i', b"<html>", DEEP[:-1], b"[" * 5000])
def test_what_is_cut_off_or_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        read_json(text)


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**40, 9_999_999_999_999_999_999])
def test_whole_numbers_of_any_length_stay_exact(number: int) -> None:
    value = read_json(f'{{"id":{number}}}'.encode())
    assert value == {"id": number}
    assert read_payload(write_json(value)) == {"id": number}


@pytest.mark.parametrize(
    "text", ["12345678901234567.89", "999999999999999.99", "-0.1234567890123456789", "1.5"]
)
def test_numbers_keep_more_digits_than_a_float_has(text: str) -> None:
    value = read_json(f'{{"amount":{text},"big":{2**70}}}'.encode())
    assert str(value["amount"]) == text
    assert isinstance(value["amount"], float)
    payload = write_json(value)
    assert payload == f'{{"amount":{text},"big":{2**70}}}'
    assert str(read_payload(payload)["amount"]) == text
    assert write_json({"amount": value["amount"]}) == f'{{"amount":{text}}}'


@given(JSON)
def test_any_json_is_read_as_it_was_written(value: Any) -> None:
    assert read_json(json.dumps(value).encode()) == value
    assert read_payload(write_json(value)) == value


@given(st.binary(max_size=40))
def test_any_bytes_give_a_value_or_the_error_of_no_json(content: bytes) -> None:
    try:
        value = read_json(content)
        write_json(value)
    except (orjson.JSONDecodeError, UnstorableJson):
        pass
