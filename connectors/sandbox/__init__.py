"""Stand-ins for Jira Cloud and Salesforce: stateful, over HTTP, each on an origin of its own.

Tests and the demo talk to them as the connectors would talk to the real tools: the same paths,
paging, errors and shapes. `running_sandbox` starts both in a thread; `python -m
connectors.sandbox` does so until interrupted. `README.md` describes the files it loads, the
faults it can be told to make and the switches below `/_sandbox/`. Nothing here knows the model.
"""

from connectors.sandbox.server import Sandbox, running_sandbox

__all__ = ["Sandbox", "running_sandbox"]
