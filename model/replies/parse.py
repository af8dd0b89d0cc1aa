"""Parsing commands: forgiving of case, order, spacing and language; never guessing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date

from model.replies.commands import Command, CommandKind, NotUnderstood
from model.replies.dates import AmbiguousDate, parse_date
from model.replies.text import command_texts
from model.rules.options import FieldKind

_KINDS = {
    "ack": CommandKind.ACKNOWLEDGE,
    "acknowledge": CommandKind.ACKNOWLEDGE,
    "acknowledged": CommandKind.ACKNOWLEDGE,
    "seen": CommandKind.ACKNOWLEDGE,
    "owner": CommandKind.OWNER,
    "owned by": CommandKind.OWNER,
    "assign": CommandKind.OWNER,
    "escalate": CommandKind.ESCALATE,
    "not ours": CommandKind.NOT_OURS,
    "not our": CommandKind.NOT_OURS,
    "not mine": CommandKind.NOT_OURS,
    "risk": CommandKind.RISK,
    "withdraw": CommandKind.WITHDRAW,
    "withdrawn": CommandKind.WITHDRAW,
    "help": CommandKind.HELP,
    "?": CommandKind.HELP,
}
_CONFLICT = re.compile(r"\bC-[0-9a-f]{10}\b", re.IGNORECASE)
# A field of an option by its name: `name=CDP-12`, `source="Budget of Marketing"`,
# `amount=150,000 EUR`.
_FIELD = re.compile(
    r"""(?<![\w/?&])([a-z]+)\s?=\s?"""
    r"""(?:["“„]([^"“”„]*)["”“]|(-?\d[\d.,]*\s(?-i:[A-Z]{3})\b|[^\s,;]+))""",
    re.IGNORECASE,
)
# Connectors write a mention of the tool as `@[Name](identity)`; people type `@name` or an address.
_MENTION = re.compile(
    r"@\[[^\]]*\]\(([^)\s]+)\)"
    r"|(?<![\w.+\-])@([\w.+\-]+(?:@[\w\-]+\.[\w.\-]+)?)"
    r"|(?<![\w.+\-@])([\w.+\-]+@[\w\-]+\.[\w.\-]*\w)"
)
_NAME_LEADS = re.compile(r"^(?:(?:is|to|by|will be)\b|[:=])\s*", re.IGNORECASE)
_REASON = re.compile(
    r"(?:^|[\s,;.(–-])"
    r"(?:(?:because|since|weil|denn|parce\s+que?|porque|perché|omdat)\b[:,]?|(?:reason|grund)\s*[:=])"
    r"\s*",
    re.IGNORECASE,
)
_MOST_CHARACTERS = 1000
"""Of a command without its reason; a longer text was not meant as one."""
_NEEDS = re.compile(r"\bneeds?\s+(\S+?)(?=[\s,;]|$)", re.IGNORECASE)
_DATE_LEADS = re.compile(
    r"\b(?:to|until|till|til|by|on|for|from|before|bis|zum|zu|auf|am|vom|jusqu['’]?\s?au|au|le|"
    r"hasta|el|al|entro|tot|op)\b",
    re.IGNORECASE,
)
# "as", "is" and dots may belong to a date; these words never do.
_NOISE_AROUND = re.compile(r"\b(?:it|this|please|pls|we|will|bitte)\b|[!();]", re.IGNORECASE)
_NOISE = re.compile(
    r"\b(?:it|this|the|date|please|pls|we|i|will|bitte|our|conflict|as|is)\b|[.,;:!()–\-]",
    re.IGNORECASE,
)


def parse_reply(text: str, options: Collection[str], today: date) -> list[Command | NotUnderstood]:
    """The commands of a reply in a tool; none where it has no `/interlock` of its author's own.

    `options` are the ids of the options of the conflict's rule; a day without its year is the
    next one from `today`.
    """
    return [parse_answer(command, options, today) for command in command_texts(text)]


def named_conflict(text: str) -> str | None:
    """The conflict that a command names; None if it names none."""
    conflict = _CONFLICT.search(_split_reason(unicodedata.normalize("NFKC", text))[0])
    # The digits of an id are written in lower case, whatever a phone made of them.
    return f"C-{conflict[0][2:].lower()}" if conflict else None


def parse_answer(
    text: str,
    options: Collection[str],
    today: date,
    kinds: Mapping[str, FieldKind] | None = None,
) -> Command | NotUnderstood:
    """A single command without its `/interlock`, as it stands in the answer column of a file.

    `kinds` are the fields of the options by name. The value of one of them may have several words:
    it ends where the next one begins, or with the command. Days are one word.
    """
    # Full-width letters and non-breaking blanks come with text from word processors.
    words = " ".join(unicodedata.normalize("NFKC", text).split())
    if not words:
        return Command(CommandKind.HELP)
    try:
        parsed = _parse(words, options, today, kinds or {})
        # What follows the first word of a value may also belong to the command.
        short = _parse(words, options, today, {}) if isinstance(parsed, NotUnderstood) else parsed
    except AmbiguousDate as ambiguous:
        return NotUnderstood(f"{ambiguous} may be two days; write it like {today.isoformat()}")
    return short if isinstance(short, Command) else parsed


