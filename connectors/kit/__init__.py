"""What connectors share; a new connector is mostly a composition of these parts.

- `client`, `auth`, `paginators`, `conventions`, `exceptions`, `rate_limits`, `clock`: HTTP
- `cursors`: incremental reading with an overlap window
- `posting`: exactly one comment per conflict and record, also after a lost answer
- `rich_text`: one text model rendered for each tool
- `delimited_text`: decoding CSV files and exports; what their readers share
- `files`, `formulas`: replacing files that other programs may have open
- `known_functions`, `plausible`, `addresses`: checks of settings and values

What only one tool needs does not belong here.
"""
