"""`python -m connectors.sandbox`: the stand-ins, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
from pathlib import Path

from connectors.sandbox.server import serve_until_stopped


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m connectors.sandbox", description=__doc__)
    parser.add_argument("--jira-port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--salesforce-port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--github-port", type=int, default=0, help="0 takes a free port")
    parser.add_argument(
        "--load", type=Path, help="folder with jira.json, salesforce.json and github.json"
    )
    parser.add_argument("--state", type=Path, help="folder in which changes are saved")
    arguments = parser.parse_args()
    serve_until_stopped(
        load=arguments.load,
        state=arguments.state,
        jira_port=arguments.jira_port,
        salesforce_port=arguments.salesforce_port,
        github_port=arguments.github_port,
    )


if __name__ == "__main__":
    main()
