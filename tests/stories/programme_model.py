"""The operating model of a programme: four functions, their heads, and a COO above them."""

from __future__ import annotations

from typing import Any

from model.records import State
from tests.stories.programme_life import FUNCTIONS


def _shared(state: State) -> str:
    return state.name.replace("_", " ").lower()


MODEL: dict[str, Any] = {
    "time_zone": "Europe/Berlin",
    "calendar": "office",
    "calendars": [{"id": "office", "name": "Office", "country": "DE"}],
    "functions": [
        {"id": each, "name": each.capitalize(), "head": f"head-of-{each}"} for each in FUNCTIONS
    ],
    "people": [
        {
            "id": each,
            "name": each.capitalize(),
            "email": f"{each}@example.com",
            "identities": dict.fromkeys(FUNCTIONS, each),
        }
        for each in ("coo", *(f"{function}-head" for function in FUNCTIONS))
    ],
    "roles": [
        {"id": "coo", "name": "COO", "holder": "coo"},
        *(
            {"id": f"head-of-{each}", "name": f"Head of {each}", "holder": f"{each}-head"}
            for each in FUNCTIONS
        ),
    ],
    "decision_rights": [
        *(
            {
                "id": f"plan-of-{each}",
                "rules": ["all"],
                "role": f"head-of-{each}",
                "functions": [each],
                "up_to": {"days": 10},
            }
            for each in FUNCTIONS
        ),
        {"id": "everything", "rules": ["all"], "role": "coo"},
    ],
    "workflows": [
        {
            "id": "work",
            "name": "Work",
            "connections": list(FUNCTIONS),
            "statuses": {_shared(state): _shared(state) for state in State},
        }
    ],
    "escalation_path": [
        {"name": "Heads", "within": {"critical": 2, "high": 3, "medium": 5, "low": 10}},
        {
            "name": "COO",
            "role": "coo",
            "within": {"critical": 1, "high": 2, "medium": 5, "low": 10},
        },
    ],
}
