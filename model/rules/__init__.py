"""The rules: each finds one kind of conflict in the columns of a plan and words it.

A rule is a module that exports `RULE`, a `Rule`: its name, its title, its `Parameters` (set in
the operating model under `rules`), `find` over a `RuleContext`, `word` for one finding, and the
options among which a conflict of it is decided. A package brings one rule or a folder of them
by an entry point of the group `interlock.rules` that names the module or the folder:

    [project.entry-points."interlock.rules"]
    capacity = "acme_rules.overcommitted"

Nothing else names a rule: checks in Dagster, the validation of the operating model and the form
for decisions follow from what is installed (`discovery`). `builtin` holds the rules that come
with Interlock.

What a rule is written with:

- `rule`          the declaration; `severity` the scale by which findings are graded; `options`
- `context`       what `find` is given: the plan, the operating model, text on demand
- `columns`       rows, groups, money and working days of the plan's columns
- `dependencies`  who waits for whom, by when, and how late it is
- `impact`        what a late item moves downstream
- `spend`, `fiscal`  spend lines by WBS, fiscal years and quarters
- `drafts`, `chain`  findings of rows, completed with references and the chain that explains them
- `words`         dates, amounts, items and lists as text
"""

from model.rules.context import RuleContext
from model.rules.discovery import installed_rules
from model.rules.options import Option, OptionField
from model.rules.rule import FunctionNames, Rule
from model.rules.rule_set import BrokenPlugin, RuleFailure, RuleSet
from model.rules.severity import RuleParameters

__all__ = [
    "BrokenPlugin",
    "FunctionNames",
    "Option",
    "OptionField",
    "Rule",
    "RuleContext",
    "RuleFailure",
    "RuleParameters",
    "RuleSet",
    "installed_rules",
]
