"""Workbooks and CSV files: rows become work items, remarks become notes on their cells.

A file goes through four rooms: it is read into grids of text (`workbook`, `delimited`), its table
is found by the headings (`table`), its rows are landed (`rows`, `pull`) and mapped (`mapping`,
`values`). Comments go the other way: `sections` words them, `notes/` puts them into a workbook's
package without touching anything else, `notes_file` into a file beside a CSV.
"""
