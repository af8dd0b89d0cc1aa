"""The plan network: from work items and dependencies of all tools to forecast dates, slack,
cycles and downstream impact.

Arrays in, arrays out: `Items`, `Links` and `Calendars` are columns, `Network.build` joins them
once, `schedule` runs the critical path method for a data date. Nothing in here reads a
clock, a database or a tool; text about an item never enters.

To read it: `columns` and `calendars` are the words, `estimate` says what becomes of incomplete
plans, `wiring` what becomes of links, `topology` lays both out, `reach` and `sweep` are the two
passes, `forecast` reads them off. The rest asks the result.
"""

from model.network.below import Counts, downstream, downstream_counts, upstream
from model.network.calendars import Calendar, Calendars
from model.network.columns import NO_DATE, UNKNOWN, Constraint, Items, Links, date_of, day_of
from model.network.cycles import Cycle
from model.network.explain import DrivingStep, Explanation, driving_chain, explain
from model.network.forecast import Forecast, schedule
from model.network.handovers import Needs, needs
from model.network.live import LivePlan
from model.network.montecarlo import Simulation, Spread, simulate
from model.network.network import Network
from model.network.picture import TimelineRow, chain_svg
from model.network.slips import DelayImpact, impact, impact_of_lateness
from model.network.treatment import REASONS, Certainty, Treatment
from model.network.wiring import LinkUse

__all__ = [
    "NO_DATE",
    "REASONS",
    "UNKNOWN",
    "Calendar",
    "Calendars",
    "Certainty",
    "Constraint",
    "Counts",
    "Cycle",
    "DelayImpact",
    "DrivingStep",
    "Explanation",
    "Forecast",
    "Items",
    "LinkUse",
    "Links",
    "LivePlan",
    "Needs",
    "Network",
    "Simulation",
    "Spread",
    "TimelineRow",
    "Treatment",
    "chain_svg",
    "date_of",
    "day_of",
    "downstream",
    "downstream_counts",
    "driving_chain",
    "explain",
    "impact",
    "impact_of_lateness",
    "needs",
    "schedule",
    "simulate",
    "upstream",
]
