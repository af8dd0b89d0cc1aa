"""The dependencies as the network's links."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from psycopg import sql
from sqlalchemy import Connection

from model.network import Links
from model.warehouse.rows import driver_connection

# One row per type and lag: nearly all dependencies share a few of them.
_LINKS = """
    select type, lag_days, string_agg(int8send(predecessor_id) || int8send(successor_id), '')
    from {dependency}
    group by type, lag_days
    order by type, lag_days
"""
_BYTES_PER_LINK = 16


def read_links(connection: Connection, as_of: datetime | None) -> Links:
    """The dependencies now, or those that `link_as_of` computed in this transaction."""
    table = sql.Identifier("dependency" if as_of is None else "past_dependency")
    with driver_connection(connection).cursor(binary=True) as cursor:
        groups = cursor.execute(sql.SQL(_LINKS).format(dependency=table)).fetchall()
    ids = np.frombuffer(b"".join(ends for *_, ends in groups), dtype=">i8").reshape(-1, 2)
    counts = [len(ends) // _BYTES_PER_LINK for *_, ends in groups]
    # A heap returns rows in any order; the stable sort leaves equal ends by type and lag.
    rows = np.lexsort((ids[:, 1], ids[:, 0]))
    return Links.of(
        ids[rows, 0],
        ids[rows, 1],
        type=np.repeat(np.array([type_ for type_, *_ in groups], dtype=np.int8), counts)[rows],
        lag=np.repeat(np.array([lag for _, lag, _ in groups], dtype=np.int32), counts)[rows],
    )
