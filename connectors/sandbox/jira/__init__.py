"""The stand-in for Jira Cloud, REST API version 3.

`site` is the state, `files` and `recorded` load it, `application` puts the endpoints together;
the other modules hold the endpoints of one subject each.
"""
