"""A stand-in for GitHub: issues, milestones, sub-issues, dependencies and comments.

The API is below `/api/v3` as on GitHub Enterprise Server, the pages for people at their own paths.
"""
