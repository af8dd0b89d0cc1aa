"""No secret appears in any table, error or line of output, whatever goes wrong."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from model.warehouse.schema import metadata
from pipelines.cli import app
from pipelines.instance import Instance
from pipelines.steps.sync import SyncResult, sync_all
from tests.pipelines.small import NOW, SECRETS, Small

WRONG = {
    "JIRA_TOKEN": "wrong-jira-token-7f3a",
    "SALESFORCE_CLIENT_SECRET": "wrong-secret-91bc",
}
HIDDEN = (SECRETS["JIRA_TOKEN"], SECRETS["SALESFORCE_CLIENT_SECRET"], *WRONG.values())


def run(instance: Instance, *, later: int = 0) -> SyncResult:
    return sync_all(instance, NOW + timedelta(minutes=later), lambda _: None, write=True)


def everything_stored(engine: Engine) -> str:
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
    good, bad = small.opened(), small.opened(**WRONG)

    run(good)
    failures = run(bad, later=5).failures
    stored = everything_stored(good.engine)
    told = capsys.readouterr()
    good.close()
    bad.close()

    assert set(failures) == {"it-jira", "sales"}
    seen = "\n".join([*map(repr, failures.values()), *map(str, failures.values())])
    seen += stored + caplog.text + told.out + told.err + repr(bad.deployment) + repr(bad.model)
    for secret in HIDDEN:
        assert secret not in seen


def test_a_wrong_token_names_the_connection_the_record_and_the_remedy(small: Small) -> None:
    instance = small.opened(**WRONG)

    failures = run(instance).failures
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

    told = capsys.readouterr()
    problems = json.loads(told.out)
    assert ended.value.code == 1
    assert problems["it-jira"][0]["blocking"]
    assert not any(secret in told.out + told.err for secret in HIDDEN)
