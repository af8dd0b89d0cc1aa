"""A small operating model of two functions, as YAML, that tests change in places."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from model.operating_model.load import load
from model.operating_model.problems import ModelInvalid, ModelProblem
from model.operating_model.schema import OperatingModel

CONNECTIONS = ("jira", "sheet")


class LateHandover(BaseModel):
    model_config = ConfigDict(extra="forbid")

    min_days: int = 1


class NoParameters(BaseModel):
    model_config = ConfigDict(extra="forbid")


RULES: dict[str, type[BaseModel]] = {"late_handover": LateHandover, "funding_gap": NoParameters}

SMALL = """\
time_zone: Europe/Berlin
calendar: hamburg
calendars:
  - id: hamburg
    name: Hamburg
    country: DE
    subdivision: HH
    closed: [2026-12-24]
    open: [2026-12-05]
functions:
  - id: it
    name: IT
    head: cio
  - id: marketing
    name: Marketing
    head: cmo
    calendar: hamburg
people:
  - id: ada
    name: Ada
    email: ada@small.example
    identities: {jira: acc-ada}
  - id: ben
    name: Ben
    email: ben@small.example
    identities:
      jira: acc-ben
      sheet: Ben
  - id: cleo
    name: Cleo
    email: cleo@small.example
  - id: dan
    name: Dan
    email: dan@small.example
roles:
  - id: cio
    name: CIO
    function: it
    holder: ada
    deputy: dan
  - id: cmo
    name: CMO
    function: marketing
    holder: ben
  - id: chair
    name: Chair
    holder: cleo
initiatives:
  - id: cdp
    name: Customer data
    labels: [cdp, customer-data]
    wbs: [D-4711]
  - id: portal
    name: Portal
    labels: [portal]
    wbs: [D-4520]
workflows:
  - id: delivery
    name: Delivery
    connections: [jira]
    initiatives: [cdp]
    statuses:
      To Do: planned
      Doing: in progress
      Done: done
    gates:
      - id: audit
        name: Audit
        function: it
        before: {labels: [go-live]}
        recognised_by: {title_words: [audit]}
        authority: cio
        sla_days: 10
  - id: campaigns
    name: Campaigns
    connections: [sheet]
    statuses:
      Open: planned
decision_rights:
  - id: it-small
    rules: [late_handover]
    role: cio
    functions: [it]
    up_to: {days: 10, value: 100000 EUR}
  - id: marketing-medium
    rules: [late_handover]
    role: cmo
    up_to: {days: 20}
  - id: steering
    rules: [all]
    role: chair
escalation_path:
  - name: Accountable role
    within: {critical: 1, high: 2, medium: 3, low: 5}
  - name: Marketing board
    role: cmo
    within: {critical: 1, high: 2, medium: 3, low: 5}
  - name: Steering committee
    role: chair
    within: {critical: 1, high: 2, medium: 3, low: 5}
forums:
  - id: round
    name: Delivery round
    chair: cio
    members: [cio, ben]
    rhythm: {every: two weeks, on: tuesday, at: "10:00", starting: 2026-03-03}
    scope: {initiatives: [portal], rules: [late_handover], levels: [Marketing board]}
rules:
  late_handover:
    min_days: 2
"""


def small_model(folder: Path) -> OperatingModel:
    return load(write_model(folder, SMALL), CONNECTIONS, RULES)


def with_passage(old: str, new: str) -> str:
    """The text of the small model with one passage replaced, which must occur exactly once."""
    assert SMALL.count(old) == 1, f"{old!r} occurs {SMALL.count(old)} times in the small model"
    return SMALL.replace(old, new)


def write_model(folder: Path, text: str, name: str = "model.yaml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path) -> list[ModelProblem]:
    """The problems that `load` reports for a folder."""
    try:
        load(folder, CONNECTIONS, RULES)
    except ModelInvalid as invalid:
        return list(invalid.problems)
    return []


def line_of(text: str, words: str) -> int:
    """The line, counted from 1, of the first occurrence of the words."""
    return text[: text.index(words)].count("\n") + 1
