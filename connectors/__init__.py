"""One folder per tool: it pulls its records, maps them to shared records, and writes comments.

`base` says what a connector and a tool are, `tools` discovers the installed ones, `kit` is what
connectors share, `testing` the contract tests that each of them passes. Nothing in here knows
Dagster or SQL: a connector is given its settings and the lookups of the operating model that
mapping needs, and returns values from `model.records`.
"""