def _parse(
    words: str, options: Collection[str], today: date, kinds: Mapping[str, FieldKind]
) -> Command | NotUnderstood:
    asked, reason = _split_reason(words)
    if len(asked) > _MOST_CHARACTERS:
        return NotUnderstood(f"what stands before the reason is over {_MOST_CHARACTERS} characters")
    _, rest = _take(_CONFLICT, asked)
    asked = " ".join(rest.split())
    fields, rest = _take_fields(rest, kinds)
    for name, value in fields.items():
        if kinds.get(name) is FieldKind.DATE:
            if (day := parse_date(value, today)) is None:
                return NotUnderstood(f'"{_shorten(value)}" is no day for {name}')
            fields[name] = day.isoformat()
    mention, rest = _take(_MENTION, rest)
    person = mention and (mention[1] or mention[2] or mention[3])
    kind, option, rest = _take_verb(rest, options)
    if kind is None:
        return NotUnderstood(f'"{_shorten(asked)}" is no command')
    if kind is CommandKind.OWNER and not (mention and mention[1]):
        person, rest = _typed_name(person or "", rest), ""
    needs, rest = _take(_NEEDS, rest) if kind is CommandKind.RISK else (None, rest)
    on, rest = _take_date(rest, today)
    if left := _meaningful(rest):
        return NotUnderstood(f'"{_shorten(left)}" is not understood')
    return Command(
        kind=kind,
        option=option,
        on=on,
        person=person,
        needs=needs[1] if needs else None,
        conflict_id=named_conflict(words),
        reason=reason,
        fields=tuple(sorted(fields.items())),
    )


def _typed_name(first: str, rest: str) -> str | None:
    """The id, the address or the name of an owner, all words of it; None where there is none."""
    words = " ".join(_NOISE_AROUND.sub(" ", rest).split()).strip(" .,;:–-")
    return " ".join(filter(None, (first, _NAME_LEADS.sub("", words)))) or None


def _split_reason(words: str) -> tuple[str, str]:
    """What is asked, and why; the reason may also stand first, up to a comma or semicolon."""
    start = _REASON.search(words)
    if start is None:
        return words, ""
    asked, reason = words[: start.start()].strip(), words[start.end() :].strip()
    if not asked:
        reason, _, asked = (part.strip() for part in _partition_last(reason))
    return asked, reason


def _partition_last(text: str) -> tuple[str, str, str]:
    separators = [text.rfind(mark) for mark in ",;:"]
    at = max(separators)
    return (text[:at], text[at], text[at + 1 :]) if at >= 0 else (text, "", "")


def _take(pattern: re.Pattern[str], text: str) -> tuple[re.Match[str] | None, str]:
    match = pattern.search(text)
    if match is None:
        return None, text
    return match, f"{text[: match.start()]} {text[match.end() :]}"


def _take_fields(text: str, kinds: Mapping[str, FieldKind]) -> tuple[dict[str, str], str]:
    """The fields with their values, and the text without them."""
    long = [name for name, kind in kinds.items() if kind is not FieldKind.DAYS]
    fields: dict[str, str] = {}
    if long:
        ends = rf"(?=[\s,;]+(?:{'|'.join(map(re.escape, kinds))})\s?=|$)"
        names = "|".join(map(re.escape, long))
        pattern = rf"(?<![\w/?&])({names})\s?=\s?(?![\"“„\s])(.+?){ends}"
        for match in re.finditer(pattern, text, re.IGNORECASE):
            fields[match[1].lower()] = match[2].strip(" .,;")
        text = re.sub(pattern, " ", text, flags=re.IGNORECASE)
    for match in _FIELD.finditer(text):
        fields[match[1].lower()] = match[2] or match[3] or ""
    return fields, _FIELD.sub(" ", text)


def _take_verb(text: str, options: Collection[str]) -> tuple[CommandKind | None, str, str]:
    """The kind, the option where it is one, and the text without the verb: the first one in it."""
    verbs = sorted({*_KINDS, *options}, key=len, reverse=True)
    hits = [
        (match.start(), -len(verb), verb, match.end())
        for verb in verbs
        if (match := re.search(rf"(?<!\w){re.escape(verb)}(?!\w)", text, re.IGNORECASE))
    ]
    if not hits:
        return None, "", text
    start, _, verb, end = min(hits)
    rest = f"{text[:start]} {text[end:]}"
    if verb in options:
        return CommandKind.OPTION, verb, rest
    return _KINDS[verb], "", rest


def _take_date(text: str, today: date) -> tuple[date | None, str]:
    phrase = " ".join(_NOISE_AROUND.sub(" ", _DATE_LEADS.sub(" ", text)).split())
    # "in two weeks" reads as one phrase, so its first word is no lead to be left out.
    if phrase and (on := parse_date(phrase, today)):
        return on, ""
    return None, text


def _meaningful(rest: str) -> str:
    """What is left of a command when all words without weight are left out."""
    return " ".join(_NOISE.sub(" ", _DATE_LEADS.sub(" ", rest)).split())


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
