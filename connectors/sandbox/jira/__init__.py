"""The stand-in for Jira Cloud, REST API version 3.

`site` is the state; `build_site` and `recordings` create it from files; `application` lists the
endpoints. The other modules hold the handlers of one subject each, or what they share.
"""
