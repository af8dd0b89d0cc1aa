"""Items whose progress is known up to different days."""

import numpy as np

from model.network import IncrementalForecast, Items, Links, Network, schedule
from model.records import State
from tests.model.network.days import day, finishes, starts

FRI_13, MON_16, FRI_20 = day(11, 13), day(11, 16), day(11, 20)
UNDER_WAY = Items.of(
    [1, 2],
    planned_start=[MON_16, MON_16],
    planned_finish=[day(11, 18), day(11, 18)],
    state=[State.IN_PROGRESS, State.IN_PROGRESS],
)


def test_what_is_left_of_each_item_counts_from_its_own_data_date() -> None:
    network = Network.build(UNDER_WAY, Links.of([], []))

    forecast = schedule(network, np.array([MON_16, FRI_20], dtype=np.int32))

    assert finishes(forecast) == ["18 Nov", "20 Nov"]


def test_a_successor_whose_data_date_is_later_begins_there() -> None:
    items = Items.of([1, 2], planned_start=[FRI_13, MON_16], planned_finish=[FRI_13, MON_16])
    network = Network.build(items, Links.of([1], [2]))

    forecast = schedule(network, np.array([FRI_13, FRI_20], dtype=np.int32))

    assert starts(forecast) == ["13 Nov", "20 Nov"]
    assert forecast.driver.tolist() == [-1, -1]


def test_an_incremental_update_keeps_the_data_date_of_each_item() -> None:
    dates = np.array([MON_16, FRI_20], dtype=np.int32)
    network = Network.build(UNDER_WAY, Links.of([], []))
    later = Items.of(
        [1, 2],
        planned_start=[MON_16, MON_16],
        planned_finish=[day(11, 17), day(11, 17)],
        state=[State.IN_PROGRESS, State.IN_PROGRESS],
    )

    incremental = IncrementalForecast(schedule(network, dates))
    incremental.update(later)

    assert finishes(incremental.forecast) == ["17 Nov", "20 Nov"]
