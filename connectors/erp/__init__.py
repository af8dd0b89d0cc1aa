"""ERP exports: lines of budget, commitment and actual spend from delimited files.

`settings` declares what an export looks like; `text`, `table`, `styles` and `columns` read one
file; `exports` says which of its lines stand; `pulling` and `mapping` are the way in, `findings`
and `comments` the way back. What enters is a reader of delimited exports; a new kind of export is
a profile in YAML and no code.
"""
