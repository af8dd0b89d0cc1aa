"""Salesforce: opportunities become deals, remarks become Chatter posts on the deal's feed.

Bulk reading, tokens and Chatter go through `connectors.http`; simple-salesforce answers what an
org is like (describe, small queries). The way in is `connector`; nothing here writes to an
opportunity itself.
"""
