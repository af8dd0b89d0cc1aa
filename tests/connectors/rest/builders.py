"""A connection to the tracker as it stands in interlock.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from connectors.base import ConnectorContext
from connectors.kit.clock import Clock
from connectors.rest.connector import RestConnector, open_connector
from connectors.rest.settings import RestSettings
from model.operating_model.lookups import ConnectionLookups
from model.records import State
from tests.connectors.rest.tracker import TOKEN

CONNECTION = """
tool: rest
function: it
url: {url}
auth: {{ type: bearer, token_env: TRACKER_TOKEN }}
streams:
  issues:
    path: /issues
    params: {{ state: all, per_page: 2 }}
    paginator: {{ type: link }}
    skip_with: [pull_request]
    changed_at: updated_at
    incremental: {{ param: since, overlap_minutes: 60 }}
    record: work_item
    fields:
      key: "acme/api#{{number}}"
      title: title
      url: html_url
      status: state
      owner: assignee.login
      priority: priority
      planned_start: start_on
      planned_finish: milestone.due_on
      actual_finish: closed_at
      actual_start: began_on
      estimate_days: estimate
      remaining_days: left
      wbs: wbs
      percent_complete: percent
      labels: labels[*].name
      parent: milestone.id
      parent_stream: milestones
      depends_on: blocked_by[*].url
      references_in: [body]
      priorities: {{ Now: critical }}
  milestones:
    path: /milestones
    paginator: {{ type: offset, limit: 2, total: total }}
    records: values
    record: work_item
    fields:
      key: "M{{id}}"
      title: title
      status: state
      planned_finish: due_on
      milestone: true
  sales:
    path: /sales
    paginator: {{ type: cursor, field: next, param: cursor }}
    records: data.items
    function: sales
    changed_at: changed
    record: deal
    fields:
      title: name
      url: link
      owner: seller
      stage: stage
      won: [Won]
      lost: [Lost]
      amount: amount
      always_currency: EUR
      close_date: closes
      probability: probability
      depends_on: needs
  bookings:
    path: /bookings
    paginator: {{ type: page }}
    records: items
    changed_at: changed
    record: spend
    fields:
      title: text
      url: link
      cost_centre: cost_centre
      fiscal_period: period
      purchase_order: order
      kind: type
      kinds: {{ Plan: budget, Ist: actual }}
      amount: money.value
      currency: money.currency
      day: day
      wbs: wbs
"""

LOOKUPS = ConnectionLookups(
    statuses={"open": State.PLANNED, "closed": State.DONE},
    functions=frozenset({"it", "sales"}),
    initiatives={"cdp": "cdp"},
)


def settings(url: str = "https://tracker.example", **own: Any) -> RestSettings:
    return RestSettings.model_validate(yaml.safe_load(CONNECTION.format(url=url)) | own)


def connect(url: str, token: str = TOKEN, **own: Any) -> RestConnector:
    environment = {"TRACKER_TOKEN": token}
    context = ConnectorContext("tracker", Path(), environment, LOOKUPS)
    return open_connector(settings(url, **own), context, Clock(sleep=lambda _: None))
