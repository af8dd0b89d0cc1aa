"""What Interlock knows of JSON APIs that are connected by configuration."""

from __future__ import annotations

from connectors.base import Tool, open_with
from connectors.rest.mapping import MAPPING_VERSION
from connectors.rest.settings import RestSettings

_EXAMPLE = """\
  tracker:
    tool: rest                              # any JSON API with lists; read only
    function: it
    url: https://tracker.example/api
    auth: { type: bearer, token_env: TRACKER_TOKEN }   # or basic, header, none
    streams:
      tasks:
        path: /tasks
        params: { sort: changed }
        paginator: { type: link }           # or next_url, cursor, offset, page, single
        records: $                          # where the list is in the answer; $ is the whole of it
        id: id
        changed_at: updated_at
        incremental: { param: since }       # asks only for what changed; leave out to read it all
        record: work_item                   # or deal, spend
        fields:                             # field: path in a record, or a text with {paths}
          key: "T-{number}"
          title: title
          url: html_url
          status: state
          statuses: { open: planned, doing: in progress, closed: done }   # or in operating_model/
          owner: assignee.login
          planned_finish: due_on
          labels: labels[*].name
          depends_on: blocked_by[*].key
"""

_PERMISSIONS = """\
An account or token that may read the lists which the streams name. Nothing is ever written, so
read access is enough; findings about its records appear in the other tools and in Dagster.
"""

TOOL = Tool(
    name="rest",
    title="Any JSON API",
    settings=RestSettings,
    open=open_with("connectors.rest.connector:open_connector"),
    mapping_version=MAPPING_VERSION,
    example=_EXAMPLE,
    permissions=_PERMISSIONS,
)
