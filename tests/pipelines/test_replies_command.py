"""`interlock replies` and `interlock raise`, on an instance that was synced."""

from __future__ import annotations

import json

import pytest

from pipelines.instance import Instance
from tests.pipelines.commanding import Run
from tests.pipelines.small import Small, day
from tests.pipelines.syncing import rule_names, run_sync

AS_LENA = ("--as", "lena-vogt")


@pytest.mark.after_sync
def test_a_risk_is_raised_listed_by_the_next_sync_and_withdrawn(
    interlock: Run, small: Small, instance: Instance
) -> None:
    needs = ("raise", "CMP-1", "--needs", "CDP-3", *AS_LENA)

    code, out, _ = interlock(*needs, "--by", str(day(5)), "--because", "The vendor slipped")
    assert (code, "raised: the next sync opens it" in out) == (0, True)
    assert "raised_risk" in rule_names(run_sync(instance, minutes=5, write=False))

    code, _, err = interlock(*needs[:-1], "jonas-krueger", "--withdraw")
    assert (code, "has raised no risk that CMP-1 needs CDP-3" in err) == (4, True)
    code, out, _ = interlock(*needs, "--withdraw")
    assert (code, "withdrawn" in out) == (0, True)
    assert "raised_risk" not in rule_names(run_sync(instance, minutes=10, write=False))

    assert interlock("raise", "CMP-9", "--needs", "CDP-3", "--withdraw", *AS_LENA)[0] == 4
    assert interlock(*needs)[0] == 2
    code, _, err = interlock(*needs[:-1], "nobody", "--by", str(day(5)), "--because", "x")
    assert (code, "the operating model does not know nobody" in err) == (4, True)


def test_without_replies_the_list_says_so(interlock: Run) -> None:
    assert "Nobody has written to Interlock yet" in interlock("replies")[1]
    assert json.loads(interlock("replies", "--json")[1]) == []
