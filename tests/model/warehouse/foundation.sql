-- A warehouse as revision 0001 left it: rows in every table, written by the code of that time.
insert into record (ref, connection, stream, kind, native_id, landed_id, touched_at) values
    ('jira:work_item:10042', 'jira', 'issues', 'work_item', '10042', '10042', '2026-03-02 08:00Z'),
    ('jira:work_item:10043', 'jira', 'issues', 'work_item', '10043', '10043', null),
    ('crm:deal:006A', 'crm', 'deals', 'deal', '006A', '006A', null),
    ('erp:spend:4711-1', 'erp', 'lines', 'spend', '4711-1', '4711-1', null);
update record set parent_id = 2 where id = 1;

insert into landing (connection, stream, native_id, payload, digest, landed_at, seq) values
    ('jira', 'issues', '10042', '{"key": "CDP-12"}', sha256('{"key": "CDP-12"}'), '2026-03-02Z', 1);
insert into cursor values ('jira', 'issues', 'map', '{"seq": 1, "mapping": "old"}', '2026-03-02Z'),
  ('jira', '*', 'pull', '{"to_the_end": true}', '2026-03-02Z');
insert into quarantine (connection, stream, native_id, reason, remedy, stage, held, first_seen)
    values ('jira', 'issues', '9', 'no such date', 'Correct it', 'map', true, '2026-03-02Z');
insert into alias values ('CDP-12', 1), ('CDP-1', 2), ('Renewal', 3);
insert into claim values
    (1, 'CDP-1', 'predecessor', 0, 'link', 'issue link', 0),
    (1, 'CDP-99', 'predecessor', 0, 'field', 'column "Needs"', 2);
insert into dependency values (2, 1, 0, 0, 1, 'issue link');
insert into dangling values (1, 'CDP-99', 'column "Needs"');
insert into forecast values
    (1, '2026-03-02', '2026-03-06', '2026-03-09', '2026-03-13', 5, 5, 2, 0);

insert into work_item values (
    1, '2026-03-01 09:00Z', '2026-03-02 09:00Z', null, '\x01', 'CDP-12', 'Profile service',
    'https://jira.example/browse/CDP-12', 'it', 'Jira "Due date"',
    '[{"target": "CDP-99", "role": "predecessor", "origin": "field", "place": "column \"Needs\"",
       "type": 0, "lag_days": 2, "written": "cdp-99"},
      {"target": "CDP-1", "role": "predecessor", "origin": "link", "place": "issue link",
       "type": 0, "lag_days": 0}]',
    'ada', 1, 'In Progress', 2, '2026-03-02', '2026-04-01', '2026-03-02', null, 8, 3, 40, false,
    'jira:work_item:10043', 'portal', '{go-live,phase 1}', 'd-4711');
insert into work_item values (
    2, '2026-03-01 09:00Z', '2026-03-02 09:00Z', null, '\x02', 'CDP-1', 'Profile', null, 'it', '',
    '[]', null, 0, 'To Do', null, null, null, null, null, null, null, null, false, null, null,
    '{}', null);
insert into deal values (
    3, '2026-03-01 09:00Z', '2026-03-02 09:00Z', null, '\x03', 'Renewal', 'Renewal', null,
    'marketing', 'Close Date', '[]', '005A', 'open', 'Talks', 1250.50, 'EUR', '2026-04-30', 60);
insert into spend values (
    4, '2026-03-01 09:00Z', '2026-03-02 09:00Z', null, '\x04', '4711', 'Licences', null,
    'it', '', '[]', 'budget', 90000, 'EUR', '2026-01-01', '2026-01', 'CC-7', 'D-4711', null);

insert into conflict values (
    'C-0123456789', 'late_handover', '{jira:work_item:10042}', 'decided', 2, '{it,sales}', '{1}',
    '{1,3}', '{
        "id": "C-0123456789", "status": "decided",
        "finding": {
            "rule": "late_handover", "about": ["jira:work_item:10042"], "severity": 2,
            "functions": ["it", "sales"], "subjects": [1], "comment_on": [1, 3],
            "impact": {"days": 4, "items": 1, "value": [{"currency": "EUR", "amount": "1250.50"}]},
            "needed_by": "2026-03-27",
            "chain": [{"record_id": 1, "planned": "2026-04-01", "forecast": "2026-04-02",
                       "source": "Jira \"Due date\"", "why": "", "done": false}],
            "downstream": [3], "facts": [["late by", "4 days"]], "found_on": "2026-03-02"},
        "wording": {"title": "Late", "explanation": ["CDP-12 is late."], "question": "Move it?"},
        "standing": {
            "level": 2, "level_name": "heads",
            "authority": {"role": "coo", "role_name": "COO", "person": "cy", "person_name": "Cy"},
            "decide_by": "2026-03-06", "otherwise": "it stays undecided", "overdue": true},
        "opened_at": "2026-03-02T09:00:00Z", "changed_at": "2026-03-03T09:00:00Z",
        "due_from": null, "resolved_at": null,
        "decision": {"verdict": "accept", "person": "cy", "person_name": "Cy", "reason": "agreed",
                     "severity": 2, "decided_at": "2026-03-03T09:00:00Z"}}',
    '2026-03-02 09:00Z', '2026-03-03 09:00Z', null);
insert into conflict_event (conflict_id, event, at, details) values
    ('C-0123456789', 'opened', '2026-03-02 09:00Z', '{"severity": 2}'),
    ('C-0123456789', 'decided', '2026-03-03 09:00Z', '{"verdict": "accept", "person": "cy"}');
insert into decision (conflict_id, verdict, person, role, right_id, reason, channel, severity,
                      decided_at)
    values ('C-0123456789', 'accept', 'cy', 'coo', 'all', 'agreed', 'cli', 2, '2026-03-03 09:00Z');
insert into comment values (
    'C-0123456789', 1, '100', 'abc', 'decided', null, '2026-03-02 09:00Z', '2026-03-03 09:00Z');
insert into operating_model_version values ('f1', '2026-03-01 09:00Z', '{}');
