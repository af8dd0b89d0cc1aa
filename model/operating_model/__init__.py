"""How the organisation decides: functions, people, roles, workflows with gates, decision
rights, escalation path, calendar and rule parameters, read from versioned YAML.

`schema` is the shape of the YAML, `load` reads and validates it whole, `rights` and
`escalation` answer who may decide and by when, `calendar` counts working days.
"""
