"""Salesforce: opportunities become deals; comments become Chatter posts on the deal's feed.

Bulk reading, tokens and Chatter go through `connectors.kit.client`; simple-salesforce describes an
org (fields, small queries). The entry point is `connector`. Nothing here writes to an opportunity.
"""
