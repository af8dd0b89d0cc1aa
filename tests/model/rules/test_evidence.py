"""On which connections a finding rests: all whose data could have made it another one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from model.findings import complete_evidence
from model.operating_model.schema import Gate, GateSign, Initiative, Workflow
from model.records import State
from model.rules.context import RuleContext
from tests.model.rules.plans import TODAY, Line, Row, build_context, find_all, run_rule

IT, MARKETING = Row("CDP-1", "it", wbs="D-1"), Row("MKT-1", "marketing", wbs="D-1")
GATE = Gate(
    id="audit",
    name="Audit",
    function="security",
    before=GateSign(labels=("go-live",)),
    recognised_by=GateSign(labels=("audit",)),
    authority="ciso",
    sla_days=5,
)
FLOW = Workflow(
    id="flow", name="Flow", connections=("it",), statuses={"Done": State.DONE}, gates=(GATE,)
)
CDP = Initiative(id="cdp", name="Customer data platform")


def evidence(rule: str, context: RuleContext) -> tuple[str, ...]:
    (finding,) = run_rule(rule, context)
    return finding.rests_on


def test_money_ahead_of_work_rests_on_all_work_that_it_pays_for_and_on_finance() -> None:
    begun = TODAY - timedelta(days=28)
    work = replace(IT, state=State.IN_PROGRESS, begun=begun, days=10, percent=30)
    done = replace(MARKETING, state=State.DONE, days=1)
    spend = [Line("B-1", 0, 1000, begun), Line("A-1", 2, 900, begun)]
    elsewhere = Row("SEC-1", "security", wbs="D-2", days=5)

    found_on = evidence("burn_ahead", build_context(work, done, elsewhere, spend=spend))

    assert found_on == ("erp", "it", "marketing")


def test_a_funding_gap_rests_on_what_determines_its_start_and_on_finance() -> None:
    work = replace(IT, start=date(2026, 3, 16), finish=date(2026, 3, 27))
    before = Row("SEC-1", "security", start=TODAY, finish=date(2026, 3, 20))
    spend = [Line("B-1", 0, 1000, date(2026, 6, 1))]

    context = build_context(work, before, links=[("SEC-1", "CDP-1")], spend=spend)

    assert evidence("funding_gap", context) == ("erp", "it", "security")


def test_a_missing_gate_rests_on_every_connection_with_work_in_which_it_could_be() -> None:
    launch = replace(IT, finish=date(2026, 3, 20), labels=("go-live",), initiative="cdp")
    deal = Row("Acme", "sales", close=date(2026, 3, 30))

    context = build_context(launch, MARKETING, deal, workflows=(FLOW,), initiatives=(CDP,))

    assert evidence("missing_gate", context) == ("it", "marketing")


def test_a_dangling_dependency_rests_on_every_connection() -> None:
    context = build_context(IT, dangling=[("CDP-1", "CDP-99", "a link")])

    assert evidence("dangling_dependency", context) == tuple(sorted(context.plan.connections))


DAYS = st.integers(-40, 60).map(lambda days: TODAY + timedelta(days=days))


@dataclass(frozen=True)
class Parts:
    """What a plan is built from."""

    rows: list[Row]
    links: list[tuple[str, str]]
    spend: list[Line]
    dangling: list[tuple[str, str, str]]

    def build(self) -> RuleContext:
        return build_context(
            *self.rows,
            links=self.links,
            spend=self.spend,
            dangling=self.dangling,
            workflows=(FLOW,),
            initiatives=(CDP,),
        )

    def without(self, connection: str) -> Parts:
        rows = [row for row in self.rows if row.function != connection]
        keys = {row.key for row in rows}
        links = [pair for pair in self.links if keys.issuperset(pair)]
        return Parts(rows, links, self.spend, [each for each in self.dangling if each[0] in keys])


@st.composite
def plans(draw: st.DrawFn) -> Parts:
    keys = [f"N-{number}" for number in range(draw(st.integers(1, 6)))]
    rows = [draw(_rows(key)) for key in keys]
    pairs = [(a, b) for at, a in enumerate(keys) for b in keys[at + 1 :]]
    links = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    spend = [
        Line(f"L-{at}", draw(st.integers(0, 2)), draw(st.integers(1, 999)), draw(DAYS), wbs)
        for at, wbs in enumerate(draw(st.lists(st.sampled_from(["D-1", "D-2"]), max_size=4)))
    ]
    dangling = [(key, "X-1", "a link") for key in keys if draw(st.booleans())]
    return Parts(rows, links, spend, dangling)


@st.composite
def _rows(draw: st.DrawFn, key: str) -> Row:
    function = draw(st.sampled_from(["it", "marketing", "sales", "security"]))
    if function == "sales":
        return Row(key, function, close=draw(DAYS), value=draw(st.integers(0, 999)))
    start = draw(DAYS)
    return Row(
        key,
        function,
        start=start,
        finish=start + timedelta(days=draw(st.integers(0, 30))),
        state=draw(st.sampled_from([State.PLANNED, State.IN_PROGRESS, State.DONE])),
        owned=draw(st.booleans()),
        touched=draw(DAYS),
        initiative=draw(st.sampled_from([None, "cdp"])),
        labels=draw(st.sampled_from([(), ("go-live",), ("audit",)])),
        wbs=draw(st.sampled_from([None, "D-1", "D-2"])),
    )


@settings(max_examples=60, deadline=None)
@given(plans())
def test_no_finding_of_any_rule_rests_on_fewer_connections_than_the_records_it_names(
    parts: Parts,
) -> None:
    context = parts.build()
    for finding in find_all(context):
        labels = context.lookup.read_labels(finding.mentioned_ids)
        named = {label.ref.partition(":")[0] for label in labels.values()}
        rests_on = complete_evidence(finding, labels, ()).rests_on
        assert named <= set(rests_on), (finding.rule, rests_on)


@settings(max_examples=60, deadline=None)
@given(plans(), st.sampled_from(["it", "marketing", "sales", "security"]))
def test_a_finding_that_does_not_rest_on_a_connection_stands_without_its_records(
    parts: Parts, connection: str
) -> None:
    context, smaller = parts.build(), parts.without(connection).build()
    remaining = {finding.conflict_id for finding in find_all(smaller)}
    for finding in find_all(context):
        labels = context.lookup.read_labels(finding.mentioned_ids)
        if connection not in complete_evidence(finding, labels, ()).rests_on:
            assert finding.conflict_id in remaining, (finding.rule, finding.about)
