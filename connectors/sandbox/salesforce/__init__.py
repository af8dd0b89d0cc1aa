"""The stand-in for Salesforce: REST API v60.0 and later, SOQL, Chatter through the Connect API.

`org` is the state, `objects` its fields; `build_org` creates it from a file; `application` lists
the endpoints. The other modules hold the handlers of one subject each, or what they share.
"""
