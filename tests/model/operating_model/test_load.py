"""All faults of an operating model are reported in one run, with file, line and remedy."""

from pathlib import Path

import pytest

from model.operating_model.load import fingerprint, load
from model.operating_model.problems import ModelInvalid
from model.operating_model.schema import OperatingModel
from model.records import Money, State
from model.rules import installed_rules
from tests.model.operating_model.faults import FAULTS
from tests.model.operating_model.small_model import (
    CONNECTIONS,
    RULES,
    SMALL,
    line_of,
    problems,
    small_model,
    with_passage,
    write_model,
)

DEMO = Path(__file__).parents[3] / "dagster_home" / "operating_model"
PARAMETERS = installed_rules().parameters
BEFORE_RULES = SMALL[: SMALL.index("rules:\n  late")]


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_reported_with_its_line_and_a_remedy(fault: str, tmp_path: Path) -> None:
    (old, new), words, message, remedy = FAULTS[fault]
    text = with_passage(old, new)
    matches = [
        problem
        for problem in problems(write_model(tmp_path, text))
        if message in problem.message and remedy in problem.remedy
    ]
    assert [(problem.file, problem.line) for problem in matches] == [
        ("model.yaml", line_of(text, words))
    ]


def test_a_valid_model_has_no_problem(tmp_path: Path) -> None:
    model = small_model(tmp_path)
    assert [function.name for function in model.functions] == ["IT", "Marketing"]
    assert model.decision_rights[0].up_to.value == Money.parse("100000 EUR")
    assert model.workflows[0].statuses["Doing"] is State.IN_PROGRESS


def test_all_faults_of_all_files_are_reported_in_one_run(tmp_path: Path) -> None:
    start = SMALL.index("people:")
    write_model(tmp_path, SMALL[:start].replace("country: DE", "country: XX"), "a.yaml")
    rest = SMALL[start:].replace("holder: ben", "holder: bob").replace("name: Dan", "nome: Dan")
    write_model(tmp_path, rest.replace("Doing: in progress", "Doing: stuck"), "b.yaml")
    reported = [(problem.file, problem.message.partition(":")[0]) for problem in problems(tmp_path)]
    assert reported == [
        ("a.yaml", 'no holidays are known for the country "XX"'),
        ("b.yaml", 'people "dan" lacks "name"'),
        ("b.yaml", 'people "dan" has an unknown key "nome"'),
        ("b.yaml", 'roles "cmo", holder names "bob", which is not among the people'),
        ("b.yaml", 'workflows "delivery", statuses, Doing'),
    ]


def test_a_fault_is_not_reported_again_where_something_refers_to_it(tmp_path: Path) -> None:
    matches = problems(write_model(tmp_path, with_passage("    name: CMO\n", "")))
    assert [problem.message for problem in matches] == ['roles "cmo" lacks "name"']


def test_a_forum_in_which_nobody_may_decide_is_reported(tmp_path: Path) -> None:
    write_model(tmp_path, with_passage("    members: [cio, ben]\n", "    members: [eve]\n"))
    text = "people:\n  - {id: eve, name: Eve, email: eve@small.example}\n"
    write_model(tmp_path, text, "more.yaml")
    assert problems(tmp_path) == []

    write_model(
        tmp_path,
        SMALL.replace("chair: cio\n    members: [cio, ben]", "chair: eve\n    members: [eve]"),
    )
    (problem,) = problems(tmp_path)
    assert problem.message == 'the forum "round" may decide nothing'
    assert "Let a role with a decision right" in problem.remedy


def test_the_report_reads_as_a_list_of_places(tmp_path: Path) -> None:
    write_model(tmp_path, with_passage("holder: cleo", "holder: clea"))
    with pytest.raises(ModelInvalid) as caught:
        load(tmp_path, CONNECTIONS, RULES)
    line = line_of(SMALL, "holder: cleo")
    assert str(caught.value) == (
        "The configuration has 1 problem:\n"
        f'  model.yaml:{line}: roles "chair", holder names "clea", which is not among the people.'
        ' Did you mean "cleo"?'
    )


