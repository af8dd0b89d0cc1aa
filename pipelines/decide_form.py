"""The form of the job `decide`: its fields, and the YAML with which a link fills it in."""

import re
import textwrap
from collections.abc import Iterable, Mapping

import dagster as dg
import yaml

from model.conflicts import Conflict
from model.findings import Label
from model.rules import Option, RuleSet
from model.rules.options import FieldKind, OptionField, fill_in
from model.rules.words import format_items
from pipelines.ui_links import launchpad_url

JOB = "decide"
_COMMENT_WIDTH = 72
"""Characters of a line that the launchpad shows on a small screen."""


def decide_fields(rules: RuleSet) -> dict[str, dg.Field]:
    """The fields of the form: one per option, with all that rules with such an option ask for."""
    variants: dict[str, list[Option]] = {}
    for rule in rules:
        for option in rule.options:
            variants.setdefault(option.id, []).append(option)
    options = {name: _option_field(variants[name]) for name in sorted(variants)}
    # Classic fields instead of dg.Config: a text field of dg.Config also accepts {env: NAME}, so a
    # form could read the secrets of this process.
    return {
        "conflict": dg.Field(dg.String, description="The conflict's id, like C-1a2b3c4d5e."),
        # A selector takes exactly one option, with its own fields, before a run begins.
        "decision": dg.Field(
            dg.Selector(options),  # type: ignore[no-untyped-call]
            description="The option that is chosen; the conflict's card lists those of its rule.",
        ),
        "reason": dg.Field(
            dg.String,
            is_required=False,
            description="Why; the comments in all tools show it. Some options need it.",
        ),
    }


def _option_field(variants: Iterable[Option]) -> dg.Field:
    """The fields of an option by its id, which several rules may give it."""
    options = list(variants)
    by_name: dict[str, list[OptionField]] = {}
    for option in options:
        for field in option.fields:
            by_name.setdefault(field.name, []).append(field)
    shape = {
        name: dg.Field(
            # A number, where every rule means one; else the form refuses only what is no text.
            dg.Int if all(each.kind is FieldKind.DAYS for each in fields) else dg.String,
            # Required before a run begins only where each rule with this option needs it.
            is_required=len(fields) == len(options) and not any(f.may_be_empty for f in fields),
            description=" / ".join(dict.fromkeys(each.description for each in fields)),
        )
        for name, fields in sorted(by_name.items())
    }
    # The names of a label's terms stand for what they are in each conflict.
    labels = " / ".join(dict.fromkeys(re.sub("[{}]", "", option.label) for option in options))
    return dg.Field(shape, description=labels)


def decide_url(site: str, conflict: Conflict, option: Option, labels: Mapping[int, Label]) -> str:
    """The launchpad of `decide`, filled in so that the usual decision needs no typing."""
    return launchpad_url(site, JOB, decide_form(conflict, option, labels))


def decide_form(conflict: Conflict, option: Option, labels: Mapping[int, Label]) -> str:
    """YAML that says in comments what is decided about what, with a line per field.

    What the person has to fill in stands without a value, so that Dagster refuses to launch
    before it has one.
    """
    terms = dict(conflict.wording.terms)
    answers = {each.name: _prefill(each, terms) for each in option.fields}
    shown = {name: value for name, value in answers.items() if value != ""}
    form = yaml.dump(
        {"conflict": conflict.id, "decision": {option.id: shown}},
        Dumper=_FormDumper,
        sort_keys=False,
        allow_unicode=True,
    )
    comments = _comments(conflict, option, labels, missing=[n for n in shown if shown[n] is None])
    # A block, in which apostrophes and colons are just text.
    return f"{comments}{form}reason: >-\n  \n"


class _FormDumper(yaml.SafeDumper):
    """Writes a field without a value as `on:`, to be continued by the person."""


_FormDumper.add_representer(
    type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", "")
)


def option_text(conflict: Conflict, option: Option) -> str:
    """What the form decides if it is launched as it is; what it is about where that is not known.

    `IT finishes CDP-18 by 14 Dec 2026`, or `NAME plans it for …`.
    """
    terms = dict(conflict.wording.terms)
    answers = {each.name: terms.get(each.default, "") for each in option.fields}
    is_known = all(answers[each.name] or each.may_be_empty for each in option.fields)
    text = fill_in(option.meaning, terms, answers) if is_known else fill_in(option.label, terms)
    return f"{text[:1].upper()}{text[1:]}"


def _prefill(field: OptionField, terms: Mapping[str, str]) -> str | int | None:
    """What the form says for a field: None where it has to be filled in, "" where it need not."""
    value = terms.get(field.default, "")
    if not value:
        return "" if field.may_be_empty else None
    return (
        int(value)
        if field.kind is FieldKind.DAYS and value.isascii() and value.isdigit()
        else value
    )


def _comments(
    conflict: Conflict, option: Option, labels: Mapping[int, Label], missing: list[str]
) -> str:
    known = [i for i in conflict.finding.subjects if i in labels]
    hints = [f"Fill in {' and '.join(missing)}." if missing else "Launch as it is, or change it."]
    hints.append(
        "This option needs its reason: write it in the last line."
        if option.needs_reason
        else "A reason is welcome in the last line; it may stay empty."
    )
    paragraphs = [
        f"{conflict.severity.name.capitalize()}: {conflict.wording.title}",
        *([format_items(labels, known)] if known else []),
        f"Your decision: {option_text(conflict, option)}",
        " ".join(hints),
    ]
    wrapped = (textwrap.wrap(" ".join(each.split()), _COMMENT_WIDTH) for each in paragraphs)
    return "".join(f"# {line}\n" for lines in wrapped for line in lines)
