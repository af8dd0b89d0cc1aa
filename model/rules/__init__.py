"""The rules: each a file that finds one kind of conflict in the columns of a plan and words it.

A rule file holds its `Parameters` (from the operating model, under `rules`), `find` over a
`RuleContext`, and `word` for one finding. The other files are what several rules
share. To add a rule, write its file and enter it in `registry`.
"""

from model.rules.context import RuleContext
from model.rules.registry import RULES, find_all, word
from model.rules.rule import FunctionNames, Rule

__all__ = ["RULES", "FunctionNames", "Rule", "RuleContext", "find_all", "word"]