def test_lists_in_two_files_are_joined_and_mappings_merged(tmp_path: Path) -> None:
    write_model(tmp_path, SMALL)
    more = "people:\n  - {id: eve, name: Eve, email: eve@small.example}\n"
    write_model(tmp_path, more + "rules:\n  funding_gap: {}\n", "more.yaml")
    model = load(tmp_path, CONNECTIONS, RULES)
    assert [person.id for person in model.people] == ["ada", "ben", "cleo", "dan", "eve"]
    assert set(model.rules) == {"late_handover", "funding_gap"}


def test_a_fault_in_a_joined_list_is_reported_in_its_own_file(tmp_path: Path) -> None:
    write_model(tmp_path, SMALL)
    write_model(tmp_path, "# more\npeople:\n  - {id: eve, name: Eve}\n", "more.yaml")
    reported = [(problem.file, problem.line, problem.message) for problem in problems(tmp_path)]
    assert reported == [("more.yaml", 3, 'people "eve" lacks "email"')]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("time_zone: Europe/Paris\n", "time_zone"),
        ("rules:\n  late_handover: {}\n", "late_handover"),
    ],
)
def test_what_is_no_list_stands_in_one_file_only(tmp_path: Path, text: str, key: str) -> None:
    write_model(write_model(tmp_path, SMALL), text, "more.yaml")
    (problem,) = problems(tmp_path)
    first = line_of(SMALL, f"{key}:")
    assert problem.message == f'"{key}" stands twice, first in model.yaml:{first}'
    assert (problem.file, problem.line) == ("more.yaml", text.count("\n"))


def test_words_that_yaml_1_1_takes_for_truth_values_stay_words(tmp_path: Path) -> None:
    text = with_passage("name: Ada", "name: No").replace(
        "Open: planned", "Off: planned\n      1: done"
    )
    model = load(write_model(tmp_path, text), CONNECTIONS, RULES)
    assert model.people[0].name == "No"
    assert list(model.workflows[1].statuses) == ["Off", "1"]


def test_names_from_outside_are_checked_only_when_they_are_given(tmp_path: Path) -> None:
    text = with_passage("connections: [jira]", "connections: [elsewhere]")
    model = load(write_model(tmp_path, text.replace("min_days: 2", "anything: 2")))
    assert model.workflows[0].connections == ("elsewhere",)


def test_each_rule_accepts_its_defaults_and_its_documented_parameters(tmp_path: Path) -> None:
    stated = dict.fromkeys(PARAMETERS, "{}") | {
        "late_handover": "{severity: {high: {days: 5, value: 50000 EUR, priority: critical}}}",
        "stale_plan": "{severity: high}",
    }
    rules = "".join(f"  {name}: {values}\n" for name, values in stated.items())
    folder = write_model(tmp_path, f"{BEFORE_RULES}rules:\n{rules}")
    assert set(load(folder, CONNECTIONS, PARAMETERS).rules) == set(PARAMETERS)


def test_each_parameter_that_no_rule_accepts_is_reported_with_its_place(
    tmp_path: Path,
) -> None:
    rules = """\
rules:
  late_handovr: {}
  late_handover: {min_days: 0, mindays: 3}
  stale_plan: {severity: severe}
  broken_promise: {severity: {high: {value: much}}}
"""
    with pytest.raises(ModelInvalid) as caught:
        load(write_model(tmp_path, BEFORE_RULES + rules), CONNECTIONS, PARAMETERS)
    above = BEFORE_RULES.count("\n")
    amount = '"much" is not an amount with its currency, like "250000 EUR"'
    reported = [
        (problem.line - above, problem.message, problem.remedy) for problem in caught.value.problems
    ]
    assert reported == [
        (
            2,
            'rules names "late_handovr", which is not among the rules',
            'Did you mean "late_handover"?',
        ),
        (3, 'rules, late_handover has an unknown key "mindays"', 'Did you mean "min_days"?'),
        (
            3,
            "rules, late_handover, min_days: input should be greater than or equal to 1",
            "Correct the value.",
        ),
        (
            4,
            'rules, stale_plan, severity: "severe" is none of low, medium, high, critical',
            "Correct the value.",
        ),
        (
            5,
            f"rules, broken_promise, severity, high, value: {amount}",
            "Put the three letters of the currency after it.",
        ),
    ]


