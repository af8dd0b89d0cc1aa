"""Jira Cloud: issues with their past and releases are pulled; issues are commented on.

`pull` and `bodies` read, `mapping` with `history`, `states` and `claims` turns an issue into a
work item, `comments` writes. Bulk reading and all writing go through `connectors.http`; the
`jira` library is asked for identity and metadata only (`access`), for it repeats writes.
"""
