"""What a record states: each target once, explicit before text, and never itself."""

from __future__ import annotations

from connectors.kit.stated_dependencies import by_field, by_link, by_text, combine_stated
from model.keys import ReferenceFormats
from model.records import DependencyRole, DependencyType, Origin, StatedDependency

REFERENCES = ReferenceFormats()
PREDECESSOR = DependencyRole.PREDECESSOR


def test_a_link_keeps_how_the_tool_writes_its_target() -> None:
    together = DependencyType.FINISH_TO_FINISH
    stated = by_link(REFERENCES, "cdp-12", DependencyRole.SUCCESSOR, "fix version", together)
    assert (stated.target, stated.written, stated.type) == ("CDP-12", "cdp-12", together)
    assert stated.origin is Origin.LINK


def test_a_name_in_text_counts_only_where_nothing_explicit_states_it() -> None:
    explicit = by_field(REFERENCES, "CDP-1", "Depends on")
    in_text = by_text(REFERENCES, "after CDP-1 and CDP-2", "text")
    stated = combine_stated(explicit, in_text, ())
    assert [(s.target, s.where) for s in stated] == [
        ("CDP-1", 'field "Depends on"'),
        ("CDP-2", "text"),
    ]


def test_a_record_states_nothing_of_itself_and_nothing_twice() -> None:
    twice = [StatedDependency(name, PREDECESSOR, Origin.LINK, "x") for name in ("B-1", "A-1")] * 2
    stated = combine_stated(twice, by_text(REFERENCES, "see B-1, C-1", "text"), {"B-1"})
    assert [s.target for s in stated] == ["A-1", "C-1"]
