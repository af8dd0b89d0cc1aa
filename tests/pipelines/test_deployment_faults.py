"""Faults of interlock.yaml are reported on their lines, in the words of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.operating_model.problems import ModelInvalid
from pipelines.deployment import FILE, read_deployment

SETTINGS = """\
connections:
  crm:
    tool: rest
    function: sales
    url: https://crm.example/api
    auth:
      type: header
      header: X-Key
      value_env: CRM_KEY
    streams:
      items:
        path: /items
        record: deal
        paginator:
          type: link
        params:
          state: open
        fields:
          title: name
          stage: stage
"""


@pytest.mark.parametrize(
    ("passage", "replacement", "line", "message", "remedy"),
    [
        ("type: link", "type: lnk", 15, "streams, items, paginator, type: input", "Correct"),
        ("title: name", "titel: name", 19, 'fields has an unknown key "titel"', '"title"'),
        ("stage: stage", "won: stage", 20, "fields, won: input should be a valid tuple", "list"),
        # The key beside it has the name of the tag.
        ("header: X-Key", "header: 7", 8, "auth, header: input should be a valid string", "text"),
        ("      value_env: CRM_KEY\n", "", 6, 'auth lacks "value_env"', "value_env: …"),
        ("state: open", "state: [1]", 17, "params, state: input should be a valid string", "text"),
        ("type: header", "type: headr", 7, 'auth, type: "headr" is not known', '"header"'),
        ("record: deal", "record: dela", 13, 'items, record: "dela" is not known', '"deal"'),
        ("        record: deal\n", "", 11, 'items lacks "record"', "record: …"),
    ],
)
def test_a_fault_within_a_stream_has_its_own_line(
    passage: str, replacement: str, line: int, message: str, remedy: str, tmp_path: Path
) -> None:
    assert SETTINGS.count(passage) == 1
    (tmp_path / FILE).write_text(SETTINGS.replace(passage, replacement), encoding="utf-8")
    with pytest.raises(ModelInvalid) as caught:
        read_deployment(tmp_path)
    lines = {problem.line for problem in caught.value.problems}
    assert line in lines and lines <= {line, 18}, str(caught.value)
    texts = [str(problem) for problem in caught.value.problems if message in problem.message]
    assert len(texts) == 1
    assert "connections, crm" in texts[0] and remedy in texts[0].partition(message)[2]


def test_the_settings_are_accepted_as_they_are(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(SETTINGS, encoding="utf-8")
    read_deployment(tmp_path)
