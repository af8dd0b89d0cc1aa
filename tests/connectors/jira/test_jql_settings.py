"""What a query of Jira is built of cannot end its text."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from connectors.jira.settings import JiraSettings


@pytest.mark.parametrize("project", ['CDP" OR project = "SEC', "CDP) OR (key", "CDP,SEC", "cdp"])
def test_a_project_that_is_no_key_is_refused_before_it_reaches_a_query(project: str) -> None:
    with pytest.raises(ValidationError, match="projects"):
        JiraSettings(
            tool="jira",
            function="it",
            url="https://acme.atlassian.net",
            email="interlock@acme.example",
            token_env="JIRA_TOKEN",
            projects=(project,),
        )
