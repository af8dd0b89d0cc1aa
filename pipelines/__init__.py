"""Dagster and the `interlock` command, over the same functions.

`deployment` reads interlock.yaml, `instance` opens everything that it names, `steps` has one
module per step of a sync. `definitions` offers the steps to Dagster (`assets`, `cards`), `cli` to
a terminal; neither has logic of its own.
"""
