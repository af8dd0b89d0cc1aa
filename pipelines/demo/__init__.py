"""The demo: a story told relative to today, rendered into the four tools, synced through Dagster.

`story` reads deploy/demo, `days` turns its working days into dates; `jira`, `salesforce`,
`workbook` and `export` render one tool each (pure: story and days in, contents out). `play` goes
through it all: `place` makes sure that nothing else can be written into, `stage` puts the story in
place for today, `tools` runs the stand-ins, `run` the job `sync`, `report` prints what came of it.
"""
