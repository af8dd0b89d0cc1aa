"""What interlock.yaml says about a Salesforce connection."""

from __future__ import annotations

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from connectors.base import ConnectionSettings
from model.records import CurrencyCode


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise ValueError("give the org's My Domain address, like https://acme.my.salesforce.com")
    return f"{parts.scheme}://{parts.netloc}"


FieldName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,79}$")]
"""An API name such as `Depends_On__c`; the pattern keeps anything else out of SOQL."""


class SalesforceSettings(ConnectionSettings):
    """An org and how to sign in to it: a client secret, or a private key with a user name.

    With `client_secret_env` the OAuth client credentials flow is used, with `private_key_env`
    (PEM) and `username` the JWT bearer flow. Each `_env` names an environment variable.
    """

    url: Annotated[str, AfterValidator(_origin)]
    """The org's My Domain address."""
    client_id_env: str
    client_secret_env: str | None = None
    private_key_env: str | None = None
    username: str | None = None
    audience: str = "https://login.salesforce.com"
    """Who the JWT is for; `https://test.salesforce.com` for a sandbox org."""
    depends_on: FieldName | None = None
    """The text field of an opportunity that names what the deal depends on: `CDP-12; CDP-14`."""
    key_field: FieldName | None = None
    """The field by which people name a deal, such as an auto number; else its Name."""
    currency: CurrencyCode | None = None
    """The currency of an org that keeps only one, and so states none on its records."""
    api_version: str = Field(default="62.0", pattern=r"^\d{2,3}\.0$")

    @model_validator(mode="after")
    def _one_way_to_sign_in(self) -> Self:
        secret = self.client_secret_env is not None
        key = self.private_key_env is not None and self.username is not None
        if secret == key:
            raise ValueError("name either client_secret_env, or private_key_env and username")
        return self

    @property
    def credentials(self) -> str:
        """Where the secrets come from, for people; never the secrets."""
        names = (self.client_id_env, self.client_secret_env, self.private_key_env)
        return "environment variables " + ", ".join(name for name in names if name)

    @property
    def api(self) -> str:
        """The path below which the REST API of the wanted version lives."""
        return f"/services/data/v{self.api_version}"

    def deal_url(self, native_id: str) -> str:
        return f"{self.url}/lightning/r/Opportunity/{native_id}/view"
