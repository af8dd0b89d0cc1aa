"""The stand-in for Salesforce: REST API v60.0 and later, SOQL, Chatter through the Connect API.

`org` is the state, `objects` what fields there are, `files` loads it, `application` puts the
endpoints together; the other modules hold the endpoints of one subject each.
"""
