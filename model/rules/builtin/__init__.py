"""The rules that come with Interlock: each module here is one rule and exports it as `RULE`.

The folder is one entry point of the group `interlock.rules` (pyproject.toml), found like any
other package's. To add a rule, add a module here and its test under `tests/model/rules`.
"""
