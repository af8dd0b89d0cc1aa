"""ERP exports: lines of budget, commitment and actual spend from delimited files.

Reading: `export_table` finds the table of one file, `style_detection` and
`column_styles` how its amounts and dates are written, `total_row` checks its sum; `export_files`
selects the lines that no newer file replaces; `pull`, `line_reader` and `mapping` turn them into
spend. Writing: `change_routing`, `findings_files` and `findings_table` put comments into a file
beside the export. A new kind of export is an `ExportProfile` in YAML (`settings`) and no code.
"""
