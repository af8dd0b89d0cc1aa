"""The steps of a sync, one module per step: pull, map, link, forecast, detect, replies,
comment.

Every step takes an open instance and the present instant, and holds a lock that keeps other
processes out of the same step. It commits its result together with its cursor, so it can be
killed at any point and run again. `decide` and `explain` answer people between two syncs.
"""
