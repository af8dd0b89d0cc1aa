"""The plan network: from work items and dependencies of all tools to forecast dates, slack,
cycles and downstream impact.

Arrays in, arrays out: `Items`, `Links` and `Calendars` are columns, `Network.build` joins them
once, `schedule` runs the critical path method for a data date. Nothing in here reads a
clock, a database or a tool; text about an item never enters.

To read it: `columns` and `calendars` are the words, `estimate` says what becomes of incomplete
plans, `wiring` what becomes of links, `topology` lays both out, `reach` and `sweep` are the two
passes, `forecast` reads them off. The rest asks the result.
"""

from model.network.calendars import Calendar, Calendars
from model.network.columns import NO_DATE, UNKNOWN, Constraint, Items, Links, date_of, day_of
from model.network.cycles import Cycle
from model.network.delay_impact import DelayImpact, compute_delay_impact, compute_lateness_impact
from model.network.descendants import (
    DescendantCounts,
    count_descendants,
    find_ancestors,
    find_descendants,
    with_descendants,
)
from model.network.explain import DrivingStep, Explanation, driving_chain, explain
from model.network.forecast import Forecast, schedule
from model.network.handovers import HandoverNeeds, compute_handover_needs
from model.network.incremental_forecast import IncrementalForecast
from model.network.network import Network
from model.network.node_graph import LinkUse
from model.network.row_index import RowIndex
from model.network.simulation import DurationFactors, SimulationResult, simulate
from model.network.treatment import REASONS, Certainty, Treatment

__all__ = [
    "NO_DATE",
    "REASONS",
    "UNKNOWN",
    "Calendar",
    "Calendars",
    "Certainty",
    "Constraint",
    "Cycle",
    "DelayImpact",
    "DescendantCounts",
    "DrivingStep",
    "DurationFactors",
    "Explanation",
    "Forecast",
    "HandoverNeeds",
    "IncrementalForecast",
    "Items",
    "LinkUse",
    "Links",
    "Network",
    "RowIndex",
    "SimulationResult",
    "Treatment",
    "compute_delay_impact",
    "compute_handover_needs",
    "compute_lateness_impact",
    "count_descendants",
    "date_of",
    "day_of",
    "driving_chain",
    "explain",
    "find_ancestors",
    "find_descendants",
    "schedule",
    "simulate",
    "with_descendants",
]
