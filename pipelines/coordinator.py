"""Who launched a run: the person whom the authenticating proxy in front of the UI has verified."""

import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Self

import dagster as dg
from dagster._serdes import ConfigurableClassData

from model.operating_model.identity import Identity, IdentityKind
from model.operating_model.problems import ModelInvalid
from pipelines.deployment import read_deployment
from pipelines.instance import home_folder
from pipelines.proxy_identity import (
    LOCAL_PERSON,
    Headers,
    NotVerified,
    PersonHeader,
    identify,
    identity_of_run,
    prove_run,
    require_own_page,
)

PERSON_TAG = "interlock/person"
PROOF_TAG = "interlock/person_proof"
REFUSED_TAG = "interlock/person_refused"
"""Why the person of a run is not verified."""
SHOWN_TAG = "user"
"""What the UI shows as "Launched by"."""

_log = logging.getLogger(__name__)


class VerifiedPersonCoordinator(dg.QueuedRunCoordinator):
    """Queues runs and tags each with its verified person, whatever the launch form claimed.

    In dagster.yaml `person_header` is the header with which the proxy names the person, and
    `person_is` what it contains: `email` or `id`, of the operating model. A run without a verified
    person, for example one that a schedule starts, cannot decide anything.
    """

    def __init__(
        self,
        person_header: str = PersonHeader.name,
        person_is: str = PersonHeader.kind.value,
        inst_data: ConfigurableClassData | None = None,
        **queue: Any,
    ) -> None:
        self._header = PersonHeader(person_header, IdentityKind(person_is))
        super().__init__(inst_data=inst_data, **queue)
        if person := os.environ.get(LOCAL_PERSON):
            _log.warning(
                "%s is set: whoever can reach this UI decides as %s, and nothing verifies it. "
                "Only for a machine of your own.",
                LOCAL_PERSON,
                person,
            )

    @classmethod
    def config_type(cls) -> Any:
        kinds = dg.Enum("PersonIs", [dg.EnumValue(kind) for kind in ("email", "id")])
        queue: Any = super().config_type()
        return {
            **queue,
            "person_header": dg.Field(str, is_required=False),
            "person_is": dg.Field(kinds, is_required=False),
        }

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]
    ) -> Self:
        return cls(inst_data=inst_data, **config_value)

    def submit_run(self, context: dg.SubmitRunContext) -> dg.DagsterRun:
        tags = _person_tags(context, self._header)
        # Before the run is queued, and over tags of the same name that the launch form has set.
        self._instance.add_run_tags(context.dagster_run.run_id, tags)
        return super().submit_run(context)


def person_of_run(run: dg.DagsterRun) -> Identity:
    """The verified person who launched a run; raises NotVerified."""
    tags = run.tags
    if reason := tags.get(REFUSED_TAG):
        raise NotVerified(reason)
    stated, proof = tags.get(PERSON_TAG, ""), tags.get(PROOF_TAG, "")
    return identity_of_run(run.run_id, stated, proof, os.environ)


def _person_tags(context: dg.SubmitRunContext, header: PersonHeader) -> dict[str, str]:
    """The tags of a run; each replaces one that the launch form may have set."""
    run = context.dagster_run
    try:
        headers = _request_headers(context)
        person = identify(headers, header, os.environ, datetime.now(UTC), _ui_url())
    except NotVerified as reason:
        shown = {SHOWN_TAG: "not verified"} if SHOWN_TAG in run.tags else {}
        return {PERSON_TAG: "", PROOF_TAG: "", REFUSED_TAG: str(reason), **shown}
    is_local = person.kind is IdentityKind.LOCAL
    return {
        PERSON_TAG: str(person),
        PROOF_TAG: prove_run(run.run_id, person, os.environ),
        REFUSED_TAG: "",
        SHOWN_TAG: f"{person.value} (local, not verified)" if is_local else person.value,
    }


def _ui_url() -> str:
    """The address of the UI in interlock.yaml; empty where that file cannot be used."""
    try:
        return read_deployment(home_folder(os.environ)).ui_url
    except (ModelInvalid, OSError):
        return ""


def _request_headers(context: dg.SubmitRunContext) -> Headers:
    """All headers of the request that launched a run, also those that came twice.

    `context.get_request_header` gives only the first of two. Raises NotVerified for a run that a
    schedule or the command line starts, which comes without a request, and for a request that a
    page of another site may have caused.
    """
    source = getattr(context.workspace, "source", None)
    headers = getattr(source, "headers", None)
    if not headers:
        raise NotVerified("it was not launched in the UI by a person")
    raw: Headers = headers.raw
    # A WebSocket has no method, and a page of any site may open one.
    require_own_page(getattr(source, "method", "WebSocket"), raw)
    return raw
