"""The shared execution model: records, operating model, warehouse, network, rules, ledger.

Nothing in here knows a tool or Dagster. Today's date and the present instant are
always arguments, so that every answer can be asked for again as of a past day.
"""