def test_unlimited_rights_of_every_function_together_cover_a_rule(tmp_path: Path) -> None:
    text = with_passage(
        "    rules: [all]\n    role: chair\n",
        "    rules: [all]\n    role: chair\n    functions: [it]\n"
        "  - id: steering-too\n    rules: [all]\n    role: chair\n    functions: [marketing]\n",
    )
    assert problems(write_model(tmp_path, text)) == []


def test_an_unlimited_right_for_one_function_leaves_the_others_undecided(tmp_path: Path) -> None:
    text = with_passage(
        "    rules: [all]\n    role: chair\n",
        "    rules: [all]\n    role: chair\n    functions: [it]\n",
    )
    reported = [problem.message for problem in problems(write_model(tmp_path, text))]
    assert reported == [
        "a large conflict of funding_gap may be decided by nobody",
        "a large conflict of late_handover may be decided by nobody",
    ]


def test_nothing_is_said_of_who_may_decide_while_a_right_is_malformed(tmp_path: Path) -> None:
    text = with_passage("    rules: [all]\n    role: chair\n", "    rules: [all]\n")
    reported = [problem.message for problem in problems(write_model(tmp_path, text))]
    assert reported == ['decision_rights "steering" lacks "role"']


def test_identities_that_differ_by_case_belong_to_two_people(tmp_path: Path) -> None:
    text = with_passage("jira: acc-ben", "jira: ACC-ADA")
    assert problems(write_model(tmp_path, text)) == []


def test_a_folder_without_files_says_where_to_put_them(tmp_path: Path) -> None:
    matches = problems(tmp_path)
    assert any(problem.remedy == f"Put the model into {tmp_path}." for problem in matches)
    assert any(
        problem.message == 'the model lacks "people"' and problem.line == 0 for problem in matches
    )


def test_a_file_with_another_ending_is_reported(tmp_path: Path) -> None:
    write_model(write_model(tmp_path, SMALL), "people: []\n", "more.yml")
    reported = [str(problem) for problem in problems(tmp_path)]
    assert reported == ["more.yml: is not read. Give it the ending .yaml."]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"- a list\n", b"a: 1\n---\nb: 2\n"])
def test_a_file_that_cannot_be_read_does_not_hide_the_others(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "bad.yaml").write_bytes(content)
    write_model(tmp_path, with_passage("holder: cleo", "holder: clea"))
    assert [problem.file for problem in problems(tmp_path)] == ["bad.yaml", "model.yaml"]


@pytest.mark.parametrize(
    "section", ["functions", "people", "decision_rights", "rules", "calendars"]
)
@pytest.mark.parametrize("value", ["", "5", "{a: b}", "[1, two, [3]]"])
def test_a_section_of_any_shape_is_reported_and_never_a_crash(
    tmp_path: Path, section: str, value: str
) -> None:
    lines = [
        line for line in SMALL.splitlines() if line.startswith(section + ":") or line[0] != " "
    ]
    text = "\n".join(f"{section}: {value}" if line == f"{section}:" else line for line in lines)
    assert problems(write_model(tmp_path, text))


def test_the_fingerprint_knows_meaning_and_not_spelling(tmp_path: Path) -> None:
    before = fingerprint(small_model(tmp_path))
    write_model(
        tmp_path, "# a remark\n" + SMALL.replace("[cdp, customer-data]", "[cdp,   customer-data]")
    )
    assert fingerprint(load(tmp_path)) == before
    write_model(tmp_path, with_passage("min_days: 2", "min_days: 3"))
    assert fingerprint(load(tmp_path)) != before


def test_the_order_of_keys_does_not_change_the_fingerprint(tmp_path: Path) -> None:
    before = fingerprint(small_model(tmp_path))
    swapped = with_passage(
        "      To Do: planned\n      Doing: in progress\n",
        "      Doing: in progress\n      To Do: planned\n",
    )
    assert fingerprint(load(write_model(tmp_path, swapped))) == before


def test_an_applied_model_comes_back_equal_from_json(tmp_path: Path) -> None:
    model = small_model(tmp_path)
    again = OperatingModel.model_validate_json(model.model_dump_json())
    assert again == model
    assert fingerprint(again) == fingerprint(model)


def test_the_demo_insurer_is_valid() -> None:
    connections = ("it-jira", "sales", "marketing-plan", "finance-erp")
    model = load(DEMO, connections, PARAMETERS)
    names = [function.id for function in model.functions]
    assert names == ["it", "marketing", "sales", "finance", "security"]
