"""The small model with absences and deputies."""

from pathlib import Path

from model.operating_model.load import load
from model.operating_model.schema import OperatingModel
from tests.model.operating_model.small_model import CONNECTIONS, RULES, SMALL, write_model

_NO_DEPUTY_OF_ROLE = ("    deputy: dan\n", "")


def model_with(folder: Path, *passages: tuple[str, str]) -> OperatingModel:
    """The small model without a deputy of its CIO, and with these passages replaced."""
    text = SMALL
    for old, new in (_NO_DEPUTY_OF_ROLE, *passages):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return load(write_model(folder, text), CONNECTIONS, RULES)


def away(person: str, first: str, last: str, deputy: str = "") -> tuple[str, str]:
    """The passage that lets a person be away from the first to the last day."""
    email = f"    email: {person}@small.example\n"
    absence = f"    absences: [{{from: {first}, to: {last}}}]\n"
    return email, email + absence + (f"    deputy: {deputy}\n" if deputy else "")
