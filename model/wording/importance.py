"""How important the lines of a comment are: those of a higher number stay longer."""

HEADING = 200
AGE = 190
ANSWER = 185
DECIDER = 180
PROPOSALS = 170
UNCONFIRMED = 165
ORIGIN = 160
ABSENCE = 115
REOPENED = 110
STATEMENTS = 105
FIRST_REASON = 100
QUESTION = 90
FURTHER_REASON = 80
"""Of the second reason; each further one is less important by one."""
BESIDES = 20
"""Whatever people said and are told about a decided conflict."""
WHAT_IT_WAS = 10
FOOTER = 0
