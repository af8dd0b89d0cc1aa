"""Jira Cloud: pulls issues with their changelogs and releases, and writes comments on issues.

`pull` and `issue_batches` read; `mapping`, with `history`, `states` and `stated_dependencies`, maps
an issue to a work item; `comments` writes. Bulk reading and all writing go through
`connectors.kit.client`. The `jira` library is used for identity and metadata only (`access`),
because it repeats writes.
"""
