"""Any JSON API that lists its records in pages, connected by configuration alone (read-only).

`settings` and `fields` are the YAML; `pull` reads pages, `values` and `mapping` turn their records
into work items, deals or spend. Whatever this form cannot say is a connector of its own.
"""
