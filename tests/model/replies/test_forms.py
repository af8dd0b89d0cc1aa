"""How people are told to reply."""

from __future__ import annotations

from model.replies.forms import list_forms
from model.rules.options import ACCEPT, DISMISS

TERMS = {"horizon": "2026-12-04", "days": "5"}


def test_help_names_the_fields_that_may_be_left_out() -> None:
    assert list_forms([ACCEPT, DISMISS], TERMS, is_answer=False, with_all_fields=True) == (
        "Reply “/interlock accept until=DATE days=…” or “/interlock dismiss because …”."
    )


def test_an_error_names_only_what_is_needed() -> None:
    assert list_forms([ACCEPT], TERMS, is_answer=True) == "Answer “accept”."
