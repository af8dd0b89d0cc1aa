"""Which records carry the comments about a conflict, where some take no comments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from model.comment_content import Target
from model.comments import DisplacedComment
from model.conflicts import Conflict

Obstacle = Callable[[Target], str | None]
"""Why a record takes no comments; None where it takes them."""


@dataclass(frozen=True, slots=True)
class CommentPlaces:
    """The ids of the records that carry the comments, and the comments that found another place."""

    record_ids: tuple[int, ...]
    displaced: tuple[DisplacedComment, ...]


def choose_places(
    conflict: Conflict,
    targets: Mapping[int, Target],
    drivers: Mapping[int, Sequence[int]],
    commented: Collection[int],
    obstacle: Obstacle,
) -> CommentPlaces:
    """The places of one conflict in one connection, whose records are `targets` by id.

    Instead of a record that takes no comments, one of its unfinished `drivers` does: the items
    that determine its dates, nearest first. One of `commented`, which has such a comment already,
    keeps it.
    """
    concerned = [i for i in conflict.finding.comment_on if i in targets]
    places: dict[int, None] = {}
    displaced: list[DisplacedComment] = []
    for record_id in concerned:
        reason = obstacle(targets[record_id])
        if reason is None:
            places[record_id] = None
            continue
        able = [i for i in drivers.get(record_id, ()) if _is_able(i, targets, obstacle)]
        # An item that is commented on in any case says all that there is to say.
        instead = min(able, key=lambda i: (i not in concerned, i not in commented), default=None)
        if instead is not None:
            places[instead] = None
        place = None if instead is None else targets[instead]
        displaced.append(DisplacedComment(targets[record_id], conflict.id, reason, place))
    return CommentPlaces(tuple(places), tuple(displaced))


def _is_able(record_id: int, targets: Mapping[int, Target], obstacle: Obstacle) -> bool:
    return record_id in targets and obstacle(targets[record_id]) is None
