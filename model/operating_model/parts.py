"""What all parts of the operating model's schema share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

# Hyphens and lower case: ids stand in YAML, in addresses and in command lines.
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class ModelPart(BaseModel):
    # Unknown keys are refused: a misspelled one would otherwise be ignored in silence.
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def invalid(message: str, remedy: str) -> PydanticCustomError:
    """The error of a value that the schema refuses, with what to do about it."""
    context = {"message": message, "remedy": remedy}
    return PydanticCustomError("operating_model", "{message}", context)
