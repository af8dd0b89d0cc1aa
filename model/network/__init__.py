"""The plan network: from the work items and dependencies of all tools to forecast dates, slack,
cycles and delay impact, by the critical path method.

Arrays in, arrays out: `Items`, `Links` and `Calendars` are columns, `Network.build` joins them
once, `schedule` runs both passes for a data date. Nothing in here reads a clock, a database or a
tool; the titles and texts of items never enter.

Reading order: `columns` and `calendars` define the inputs. `node_graph` decides which links
count, `topology` puts nodes into level order. `pass_inputs` decides what becomes of incomplete
plans, `link_constraints` how a link binds dates, `passes` are the forward and the backward pass,
`critical_path` runs them, `forecast` reads the columns off. The other modules answer questions
about the result.
"""

from model.network.calendars import Calendar, Calendars
from model.network.columns import NO_DATE, UNKNOWN, Constraint, Items, Links, date_of, day_of
from model.network.cycles import Cycle
from model.network.delay_impact import DelayImpact, compute_delay_impact, compute_lateness_impact
from model.network.descendants import (
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
