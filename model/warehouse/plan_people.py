"""Owners as people: one person is one, whatever their identity in each tool."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from model.operating_model.schema import OperatingModel
from model.plan import NONE, Int16, Int32, Int64


def identify_people(
    model: OperatingModel,
    connections: Sequence[str],
    identities: Sequence[str],
    connection: Int16,
    owner: Int32,
) -> tuple[Int32, tuple[str, ...]]:
    """Owners as indices into a tuple of people, and the tuple, in alphabetical order.

    `owner` indexes `identities` (NONE: no owner), `connection` indexes `connections`, in which
    the identity of its row holds. A person of the operating model is named by their id, anybody
    else by `connection:identity`.
    """
    owned = owner != NONE
    pair = connection[owned].astype(np.int64) * len(identities) + owner[owned]
    # A table over all pairs and not np.unique, which sorts a million rows.
    occurs = np.zeros(len(connections) * len(identities), dtype=np.bool_)
    occurs[pair] = True
    pairs = np.flatnonzero(occurs)
    names = _person_names(model, connections, identities, pairs)
    people = tuple(sorted(set(names)))
    number = {name: at for at, name in enumerate(people)}
    person_of = np.full(len(occurs), NONE, dtype=np.int32)
    person_of[pairs] = [number[name] for name in names]
    person = np.full(len(owner), NONE, dtype=np.int32)
    person[owned] = person_of[pair]
    return person, people


def _person_names(
    model: OperatingModel, connections: Sequence[str], identities: Sequence[str], pairs: Int64
) -> list[str]:
    # Pairs of connection and identity: the same name in two tools may be two people.
    known = {
        identity: person.id for person in model.people for identity in person.identities.items()
    }
    connection, identity = np.divmod(pairs, max(len(identities), 1))
    stated = [
        (connections[c], identities[i])
        for c, i in zip(connection.tolist(), identity.tolist(), strict=True)
    ]
    return [known.get(account, ":".join(account)) for account in stated]
