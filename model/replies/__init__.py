"""Replies to Interlock's comments: from what a person wrote to what they mean by it."""

from model.replies.commands import Command, CommandKind, NotUnderstood
from model.replies.parse import named_conflict, parse_answer, parse_reply

__all__ = [
    "Command",
    "CommandKind",
    "NotUnderstood",
    "named_conflict",
    "parse_answer",
    "parse_reply",
]
