"""One folder a tool: pulls its records, maps them to shared records, writes comments.

Nothing in here knows Dagster or SQL; a connector gets its settings and the lookups of the
operating model that mapping needs, and gives back values from `model.records`.
"""
