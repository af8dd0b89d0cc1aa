"""Which links count in the network, and why the others do not."""

from model.network import NO_DATE, Items, Links, LinkUse, Network
from tests.model.network.days import day, finishes, forecast_of


def link_uses(count: int, pairs: list[tuple[int, int]], **columns: object) -> list[int]:
    items = Items.of(range(1, count + 1), **columns)  # type: ignore[arg-type]
    links = Links.of([tail for tail, _ in pairs], [head for _, head in pairs])
    return Network.build(items, links).link_use.tolist()


def test_a_link_reported_from_both_ends_counts_once() -> None:
    assert link_uses(2, [(1, 2), (1, 2)]) == [LinkUse.USED, LinkUse.DUPLICATE]


def test_of_two_reports_of_a_link_the_one_with_the_longest_lag_counts() -> None:
    items = Items.of([1, 2, 3])
    for lags in ([0, 5, 5, 2], [5, 0, 2, 5]):
        network = Network.build(items, Links.of([1, 1, 2, 2], [2, 2, 3, 3], lag=lags))
        expected = [LinkUse.USED if lag == 5 else LinkUse.DUPLICATE for lag in lags]
        assert network.link_use.tolist() == expected


def test_of_two_reports_with_equal_lags_the_one_in_working_days_counts() -> None:
    for elapsed in ([True, False], [False, True]):
        links = Links.of([1, 1], [2, 2], lag=[5, 5], elapsed=elapsed)
        expected = [LinkUse.DUPLICATE if flag else LinkUse.USED for flag in elapsed]
        assert Network.build(Items.of([1, 2]), links).link_use.tolist() == expected


def test_two_types_of_link_between_two_items_both_count() -> None:
    network = Network.build(Items.of([1, 2]), Links.of([1, 1], [2, 2], type=[0, 2]))
    assert network.link_use.tolist() == [LinkUse.USED, LinkUse.USED]


def test_links_to_unknown_items_and_to_the_item_itself_do_not_count() -> None:
    assert link_uses(2, [(1, 9), (9, 1), (9, 9), (2, 2), (1, 2)]) == [
        LinkUse.UNKNOWN, LinkUse.UNKNOWN, LinkUse.UNKNOWN, LinkUse.SELF, LinkUse.USED,
    ]  # fmt: skip


def test_a_link_between_a_child_and_its_grandparent_does_not_count() -> None:
    uses = link_uses(3, [(3, 1), (1, 3)], parent=[-1, 1, 2])
    assert uses == [LinkUse.OWN_PARENT, LinkUse.OWN_PARENT]


def test_a_link_between_two_children_of_one_parent_counts() -> None:
    assert link_uses(3, [(2, 3)], parent=[-1, 1, 1]) == [LinkUse.USED]


def test_a_lag_beyond_the_longest_duration_is_cut_to_it() -> None:
    items = Items.of([1, 2], duration=[1, 1])
    longest = forecast_of(items, Links.of([1], [2], lag=[10_000]))
    assert finishes(forecast_of(items, Links.of([1], [2], lag=[2**30]))) == finishes(longest)


def test_a_lead_beyond_the_longest_duration_is_cut_to_it() -> None:
    items = Items.of([1, 2], duration=[1, 1], deadline=[NO_DATE, day(11, 20)])
    longest = forecast_of(items, Links.of([1], [2], lag=[-10_000]))
    cut = forecast_of(items, Links.of([1], [2], lag=[-20_000]))
    assert cut.free_slack.tolist() == longest.free_slack.tolist()
    assert cut.cpm.network.graph.lag.tolist() == [-10_000]
