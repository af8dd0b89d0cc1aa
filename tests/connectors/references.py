"""References as they are written where Jira, GitHub and Salesforce are connected."""

from __future__ import annotations

from connectors.github.settings import GitHubSettings
from connectors.jira.settings import JiraSettings
from connectors.salesforce.settings import SalesforceSettings
from connectors.tools import installed_tools

CONNECTIONS = {
    "crm": SalesforceSettings(
        tool="salesforce",
        function="sales",
        url="https://acme.my.salesforce.com",
        client_id_env="SF_CLIENT_ID",
        client_secret_env="SF_CLIENT_SECRET",
    ),
    "github": GitHubSettings(
        tool="github",
        function="it",
        repositories=("acme/api", "acme/web"),
        token_env="GITHUB_TOKEN",
    ),
    "jira-it": JiraSettings(
        tool="jira",
        function="it",
        url="https://acme.atlassian.net",
        email="interlock@acme.example",
        token_env="JIRA_TOKEN",
        projects=("CDP",),
    ),
}
REFERENCES = installed_tools().references(CONNECTIONS)
