"""The entry of a Salesforce connection in interlock.yaml."""

from __future__ import annotations

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from connectors.kit.budget import HttpConnectionSettings
from model.records import CurrencyCode


def _check_origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise ValueError("give the org's My Domain address, like https://acme.my.salesforce.com")
    return f"{parts.scheme}://{parts.netloc}"


FieldName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,79}$")]
"""An API name such as `Depends_On__c`; the pattern keeps anything else out of SOQL."""


class SalesforceSettings(HttpConnectionSettings):
    """An org and how to sign in to it: with a client secret, or with a private key and a user name.

    With `client_secret_env` the OAuth client credentials flow is used, with `private_key_env`
    (PEM) and `username` the JWT bearer flow. Each `_env` names an environment variable.
    """

    url: Annotated[str, AfterValidator(_check_origin)]
    """The org's My Domain address."""
    client_id_env: str
    client_secret_env: str | None = None
    private_key_env: str | None = None
    username: str | None = None
    audience: str = "https://login.salesforce.com"
    """The audience of the JWT; `https://test.salesforce.com` for a sandbox org."""
    depends_on: FieldName | None = None
    """The text field of an opportunity that lists what the deal depends on: `CDP-12; CDP-14`."""
    key_field: FieldName | None = None
    """The field by which people refer to a deal, such as an auto number; else its Name."""
    currency: CurrencyCode | None = None
    """The currency of an org that keeps only one, and so states none on its records."""
    api_version: str = Field(default="62.0", pattern=r"^\d{2,3}\.0$")

    @model_validator(mode="after")
    def _check_sign_in(self) -> Self:
        has_secret = self.client_secret_env is not None
        jwt_settings = (self.private_key_env, self.username)
        # With a secret the settings of the other flow would be accepted and ignored.
        is_complete = not any(jwt_settings) if has_secret else all(jwt_settings)
        if not is_complete:
            raise ValueError("name either client_secret_env, or private_key_env and username")
        return self

    @property
    def credentials(self) -> str:
        """Where the secrets come from, as text for people; never the secrets."""
        names = (self.client_id_env, self.client_secret_env, self.private_key_env)
        return "environment variables " + ", ".join(name for name in names if name)

    @property
    def api(self) -> str:
        """The path below which the REST API of `api_version` is called."""
        return f"/services/data/v{self.api_version}"

    def deal_url(self, native_id: str) -> str:
        """The address at which people open an opportunity."""
        return f"{self.url}/lightning/r/Opportunity/{native_id}/view"
