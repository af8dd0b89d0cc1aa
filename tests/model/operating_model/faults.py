"""Faults of an operating model: a passage and its replacement, the words on whose line the
problem has to be reported, and parts of its message and remedy."""

from typing import get_args

from model.operating_model.schema import Weekday
from tests.model.operating_model.small_model import SMALL, line_of

FAULTS = {
    "a key nobody knows": (
        ("    name: IT\n", "    nane: IT\n"),
        "nane: IT",
        'functions "it" has an unknown key "nane"',
        'Did you mean "name"?',
    ),
    "a key nobody knows at the top": (
        ("time_zone:", "timezone:"),
        "timezone:",
        'the model has an unknown key "timezone"',
        'Did you mean "time_zone"?',
    ),
    "a missing key": (
        ("    name: IT\n", ""),
        "- id: it\n",
        'functions "it" lacks "name"',
        "Add a line `name: …` to it.",
    ),
    "a number for a text": (
        ("name: Ada", "name: 42"),
        "name: 42",
        'people "ada", name: input should be a valid string',
        "quotes",
    ),
    "an id with blanks": (
        ("- id: portal", "- id: Our Portal"),
        "- id: Our Portal",
        "initiatives",
        "lower-case letters",
    ),
    "a text for a list": (
        ("labels: [portal]", "labels: portal"),
        "labels: portal",
        "valid tuple",
        "Write a list",
    ),
    "a date that does not exist": (
        ("closed: [2026-12-24]", "closed: [2026-02-30]"),
        "closed:",
        'calendars "hamburg", closed entry 1',
        "Correct the value.",
    ),
    "an unknown state": (
        ("Doing: in progress", "Doing: in progres"),
        "Doing:",
        '"in progres" is no shared state',
        'Did you mean "in progress"?',
    ),
    "an amount without currency": (
        ("value: 100000 EUR", "value: 100000"),
        "value: 100000",
        '"100000" is not an amount with its currency, like "250000 EUR"',
        "three letters of the currency",
    ),
    "a gate that recognises nothing": (
        ("before: {labels: [go-live]}", "before: {}"),
        "before: {}",
        "recognises no work at all",
        "title_words",
    ),
    "a time zone that does not exist": (
        ("time_zone: Europe/Berlin", "time_zone: Europe/Hamburg"),
        "time_zone:",
        '"Europe/Hamburg" is no time zone',
        "Europe/Berlin",
    ),
    "a time zone that is a whole continent": (
        ("time_zone: Europe/Berlin", "time_zone: Europe"),
        "time_zone:",
        '"Europe" is no time zone',
        "Europe/Berlin",
    ),
    "a country that does not exist": (
        ("country: DE", "country: DX"),
        "country:",
        'no holidays are known for the country "DX"',
        "Use one of: ",
    ),
    "a region that does not exist": (
        ("subdivision: HH", "subdivision: HX"),
        "subdivision:",
        'DE has no region "HX"',
        "HH, ",
    ),
    "a week without work": (
        (
            "    closed: [2026-12-24]\n",
            f"    weekend: [{', '.join(get_args(Weekday))}]\n",
        ),
        "- id: hamburg",
        "no day of the week is worked",
        "weekend",
    ),
    "a day both closed and open": (
        ("open: [2026-12-05]", "open: [2026-12-24]"),
        "- id: hamburg",
        "2026-12-24 is both closed and open",
        "one of the two",
    ),
    "a head that is no role": (
        ("    head: cio", "    head: chai"),
        "head: chai",
        'functions "it", head names "chai", which is not among the roles',
        'Did you mean "chair"?',
    ),
    "a holder that is no person": (
        ("holder: cleo", "holder: clea"),
        "holder: clea",
        'roles "chair", holder names "clea", which is not among the people',
        'Did you mean "cleo"?',
    ),
    "a deputy that is no person": (
        ("deputy: dan", "deputy: zoe"),
        "deputy: zoe",
        "not among the people",
        "Use one of: ada, ben, cleo, dan.",
    ),
    "a function that does not exist": (
        ("function: marketing", "function: market"),
        "function: market",
        "not among the functions",
        'Did you mean "marketing"?',
    ),
    "a connection that does not exist": (
        ("connections: [jira]", "connections: [jura]"),
        "connections: [jura]",
        'workflows "delivery", connections entry 1 names "jura"',
        'Did you mean "jira"?',
    ),
    "an identity in a connection that does not exist": (
        ("sheet: Ben", "sheets: Ben"),
        "sheets: Ben",
        'people "ben", identities names "sheets"',
        'Did you mean "sheet"?',
    ),
    "an initiative that does not exist": (
        ("initiatives: [cdp]", "initiatives: [cpd]"),
        "initiatives: [cpd]",
        "not among the initiatives",
        'Did you mean "cdp"?',
    ),
    "a gate of a function that does not exist": (
        ("        function: it\n", "        function: audit\n"),
        "        function: audit",
        'gates "audit", function names "audit", which is not among the functions',
        "Use one of",
    ),
    "a gate that no role decides": (
        ("authority: cio", "authority: ciso"),
        "authority: ciso",
        "not among the roles",
        'Did you mean "cio"?',
    ),
    "a calendar that does not exist": (
        ("calendar: hamburg\ncalendars:", "calendar: bremen\ncalendars:"),
        "calendar: bremen",
        'calendar names "bremen", which is not among the calendars',
        "Use one of: hamburg.",
    ),
    "a right of a role that does not exist": (
        ("    role: chair\nescalation", "    role: char\nescalation"),
        "role: char",
        'decision_rights "steering", role names "char"',
        'Did you mean "chair"?',
    ),
    "a right for a rule that does not exist": (
        ("rules: [late_handover]\n    role: cmo", "rules: [late_handovers]\n    role: cmo"),
        "rules: [late_handovers]",
        'decision_rights "marketing-medium", rules entry 1 names "late_handovers"',
        'Did you mean "late_handover"?',
    ),
    "parameters of a rule that does not exist": (
        ("  late_handover:\n", "  late_hand:\n"),
        "late_hand:",
        'rules names "late_hand", which is not among the rules',
        'Did you mean "late_handover"?',
    ),
    "parameters for all rules": (
        ("  late_handover:\n", "  all:\n"),
        "  all:",
        'rules names "all"',
        "Use one of: funding_gap, late_handover.",
    ),
    "a parameter that its rule does not know": (
        ("min_days: 2", "min_day: 2"),
        "min_day: 2",
        'rules, late_handover has an unknown key "min_day"',
        'Did you mean "min_days"?',
    ),
    "a parameter of the wrong kind": (
        ("min_days: 2", "min_days: soon"),
        "min_days: soon",
        "rules, late_handover, min_days",
        "Correct the value.",
    ),
    "an id given twice": (
        ("- id: portal", "- id: cdp"),
        "- id: cdp\n    name: Portal",
        f'the initiative "cdp" is given twice, first in model.yaml:{line_of(SMALL, "- id: cdp")}',
        "use another name",
    ),
    "a label of two initiatives": (
        ("labels: [portal]", "labels: [CDP]"),
        "labels: [CDP]",
        'the label "CDP" is given twice',
        "Keep it in one place",
    ),
    "an identity of two people": (
        ("jira: acc-ben", "jira: acc-ada"),
        "jira: acc-ada\n      sheet",
        'the identity in jira "acc-ada" is given twice',
        "Keep it in one place",
    ),
    "an e-mail address of two people": (
        ("ben@small.example", "Ada@small.example"),
        "Ada@small.example",
        'the e-mail address "Ada@small.example" is given twice',
        "Keep it in one place",
    ),
    "a key that stands twice": (
        ("    name: IT\n", "    name: IT\n    name: Information\n"),
        "name: Information",
        '"name" stands twice, first in model.yaml:12',
        "Keep one of the two.",
    ),
    "a list that stands twice in one file": (
        ("rules:\n  late", "functions: []\nrules:\n  late"),
        "functions: []",
        '"functions" stands twice, first in model.yaml:10',
        "Keep one of the two.",
    ),
    "a status of two states in one connection": (
        (
            "connections: [sheet]\n    statuses:\n",
            "connections: [jira]\n    statuses:\n      done: planned\n",
        ),
        "done: planned",
        '"done" of jira means two states, done and planned',
        "Decide for one.",
    ),
    "an escalation path without levels": (
        (
            SMALL[SMALL.index("escalation_path:") : SMALL.index("rules:\n  late")],
            "escalation_path: []\n",
        ),
        "escalation_path: []",
        "escalation_path",
        "Name at least one.",
    ),
    "a first level with a role": (
        ("- name: Accountable role\n", "- name: Accountable role\n    role: cio\n"),
        "role: cio\n    within",
        'the first level "Accountable role" names a role',
        "Leave the role out",
    ),
    "a later level without a role": (
        ("- name: Marketing board\n    role: cmo\n", "- name: Marketing board\n"),
        "- name: Marketing board",
        'level "Marketing board" goes to nobody',
        "Give it the role",
    ),
    "a level whose role may decide nothing": (
        ("rules: [late_handover]\n    role: cmo", "rules: [late_handover]\n    role: chair"),
        "role: cmo\n    within",
        'goes to "cmo", which may decide nothing',
        "Give the role a decision right.",
    ),
    "a level without a time for a severity": (
        (
            "- name: Accountable role\n    within: {critical: 1, high: 2, medium: 3, low: 5}",
            "- name: Accountable role\n    within: {critical: 1, high: 2, low: 5}",
        ),
        "within: {critical: 1, high: 2, low: 5}",
        "no time to decide for medium",
        "Add working days for medium.",
    ),
    "a severity that does not exist": (
        (
            "- name: Accountable role\n    within: {critical: 1, high: 2, medium: 3, low: 5}",
            "- name: Accountable role\n    within: {criticl: 1, high: 2, medium: 3, low: 5}",
        ),
        "within: {criticl",
        '"criticl" is no severity',
        'Did you mean "critical"?',
    ),
    "a level without time": (
        (
            "- name: Accountable role\n    within: {critical: 1,",
            "- name: Accountable role\n    within: {critical: 0,",
        ),
        "within: {critical: 0",
        "greater than 0",
        "Correct the value.",
    ),
    "a kind of conflict that nobody may decide at any size": (
        ("rules: [all]", "rules: [funding_gap]"),
        "decision_rights:",
        "a large conflict of late_handover may be decided by nobody",
        "Add a right for it without up_to and functions.",
    ),
    "a forum without members": (
        ("members: [cio, ben]", "members: []"),
        "members: []",
        'forums "round", members',
        "Name at least one.",
    ),
    "a member of a forum that is no role and no person": (
        ("members: [cio, ben]", "members: [cio, bem]"),
        "members: [cio, bem]",
        'forums "round", members entry 2 names "bem", which is not among the roles and people',
        'Did you mean "ben"?',
    ),
    "a chair that is no role and no person": (
        ("chair: cio", "chair: cido"),
        "chair: cido",
        'forums "round", chair names "cido"',
        'Did you mean "cio"?',
    ),
    "a forum for a level that does not exist": (
        ("levels: [Marketing board]", "levels: [Marketing bord]"),
        "levels: [Marketing bord]",
        'levels entry 1 names "Marketing bord", which is not among the levels',
        'Did you mean "Marketing board"?',
    ),
    "a forum for a rule that does not exist": (
        ("rules: [late_handover], levels", "rules: [late_handovr], levels"),
        "rules: [late_handovr], levels",
        'rules entry 1 names "late_handovr", which is not among the rules',
        'Did you mean "late_handover"?',
    ),
    "a forum of an unknown severity": (
        ("levels: [Marketing board]", "min_severity: higher"),
        "min_severity: higher",
        'forums "round", scope, min_severity',
        "Correct the value.",
    ),
    "a meeting at no time of day": (
        ('at: "10:00"', "at: 1000"),
        "at: 1000",
        '"1000" is no time of day',
        "like 09:30",
    ),
    "a meeting every second week of no first one": (
        (", starting: 2026-03-03", ""),
        "every: two weeks",
        "nothing says in which of two weeks it meets",
        "Add `starting:`",
    ),
    "a first meeting on another weekday": (
        ("starting: 2026-03-03", "starting: 2026-03-04"),
        "starting: 2026-03-04",
        "2026-03-04 is no tuesday",
        "on which the forum meets",
    ),
    "a monthly forum in no week": (
        ("every: two weeks", "every: month"),
        "every: month",
        '"week" belongs to a monthly forum',
        "week: first",
    ),
    "a deputy whom nobody knows": (
        ("email: dan@small.example\n", "email: dan@small.example\n    deputy: eve\n"),
        "deputy: eve",
        'people "dan", deputy names "eve", which is not among the people',
        "Use one of: ada, ben, cleo, dan.",
    ),
    "a person who is their own deputy": (
        ("email: dan@small.example\n", "email: dan@small.example\n    deputy: dan # own\n"),
        "deputy: dan # own",
        'the deputies of "dan" lead back to them: dan, dan',
        "Name another deputy, or none.",
    ),
    "deputies in a circle": (
        (
            "email: cleo@small.example\n  - id: dan\n    name: Dan\n",
            (
                "email: cleo@small.example\n    deputy: dan # back\n"
                "  - id: dan\n    name: Dan\n    deputy: cleo\n"
            ),
        ),
        "deputy: dan # back",
        'the deputies of "cleo" lead back to them: cleo, dan, cleo',
        "Name another deputy, or none.",
    ),
    "an absence that ends before it begins": (
        (
            "email: dan@small.example\n",
            "email: dan@small.example\n    absences: [{from: 2026-12-04, to: 2026-12-01}]\n",
        ),
        "absences:",
        'people "dan", absences entry 1: ends on 2026-12-01, before it begins',
        "Exchange the two days.",
    ),
    "an absence without its last day": (
        (
            "email: dan@small.example\n",
            (
                "email: dan@small.example\n    absences:\n      - until: 2026-12-01\n"
                "        from: 2026-11-01\n"
            ),
        ),
        "until: 2026-12-01",
        'people "dan", absences entry 1 has an unknown key "until"',
        "Use one of: from, to.",
    ),
    "an agreement that is neither one nor both": (
        ("up_to: {days: 20}", "up_to: {days: 20}\n    agreement: all"),
        "agreement: all",
        'decision_rights "marketing-medium", agreement',
        "",
    ),
    "an agreement by a role that speaks for no function": (
        ("rules: [all]", "rules: [all]\n    agreement: both"),
        "agreement: both",
        'its role "chair" speaks for no function',
        "Name a role with a function, or leave the agreement out.",
    ),
    "an agreement about the functions of others": (
        (
            "role: cmo\n    up_to: {days: 20}",
            "role: cmo\n    functions: [it]\n    agreement: both\n    up_to: {days: 20}",
        ),
        "functions: [it]\n    agreement",
        'its role "cmo" speaks for none of its functions',
        "Add marketing to its functions.",
    ),
    "an alias": (
        ("labels: [portal]", "labels: *names"),
        "labels: *names",
        "cannot be read: an alias stands for a value",
        "nothing else in this file",
    ),
    "a tag that would construct something": (
        ("name: Ada", "name: !!python/name:os.system ada"),
        "name: !!python",
        "could not determine a constructor",
        "Write a plain value without a tag.",
    ),
    "a line that is not YAML": (
        ("name: Ada", "name: [Ada"),
        "email: ada",
        "cannot be read: ",
        "nothing else in this file",
    ),
}
