"""What a query of Salesforce is built of cannot end its text."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from connectors.salesforce.settings import SalesforceSettings


@pytest.mark.parametrize("field", ["Id FROM User--", "Depends_On__c, Secret__c", "x'", "a.b"])
def test_a_field_that_is_no_api_name_is_refused_before_it_reaches_a_query(field: str) -> None:
    with pytest.raises(ValidationError, match="depends_on"):
        SalesforceSettings(
            tool="salesforce",
            function="sales",
            url="https://acme.my.salesforce.com",
            client_id_env="SF_CLIENT_ID",
            client_secret_env="SF_CLIENT_SECRET",
            depends_on=field,
        )
