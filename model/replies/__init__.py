"""Replies to Interlock's comments: from what a person wrote to what they mean by it."""

from model.replies.commands import Command, CommandKind, NotUnderstood
from model.replies.parse import parse_answer, parse_reply

__all__ = ["Command", "CommandKind", "NotUnderstood", "parse_answer", "parse_reply"]
