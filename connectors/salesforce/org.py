"""An org's fields and limits, read through simple-salesforce.

The library builds every address with `https://`, sets no timeout and repeats nothing; so its
base address is set from the settings, each call gets a timeout, and transient errors are repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import requests
import tenacity
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError, SalesforceExpiredSession

from connectors.kit.answers import Answered
from connectors.kit.auth import RenewedTokenAuth
from connectors.kit.bounded_requests import AnswerTooLarge, bound_answers
from connectors.kit.clock import Clock
from connectors.kit.exceptions import RequestFailed
from connectors.kit.mapping import SHAPE_ERRORS, require_text
from connectors.kit.tls import explain_tls, trusted_file
from connectors.masking import mask_secrets
from connectors.salesforce.refusals import explained, read_error
from connectors.salesforce.settings import SalesforceSettings

_TIMEOUT = 30.0
_ATTEMPTS = 3
_LONGEST_WAIT = 10.0
"""Seconds."""
_Answer = TypeVar("_Answer")


class Org:
    """Questions to one org. All methods raise ConnectionFailed."""

    def __init__(
        self, connection: str, settings: SalesforceSettings, auth: RenewedTokenAuth, clock: Clock
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._auth = auth
        self._clock = clock
        self._http = requests.Session()
        self._http.verify = trusted_file()
        bound_answers(self._http)

    def describe(self, thing: str) -> dict[str, Any]:
        """The sObject describe of `Opportunity` and the like: only what the user may see."""
        path = f"sobjects/{thing}/describe"
        described = self._ask(lambda library: library.restful(path, timeout=_TIMEOUT))
        answered = Answered(self._connection, f"GET {path}", described)
        for field in answered.objects_of("fields"):
            if not isinstance(field.get("name"), str):
                raise answered.unexpected("a name of each field", field.get("name"))
        return answered.as_object()

    def any_deal(self) -> str | None:
        """The id of some opportunity, if there is one."""
        query = "SELECT Id FROM Opportunity LIMIT 1"

        def asked(library: Salesforce) -> str | None:
            rows = library.query(query, timeout=_TIMEOUT)["records"]
            return require_text(rows[0]["Id"], "Id") if rows else None

        return self._ask(asked)

    def calls(self) -> tuple[int, int] | None:
        """API calls of the last 24 hours, used and allowed (`Sforce-Limit-Info`)."""

        def asked(library: Salesforce) -> Any:
            library.restful("", timeout=_TIMEOUT)
            return library.api_usage.get("api-usage")

        usage = self._ask(asked)
        return (usage.used, usage.total) if usage else None

    def close(self) -> None:
        self._http.close()

    def _ask(self, question: Callable[[Salesforce], _Answer]) -> _Answer:
        with explained():
            answer: _Answer = self._retrying()(self._ask_once, question)
            return answer

    def _retrying(self) -> tenacity.Retrying:
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(_is_transient),
            stop=tenacity.stop_after_attempt(_ATTEMPTS),
            wait=tenacity.wait_exponential_jitter(multiplier=0.5, max=_LONGEST_WAIT),
            sleep=self._clock.sleep,
            reraise=True,
        )

    def _ask_once(self, question: Callable[[Salesforce], _Answer]) -> _Answer:
        try:
            return self._with_session(question)
        except SalesforceError as error:
            raise self._refused(error) from error
        except (requests.RequestException, *SHAPE_ERRORS) as error:
            # The library takes apart whatever comes, such as the page of a proxy.
            raise self._unanswered(error) from error

    def _with_session(self, question: Callable[[Salesforce], _Answer]) -> _Answer:
        try:
            return question(self._library())
        except SalesforceExpiredSession:
            self._auth.renew()
            return question(self._library())

    def _library(self) -> Salesforce:
        library = Salesforce(
            session_id=self._auth.token().value,
            instance_url=self._settings.url,
            version=self._settings.api_version,
            session=self._http,
        )
        library.base_url = f"{self._settings.url}{self._settings.api}/"
        return library

    def _refused(self, error: SalesforceError) -> RequestFailed:
        # Before the words are cut, which could leave the beginning of a secret.
        answer = mask_secrets(self._connection, error.content)
        words = read_error(answer) or f"status {error.status}"
        return RequestFailed(
            self._connection,
            f"{error.resource_name} was refused: {words}",
            "Look at the permissions of this connection's user in Salesforce.",
            status=error.status,
            answer=answer,
            transient=error.status >= 500,
        )

    def _unanswered(self, error: Exception) -> RequestFailed:
        if problem := explain_tls(error):
            return RequestFailed(self._connection, *problem)
        what = f"{self._settings.url} gave no usable answer ({type(error).__name__})"
        remedy = "Check `url` in interlock.yaml and the network, and run again."
        # The same would come again.
        is_transient = not isinstance(error, AnswerTooLarge)
        return RequestFailed(self._connection, what, remedy, transient=is_transient)


def _is_transient(error: BaseException) -> bool:
    return isinstance(error, RequestFailed) and error.transient
