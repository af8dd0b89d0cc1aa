"""What connectors share; a new connector is mostly a composition of these parts.

- `connector`: what every connector over HTTP does alike
- `streams`, `stream_records`: a list of records as the pages of a pull
- `mapping`, `stated_dependencies`, `visibility`: what mappings and pulls of several tools share
- `client`, `paginators`, `conventions`, `exceptions`, `rate_limits`, `clock`: HTTP
- `auth`, `signed_tokens`: ways to sign in
- `cursors`: incremental reading with an overlap window
- `comments`, `markdown_comments`: stores of comments
- `posting`: exactly one comment per conflict and record, also after a lost answer
- `rich_text`: one text model rendered for each tool
- `delimited_text`: decoding CSV files and exports; what their readers share
- `files`, `formulas`: replacing files that other programs may have open
- `known_functions`, `plausible`, `addresses`: checks of settings and values

What only one tool needs does not belong here.
"""
