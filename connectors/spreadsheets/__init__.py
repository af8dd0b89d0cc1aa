"""Workbooks and CSV files: rows become work items, comments become notes on their cells.

Reading: a file becomes grids of text (`workbook`, `csv_grids`, `sheet_grid`), the table in each
is found by its headings (`plan_table`, `plan_files`), its rows are pulled as raw records
(`plan_rows`, `pull`) and mapped (`mapping`, `row_fields`, `cell_values`). Writing:
`note_sections` formats a comment, `workbook_comments` and `notes/` put it into a workbook,
`csv_comments` and `notes_file` into a file beside a CSV file.
"""
