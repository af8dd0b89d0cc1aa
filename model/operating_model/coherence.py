"""Whether parts of the model that are valid by themselves also fit together."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from holidays import list_supported_countries

from model.operating_model.documents import Document, Location
from model.operating_model.forums import Forum
from model.operating_model.people import speaks_for
from model.operating_model.problems import choose
from model.operating_model.references import ids
from model.operating_model.rights import covers_rule
from model.operating_model.schema import (
    CalendarSpec,
    DecisionLimit,
    DecisionRight,
    EscalationLevel,
    Function,
    Person,
    Role,
    Workflow,
)
from model.operating_model.shape import valid_entries
from model.records import State


def check_calendars(document: Document) -> None:
    """Report countries and regions whose holidays are not known."""
    countries = list_supported_countries()
    for at, spec in valid_entries(document, "calendars", CalendarSpec):
        regions = countries.get(spec.country)
        if regions is None:
            message = f'no holidays are known for the country "{spec.country}"'
            document.report((*at, "country"), message, choose(spec.country, countries))
        elif spec.subdivision and spec.subdivision not in regions:
            message = f'{spec.country} has no region "{spec.subdivision}"'
            document.report((*at, "subdivision"), message, choose(spec.subdivision, regions))


def check_statuses(document: Document) -> None:
    """Report a status that means two states in one connection."""
    meanings: dict[tuple[str, str], State] = {}
    for at, workflow in valid_entries(document, "workflows", Workflow):
        for connection in workflow.connections:
            for status, state in workflow.statuses.items():
                # Case ignored, as tools show one status in several spellings.
                other = meanings.setdefault((connection, status.lower()), state)
                if other is not state:
                    states = f"{other.name.lower()} and {state.name.lower()}"
                    message = f'"{status}" of {connection} means two states, {states}'
                    document.report((*at, "statuses", status), message, "Decide for one.")


def check_deputies(document: Document) -> None:
    """Report deputies that lead back to the person for whom they stand in, once per cycle."""
    people = valid_entries(document, "people", Person)
    deputies = {person.id: person.deputy for _, person in people}
    reported: set[str] = set()
    for at, person in people:
        chain = _deputy_chain(deputies, person.id)
        if len(chain) > 1 and chain[-1] == person.id and person.id not in reported:
            reported |= set(chain)
            message = f'the deputies of "{person.id}" lead back to them: {", ".join(chain)}'
            document.report((*at, "deputy"), message, "Name another deputy, or none.")


def _deputy_chain(deputies: Mapping[str, str | None], person_id: str) -> list[str]:
    """A person, their deputy, and so on, up to nobody or to a person for the second time."""
    chain = [person_id]
    while (deputy := deputies.get(chain[-1])) is not None:
        is_repeated = deputy in chain
        chain.append(deputy)
        if is_repeated:
            break
    return chain


def check_agreements(document: Document) -> None:
    """Report rights that need the agreement of functions by a role that speaks for none."""
    functions = [function for _, function in valid_entries(document, "functions", Function)]
    roles = {role.id: role for _, role in valid_entries(document, "roles", Role)}
    for at, right in valid_entries(document, "decision_rights", DecisionRight):
        role = roles.get(right.role)
        if right.agreement == "one" or role is None:
            continue
        own = {function.id for function in functions if speaks_for(role, function)}
        if not own:
            message = f'agreement: both, but its role "{role.id}" speaks for no function'
            remedy = "Name a role with a function, or leave the agreement out."
            document.report((*at, "agreement"), message, remedy)
        elif right.functions and not own.intersection(right.functions):
            message = f'agreement: both, but its role "{role.id}" speaks for none of its functions'
            remedy = f"Add {' or '.join(sorted(own))} to its functions."
            document.report((*at, "functions"), message, remedy)


def check_decisions(document: Document, rules: Collection[str] | None) -> None:
    """Report rules whose conflicts nobody may decide, and levels that can decide nothing.

    Where the installed rules are not given, those that the decision rights name are checked.
    Nothing is checked while a right is malformed: what it would have covered is unknown.
    """
    rights = [right for _, right in valid_entries(document, "decision_rights", DecisionRight)]
    entries = document.data.get("decision_rights")
    if not isinstance(entries, list) or len(rights) < len(entries):
        return
    named = {rule for right in rights for rule in right.rules}
    for rule in sorted(named if rules is None else rules):
        _check_cover(document, rights, rule)
    for at, level in valid_entries(document, "escalation_path", EscalationLevel):
        _check_level(document, at, level, {right.role for right in rights})


def check_forums(document: Document) -> None:
    """Report forums in which nobody holds a decision right, so that nothing could be decided."""
    rights = [right for _, right in valid_entries(document, "decision_rights", DecisionRight)]
    with_rights = {right.role for right in rights}
    roles = [role for _, role in valid_entries(document, "roles", Role)]
    deciders = {person for role in roles if role.id in with_rights for person in _holders(role)}
    for at, forum in valid_entries(document, "forums", Forum):
        # Somebody who does not exist is reported already.
        if not {forum.chair, *forum.members} & (with_rights | deciders):
            message = f'the forum "{forum.id}" may decide nothing'
            remedy = "Let a role with a decision right be its chair or a member."
            document.report((*at, "members"), message, remedy)


def _holders(role: Role) -> set[str | None]:
    return {role.holder, role.deputy}


def _check_cover(document: Document, rights: list[DecisionRight], rule: str) -> None:
    # Only rights without a limit: a conflict may be larger than any limit.
    unlimited = [
        right for right in rights if right.up_to == DecisionLimit() and covers_rule(right, rule)
    ]
    everywhere = any(not right.functions for right in unlimited)
    touched = {function for right in unlimited for function in right.functions}
    if not everywhere and not (touched and touched >= ids(document, "functions")):
        message = f"a large conflict of {rule} may be decided by nobody"
        remedy = "Add a right for it without up_to and functions."
        document.report(("decision_rights",), message, remedy)


def _check_level(
    document: Document, at: Location, level: EscalationLevel, roles_with_rights: set[str]
) -> None:
    # The last step of a location is the index in the list.
    is_first = at[-1] == 0
    if is_first and level.role is not None:
        message = f'the first level "{level.name}" names a role'
        remedy = "Leave the role out: who decides first follows from the decision rights."
        document.report((*at, "role"), message, remedy)
    elif not is_first and level.role is None:
        message = f'level "{level.name}" goes to nobody'
        document.report(at, message, "Give it the role that decides then.")
    elif level.role in ids(document, "roles") - roles_with_rights:
        message = f'level "{level.name}" goes to "{level.role}", which may decide nothing'
        document.report((*at, "role"), message, "Give the role a decision right.")
