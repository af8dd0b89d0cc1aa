"""No secret appears in any table, error or line of output, even when something goes wrong."""

from __future__ import annotations

import json
import logging

import pytest
from sqlalchemy import Engine, text

from model.warehouse.quarantine import read_all_problems
from model.warehouse.schema import metadata
from pipelines.cli import app
from pipelines.instance import Instance
from tests.pipelines.small import SECRETS, Small
from tests.pipelines.syncing import run_sync

WRONG = {
    "JIRA_TOKEN": "wrong-jira-token-7f3a",
    "SALESFORCE_CLIENT_SECRET": "wrong-secret-91bc",
}
HIDDEN = (SECRETS["JIRA_TOKEN"], SECRETS["SALESFORCE_CLIENT_SECRET"], *WRONG.values())


def read_all_rows(engine: Engine) -> str:
    with engine.connect() as connection:
        return "\n".join(
            str(row[0])
            for table in metadata.sorted_tables
            for row in connection.execute(text(f'select to_jsonb(t)::text from "{table.name}" t'))
        )


def test_secrets_stay_out_of_tables_errors_and_logs(
    small: Small, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    right, wrong = small.open(), small.open(**WRONG)

    run_sync(right)
    failures = run_sync(wrong, minutes=5).failures
    stored = read_all_rows(right.engine)
    output = capsys.readouterr()
    right.close()
    wrong.close()

    assert set(failures) == {"it-jira", "sales"}
    visible = "\n".join([*map(repr, failures.values()), *map(str, failures.values())])
    visible += (
        stored + caplog.text + output.out + output.err + repr(wrong.deployment) + repr(wrong.model)
    )
    for secret in HIDDEN:
        assert secret not in visible


def test_a_problem_that_quotes_a_repeated_secret_is_masked_and_landing_is_verbatim(
    small: Small, instance: Instance
) -> None:
    token = SECRETS["JIRA_TOKEN"]
    fields = small.sandbox.jira.find("CDP-3").fields  # type: ignore[union-attr]
    fields["duedate"] = f"Bearer {token}"

    run_sync(instance, write=False)

    with instance.engine.connect() as connection:
        reasons = "\n".join(reason for _, _, reason, _ in read_all_problems(connection))
        landed = connection.exec_driver_sql("select string_agg(payload, '') from landing")
        assert token in landed.scalar_one()
    assert "Bearer •••" in reasons
    assert token not in reasons


def test_a_wrong_token_names_the_connection_the_record_and_the_remedy(small: Small) -> None:
    instance = small.open(**WRONG)

    failures = run_sync(instance).failures
    instance.close()

    assert str(failures["it-jira"]).startswith("it-jira: ")
    assert "JIRA_TOKEN" in str(failures["it-jira"])
    assert "SALESFORCE_CLIENT_SECRET" in str(failures["sales"])


def test_the_check_command_shows_no_secret(
    small: Small, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {**small.environment, **WRONG, "INTERLOCK_HOME": str(small.home)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["interlock", "check", "--json"])

    with pytest.raises(SystemExit) as ended:
        app.main()

    output = capsys.readouterr()
    problems = json.loads(output.out)
    assert ended.value.code == 1
    assert problems["it-jira"][0]["blocking"]
    assert not any(secret in output.out + output.err for secret in HIDDEN)
