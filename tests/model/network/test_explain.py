"""The driving chain of an item, and the explanation of its forecast."""

import pytest

from model.network import Certainty, Items, Links, Network, driving_chain, explain, schedule
from tests.model.network.days import day

ITEMS = Items.of(
    [1, 2, 3, 4],
    planned_start=[day(11, 23), day(11, 30), day(12, 7), day(12, 14)],
    planned_finish=[day(11, 27), day(12, 4), day(12, 11), day(12, 18)],
)
FORECAST = schedule(Network.build(ITEMS, Links.of([1, 2, 3], [2, 3, 4])), day(12, 2))


def test_the_driving_chain_leads_from_the_source_of_the_date_to_the_item() -> None:
    assert driving_chain(FORECAST, 4) == [1, 2, 3, 4]


def test_an_explanation_has_the_chain_with_reasons_the_slack_and_the_descendants() -> None:
    explanation = explain(FORECAST, 3)
    assert [step.id for step in explanation.chain] == [1, 2, 3]
    assert explanation.chain[2].planned_finish == day(12, 11)
    assert explanation.chain[2].certainty == Certainty.DERIVED
    assert explanation.late_finish == explanation.chain[2].early_finish
    assert (explanation.total_slack, explanation.free_slack) == (0, 0)
    assert explanation.descendants.tolist() == [4]
    assert "moves to today" in explanation.chain[0].reasons[0]


def test_an_explanation_tells_total_from_free_slack() -> None:
    """Two items of two days beside one of ten: the first may slip six days with the second."""
    network = Network.build(Items.of([1, 2, 3], duration=[2, 2, 10]), Links.of([1], [2]))
    explanation = explain(schedule(network, day(11, 20)), 1)
    assert (explanation.total_slack, explanation.free_slack) == (6, 0)


def test_an_unknown_id_is_refused() -> None:
    with pytest.raises(KeyError, match="no item has the id 9"):
        explain(FORECAST, 9)
