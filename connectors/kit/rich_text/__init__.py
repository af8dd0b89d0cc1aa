"""The text of a comment in each tool's format, from one text model.

`lines` flattens a `CommentContent` to lines of spans and shortens them to a tool's limit; each
other module renders those lines: `adf` (Jira Cloud), `markdown`,
`chatter` (Salesforce), `plain` (files and cell notes). Text comes from tools, so every renderer
escapes it.
"""
