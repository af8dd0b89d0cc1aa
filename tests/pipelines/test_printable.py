"""Text of tools at a terminal or in a log: no escape sequence, no forged line, no reordering."""

from __future__ import annotations

import json

import pytest

from pipelines.cli import output
from pipelines.printable import printable, printable_json
from tests.pipelines.commanding import Run
from tests.pipelines.small import Small

HOSTILE = "late\x1b[2J\x1b]0;title\x07\b\b\r\n✗ forged: all is well\u2028\u202egnp.exe\x7f\x9b31m"


def is_safe(text: str) -> bool:
    return not set(text) & set("\x1b\x07\b\r\u2028\u202e\x7f\x9b")


def test_what_moves_the_cursor_or_reorders_text_is_written_as_an_escape() -> None:
    shown = printable(HOSTILE)

    assert is_safe(shown)
    assert "\n" not in shown
    assert "\\x1b[2J" in shown
    assert "\\u202egnp.exe" in shown


@pytest.mark.parametrize("text", ["Überprüfung – 日本語 עברית", "👩\u200d💻 soft\u00adhyphen", ""])
def test_the_text_of_people_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_escapes_in_json_leave_its_values_equal() -> None:
    document = json.dumps({"title": HOSTILE + "👩\u200d💻\U000e0041"}, ensure_ascii=False)

    shown = printable_json(document)

    assert is_safe(shown)
    assert json.loads(shown) == json.loads(document)


def test_an_error_of_a_tool_forges_no_line_on_standard_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.print_error(f"crm: GET /deals was answered with 400: {HOSTILE}. Look at it")

    (line,) = capsys.readouterr().err.splitlines()
    assert is_safe(line)


def test_a_title_of_a_tool_controls_no_terminal_in_any_command(
    interlock: Run, small: Small
) -> None:
    for row in small.sandbox.jira.issues.values():
        row.fields["summary"] = HOSTILE

    outputs = [interlock("sync", "--dry-run")]
    outputs.append(interlock("conflicts"))
    outputs.append(interlock("conflicts", "--json"))
    outputs.append(interlock("comments", "--dry-run"))
    outputs.append(interlock("explain", "CDP-1"))

    assert [code for code, _, _ in outputs] == [0] * 5
    assert all(is_safe(out + err) for _, out, err in outputs)
    assert "\n✗ forged" not in "".join(out for _, out, _ in outputs)
    assert any("\\x1b[2J" in out for _, out, _ in outputs)
