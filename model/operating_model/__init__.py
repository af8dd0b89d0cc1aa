"""How the organisation decides: functions, people, roles, workflows with gates, decision
rights, escalation path, calendar and rule parameters, read from versioned YAML.

`schema` is the shape of the YAML. `load` reads it (`documents`) and validates it whole: its
shape (`shape`), its references (`references`), and whether its parts fit together (`coherence`).
`rights` and `escalation` answer who may decide and by when, `people` who is who in a tool,
`calendar` counts working days, `lookups` is what the mapping of a connection needs.
"""
