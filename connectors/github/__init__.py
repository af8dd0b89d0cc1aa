"""GitHub issues and milestones over the REST API.

`pull` reads them through `api`, `mapping` turns issues into work items (`milestones`,
`stated_dependencies` beside it), `comments` writes to issues, and `auth` signs in.
"""
