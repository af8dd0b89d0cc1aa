"""How a conflict can be replied to, in one line for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from model.rules.options import FieldKind, Option, OptionField

PREFIX = "/interlock"

_VERBS = ("Reply", "Answer")

_PLACEHOLDERS = {FieldKind.DATE: "DATE", FieldKind.PERSON: "@PERSON"}


def list_forms(
    options: Iterable[Option],
    terms: Mapping[str, str],
    *,
    is_answer: bool,
    with_all_fields: bool = False,
) -> str:
    """`Reply “/interlock finish”, “/interlock move DATE” or “/interlock dismiss because …”.`

    What may be left out is shown, as `until=DATE`, only `with_all_fields`.
    `terms` are those of the conflict's wording.
    """
    prefix = "" if is_answer else f"{PREFIX} "
    forms = [f"“{prefix}{_form(option, terms, with_all_fields)}”" for option in options]
    if not forms:
        return ""
    listed = " or ".join(filter(None, (", ".join(forms[:-1]), forms[-1])))
    return f"{_VERBS[is_answer]} {listed}."


def without_forms(answer: str) -> str:
    """An answer without the forms at its end; one that is nothing else stays as it is."""
    for verb in _VERBS:
        short = answer.partition(f". {verb} “")[0]
        if short != answer:
            return f"{short}."
    return answer


def name_fields(option: Option, fields: Iterable[str]) -> str:
    """The named fields of an option with what they take."""
    by_name = {field.name: field for field in option.fields}
    return " and ".join(_place(by_name[name]) for name in fields)


def _form(option: Option, terms: Mapping[str, str], with_all_fields: bool) -> str:
    needed = [each for each in option.fields if not (each.may_be_empty or terms.get(each.default))]
    others = [each for each in option.fields if each not in needed] if with_all_fields else []
    named = [f"{each.name}={_PLACEHOLDERS.get(each.kind, '…')}" for each in others]
    reason = ["because …"] if option.needs_reason else []
    return " ".join((option.id, *map(_place, needed), *named, *reason))


def _place(field: OptionField) -> str:
    return _PLACEHOLDERS.get(field.kind, f"{field.name}=…")
