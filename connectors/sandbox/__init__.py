"""Stand-ins for Jira Cloud, Salesforce and GitHub: stateful, over HTTP, each on its own origin.

Connectors send them the requests that they send to the real tools: paths, pagination, errors and
shapes are the same. `running_sandbox` starts them in a thread; `python -m connectors.sandbox` runs
them until interrupted. `README.md` describes the files they load, the faults that can be injected,
and the settings below `/_sandbox/`. Nothing here imports `model`; this package and `pipelines.demo`
alone need the libraries of the extra `demo`.
"""

from connectors.sandbox.server import Sandbox, running_sandbox

__all__ = ["Sandbox", "running_sandbox"]
