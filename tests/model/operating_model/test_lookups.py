"""What the mapping of a connection gets from the operating model."""

from pathlib import Path

from model.keys import ReferenceFormats
from model.operating_model.load import load
from model.operating_model.lookups import lookups_for
from model.records import State
from tests.model.operating_model.small_model import small_model, with_passage, write_model

REFERENCES = ReferenceFormats()


def test_a_connection_gets_the_statuses_of_its_own_workflows_in_lower_case(tmp_path: Path) -> None:
    model = small_model(tmp_path)
    assert lookups_for(model, "jira", REFERENCES).statuses == {
        "to do": State.PLANNED,
        "doing": State.IN_PROGRESS,
        "done": State.DONE,
    }
    assert lookups_for(model, "sheet", REFERENCES).statuses == {"open": State.PLANNED}


def test_a_connection_without_workflow_still_knows_functions_and_initiatives(
    tmp_path: Path,
) -> None:
    lookups = lookups_for(small_model(tmp_path), "ledger", REFERENCES)
    assert lookups.statuses == {}
    assert lookups.functions == {"it", "marketing"}
    assert lookups.initiatives == {"cdp": "cdp", "customer-data": "cdp", "portal": "portal"}
    assert lookups.wbs == {"D-4711": "cdp", "D-4520": "portal"}


def test_labels_are_compared_without_case(tmp_path: Path) -> None:
    text = with_passage("labels: [portal]", "labels: [Portal]")
    model = load(write_model(tmp_path, text))
    assert lookups_for(model, "jira", REFERENCES).initiatives["portal"] == "portal"
