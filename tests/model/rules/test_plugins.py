"""Rules of other packages: an entry point is all it takes, and a broken one stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from model.operating_model.load import load
from model.operating_model.problems import ModelInvalid
from model.rules import discovery, installed_rules
from tests.model.operating_model.small_model import CONNECTIONS, SMALL, write_model
from tests.model.rules.packages import LONG_WORK, Packages, installing_packages
from tests.model.rules.plans import NAMES, RULES, Row, build_context

LONG = Row("CDP-1", start=date(2026, 3, 2), finish=date(2026, 7, 1))
SHORT = Row("CDP-2", start=date(2026, 3, 2), finish=date(2026, 4, 1))


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Packages]:
    with installing_packages(tmp_path / "site-packages", monkeypatch) as packages:
        yield packages


def test_an_installed_package_adds_a_rule_that_runs_is_validated_and_worded(
    packages: Packages, tmp_path: Path
) -> None:
    packages.install("acme-rules", "acme_long_work", acme_long_work=LONG_WORK)

    rules = installed_rules()

    context = build_context(LONG, SHORT, rules={"long_work": {"max_days": 90}})
    (finding,), failures = rules.find_each(context)
    assert failures == []
    assert finding.about == ("it:work_item:CDP-1",)
    wording = rules.word(finding, context.lookup.read_labels(finding.subjects), NAMES)
    assert wording.title == "CDP-1 of IT takes 121 days"
    model = tmp_path / "operating_model"
    model.mkdir()
    load(
        write_model(model, f"{SMALL}  long_work: {{max_days: 9}}\n"), CONNECTIONS, rules.parameters
    )
    write_model(model, f"{SMALL}  long_work: {{max_days: 0}}\n")
    with pytest.raises(ModelInvalid, match="rules, long_work, max_days: input should be greater"):
        load(model, CONNECTIONS, rules.parameters)


def test_rules_come_in_the_order_of_their_names(packages: Packages) -> None:
    packages.install("acme-rules", "acme_a", acme_a=LONG_WORK.replace("long_work", "a_rule"))
    packages.install("other-rules", "acme_z", acme_z=LONG_WORK.replace("long_work", "z_rule"))

    names = [rule.name for rule in installed_rules()]

    assert names == sorted(["a_rule", "z_rule", *RULES.by_name])


def test_an_entry_point_may_name_a_folder_of_rules_with_helpers(packages: Packages) -> None:
    packages.install(
        "acme-rules",
        "acme_folder",
        acme_folder____init__="",
        acme_folder___helper="LIMIT = 60",
        acme_folder__first=LONG_WORK.replace("long_work", "first"),
        acme_folder__second=LONG_WORK.replace("long_work", "second"),
    )

    rules = installed_rules()

    assert {"first", "second"} <= set(rules.by_name)
    assert rules.broken == ()


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        ("import no_such_library", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("RULE = 1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise BaseException('panic')", "BaseException: panic"),
        ("import pytest; pytest.skip('here', allow_module_level=True)", "Skipped: here"),
        ("RULE = 'a text'", "it has no RULE that is a Rule"),
        ("", "it has neither RULE nor modules"),
        (LONG_WORK.replace("long_work", "Long work"), 'ValueError: "Long work" cannot name a rule'),
        (LONG_WORK.replace("long_work", "all"), 'ValueError: "all" cannot name a rule'),
    ],
    ids=["import", "crash", "exit", "base", "skip", "no rule", "empty", "name", "reserved name"],
)
def test_a_broken_plugin_is_named_with_its_package_and_does_not_stop_the_others(
    packages: Packages, module: str, reason: str, request: pytest.FixtureRequest
) -> None:
    # A module name per case, since Python imports each name once per process.
    name = f"acme_broken_{request.node.callspec.id.replace(' ', '_')}"
    packages.install("acme-rules", name, **{name: module})

    rules = installed_rules()

    assert list(rules.by_name) == list(RULES.by_name)
    (broken,) = rules.broken
    assert str(broken).startswith(f"{name} of the package acme-rules 1.2 brings no rule: {reason}")
    assert "Repair or uninstall the package" in str(broken)


def test_an_interruption_by_the_user_is_no_broken_plugin(packages: Packages) -> None:
    packages.install("acme-rules", "acme_interrupted", acme_interrupted="raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        installed_rules()


def test_a_broken_module_of_a_folder_leaves_the_others_of_the_folder(packages: Packages) -> None:
    packages.install(
        "acme-rules",
        "acme_half",
        acme_half____init__="",
        acme_half__bad="raise BaseException",
        acme_half__good=LONG_WORK.replace("long_work", "good"),
    )

    rules = installed_rules()

    assert "good" in rules.by_name
    assert [broken.source for broken in rules.broken] == ["acme_half.bad"]


def test_two_rules_with_one_name_are_an_error_that_names_both(packages: Packages) -> None:
    text = LONG_WORK.replace("long_work", "late_handover")
    packages.install("acme-rules", "acme_late", acme_late=text)

    with pytest.raises(ModelInvalid) as caught:
        installed_rules()

    message = str(caught.value)
    assert 'two rules are named "late_handover"' in message
    assert "acme_late of the package acme-rules 1.2" in message
    assert "model.rules.builtin.late_handover of the package interlock" in message
    assert "Uninstall one of the packages, or rename its rule." in message


def test_two_rules_of_one_name_in_one_package_are_both_named(packages: Packages) -> None:
    packages.install(
        "acme-rules",
        "acme_twice",
        acme_twice____init__="",
        acme_twice__one=LONG_WORK,
        acme_twice__two=LONG_WORK,
    )

    with pytest.raises(ModelInvalid) as caught:
        installed_rules()

    message = str(caught.value)
    assert "acme_twice.one of the package acme-rules 1.2" in message
    assert "acme_twice.two of the package acme-rules 1.2" in message
    assert "Rename one of them" in message


def test_no_rule_at_all_is_an_error_and_not_a_plan_without_conflicts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed_rules.cache_clear()
    monkeypatch.setattr(discovery, "entry_points", lambda group: [])

    with pytest.raises(ModelInvalid, match=r"no rule is installed.*install it again"):
        installed_rules()


def test_the_conflicts_of_a_rule_are_judged_unless_a_broken_plugin_may_hold_it(
    packages: Packages,
) -> None:
    assert RULES.can_judge("late_handover")
    assert RULES.can_judge("uninstalled_rule")

    packages.install("acme-rules", "acme_judge", acme_judge="import no_such_library")

    rules = installed_rules()
    assert rules.can_judge("late_handover")
    assert not rules.can_judge("uninstalled_rule")


def test_while_a_plugin_is_broken_a_name_that_may_be_its_rule_is_no_problem(
    tmp_path: Path,
) -> None:
    write_model(tmp_path, f"{SMALL}  long_work: {{max_days: 9}}\n")

    assert load(tmp_path, CONNECTIONS, RULES.parameters, other_rules=True).rules["long_work"]
    with pytest.raises(ModelInvalid, match='"long_work", which is not among the rules'):
        load(tmp_path, CONNECTIONS, RULES.parameters)


def test_a_module_in_the_folder_of_built_in_rules_is_a_rule_and_needs_no_other_entry() -> None:
    folder = Path(__file__).parents[3] / "model" / "rules" / "builtin"
    modules = {file.stem for file in folder.glob("*.py")} - {"__init__"}

    assert set(RULES.by_name) == modules
    assert RULES.broken == ()
