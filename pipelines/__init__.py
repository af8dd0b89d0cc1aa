"""Dagster and the `interlock` command, over the same functions.

`deployment` reads interlock.yaml, `instance` opens everything it names, `steps` holds what a
sync does, one module a step. `definitions` shows the steps to Dagster, `cli` to a terminal;
neither has logic of its own.
"""
