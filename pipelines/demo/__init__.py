"""The demo: a story with dates relative to today, in four tools, synced through Dagster.

`story` reads deploy/demo, and `days` converts its working days to dates. `jira`, `salesforce`,
`workbook` and `erp_export` each return the contents of one tool for a story and its days. `run` is
the whole demo: `demo_instance` makes sure that only the demo's own tools can be written to, `stage`
writes the contents for today, `stand_ins` runs the tools, `sync_job` runs Dagster's job `sync`, and
`report` prints the result. Together with `connectors.sandbox` this package needs the libraries of
the extra `demo`.
"""
