"""Replies as people write them, and what they are taken for."""

from __future__ import annotations

from datetime import date

import pytest

from model.replies import (
    Command,
    CommandKind,
    NotUnderstood,
    named_conflict,
    parse_answer,
    parse_reply,
)
from model.rules.options import FieldKind

TODAY = date(2026, 11, 21)
FEB_15 = date(2027, 2, 15)
OPTIONS = ("finish", "move", "accept", "dismiss")


def option(option_id: str, on: date | None = None, reason: str = "") -> Command:
    return Command(CommandKind.OPTION, option_id, on, reason=reason)


@pytest.mark.parametrize(
    "text",
    [
        "/interlock move 2027-02-15 because the vendor slipped",
        "/Interlock MOVE to 15.2.2027, because the vendor slipped",
        "/interlock   move   15 Feb 2027   because   the vendor slipped",
        "/interlock move it to February 15, 2027 because the vendor slipped",
        "/interlock 2027-02-15 move because the vendor slipped",
        "/interlock move auf 15. Februar 2027 weil the vendor slipped",
        "/interlock move au 15 février 2027 parce que the vendor slipped",
        "/interlock move al 15 de febrero de 2027 porque the vendor slipped",
        "/interlock: move 15/02/2027 reason: the vendor slipped",
        "/ interlock move 15-Feb-2027 because: the vendor slipped",
        "/interlock please move this to 15 Feb because the vendor slipped",
        "**/interlock move 2027-02-15 because the vendor slipped".replace("**", "* "),
        "/interlock because the vendor slipped, move 2027-02-15",
        "/interlock\u00a0move\u00a02027-02-15 because the vendor slipped",
        "Hi all,\n\n/interlock move 2027-02-15\nbecause the vendor slipped\n\nBest, Anna",
        "> /interlock accept\n/interlock move 2027-02-15 because the vendor slipped",
        "```\n/interlock accept\n```\n/interlock move 2027-02-15 because the vendor slipped",
        "{code}\n/interlock accept\n{code}\n/interlock move 2027-02-15 because the vendor slipped",
        "{quote}/interlock accept{quote}\n/interlock move 2027-02-15 because the vendor slipped",
        "bq. /interlock accept\n/interlock move 2027-02-15 because the vendor slipped",
        "/interlock move 15.02.27 because the vendor slipped",
        "/interlock move 2027/02/15 because the vendor slipped",
        "/interlock move to the 15th of February 2027 because the vendor slipped",
    ],
)
def test_many_ways_to_move_a_date(text: str) -> None:
    assert parse_reply(text, OPTIONS, TODAY) == [option("move", FEB_15, "the vendor slipped")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("accept until 2026-12-24", option("accept", date(2026, 12, 24))),
        ("Accept until 24 Dec.", option("accept", date(2026, 12, 24))),
        ("accept for two weeks", option("accept", date(2026, 12, 5))),
        ("accept bis 24.12.2026", option("accept", date(2026, 12, 24))),
        ("accept", option("accept")),
        ("dismiss because they are unrelated", option("dismiss", None, "they are unrelated")),
        ("we accept this", option("accept")),
        ("ack", Command(CommandKind.ACKNOWLEDGE)),
        ("ACK!", Command(CommandKind.ACKNOWLEDGE)),
        ("acknowledged", Command(CommandKind.ACKNOWLEDGE)),
        ("Seen.", Command(CommandKind.ACKNOWLEDGE)),
        ("owner @anna.schmidt", Command(CommandKind.OWNER, person="anna.schmidt")),
        ("owner is @[Anna Schmidt](5b10ac)", Command(CommandKind.OWNER, person="5b10ac")),
        ("@anna.schmidt owner", Command(CommandKind.OWNER, person="anna.schmidt")),
        ("owner @anna@acme.example", Command(CommandKind.OWNER, person="anna@acme.example")),
        ("escalate", Command(CommandKind.ESCALATE)),
        (
            "escalate because nobody answers",
            Command(CommandKind.ESCALATE, reason="nobody answers"),
        ),
        ("not ours", Command(CommandKind.NOT_OURS)),
        ("Not Ours.", Command(CommandKind.NOT_OURS)),
        ("this is not ours", Command(CommandKind.NOT_OURS)),
        ("withdraw", Command(CommandKind.WITHDRAW)),
        ("withdraw because it arrived", Command(CommandKind.WITHDRAW, reason="it arrived")),
        (
            'finish on=2027-02-15 source="the marketing budget"',
            Command(
                CommandKind.OPTION,
                "finish",
                fields=(("on", "2027-02-15"), ("source", "the marketing budget")),
            ),
        ),
        (
            "accept days=5 until 2026-12-24",
            Command(CommandKind.OPTION, "accept", date(2026, 12, 24), fields=(("days", "5"),)),
        ),
        (
            "finish amount=150,000 EUR by 2027-02-15",
            Command(CommandKind.OPTION, "finish", FEB_15, fields=(("amount", "150,000 EUR"),)),
        ),
        ("ＭＯＶＥ ２０２７-０２-１５", option("move", FEB_15)),
        ("help", Command(CommandKind.HELP)),
        ("?", Command(CommandKind.HELP)),
        ("", Command(CommandKind.HELP)),
        (
            "C-1A2B3C4D5E accept",
            Command(CommandKind.OPTION, "accept", conflict_id="C-1a2b3c4d5e"),
        ),
        (
            "risk needs CDP-18 by 12 Jan because the vendor is late",
            Command(
                CommandKind.RISK,
                on=date(2027, 1, 12),
                needs="CDP-18",
                reason="the vendor is late",
            ),
        ),
        (
            "RISK by 2027-01-12 needs https://jira.example/browse/CDP-18",
            Command(
                CommandKind.RISK,
                on=date(2027, 1, 12),
                needs="https://jira.example/browse/CDP-18",
            ),
        ),
    ],
)
def test_an_answer_is_taken_for_what_it_says(text: str, expected: Command) -> None:
    assert parse_answer(text, OPTIONS, TODAY) == expected


@pytest.mark.parametrize(
    "text",
    [
        "move 03/04/2027",
        "move 2027-02-30",
        "move to a better place",
        "do not move 2027-02-15",
        "don't accept",
        "never accept",
        "accept or move",
        "accept, move 2027-02-15",
        "what?!",
        "yes",
        "✓",
        "move next week or the week after",
        "approve",
        "accept 2027-02-15 2027-02-16",
        "accept until the cows come home",
        "'; drop table decision; --",
        "{{config.items()}}",
        "move $(date)",
        "accept <script>alert(1)</script>",
        "move in 99999999999999999999 years",
        "move 31.02.2027",
        "move 0000-00-00",
        "move 2027-13-01",
        "move 01.13.2027",
        "move ٢٠٢٧-٠٢-١٥ or later",
        "accept\u202etpecca",
        "accept " + "very " * 300,
        "move " + "1" * 5000,
        "accept' or 1=1 --",
        "accept; drop",
        "finish what you started",
        "C-1a2b3c4d5e",
        "C-1a2b3c4d5e C-2a2b3c4d5e accept",
        "accept\x00",
        "🤷",
        "move 2027-02-15 2027-03-15",
        "I escalate my concerns to nobody",
    ],
)
def test_what_is_not_clear_is_not_guessed(text: str) -> None:
    assert isinstance(parse_answer(text, OPTIONS, TODAY), NotUnderstood)


@pytest.mark.parametrize(
    "text",
    [
        "thanks, looks good",
        "> /interlock move 2027-02-15",
        "```\n/interlock move 2027-02-15\n```",
        "try `/interlock help` here",
        "see docs/interlock for more",
        "use {{/interlock help}} to learn more",
        "https://example.com/interlock move 2027-02-15",
        "/interlocking is a word",
        "I would not write /interlock accept if I were you",
    ],
)
def test_talk_about_interlock_is_no_command(text: str) -> None:
    assert parse_reply(text, OPTIONS, TODAY) == []


def test_a_reply_may_hold_several_commands() -> None:
    text = "/interlock C-1a2b3c4d5e ack\n/interlock C-2a2b3c4d5e accept"

    commands = parse_reply(text, OPTIONS, TODAY)

    assert [getattr(each, "conflict_id", None) for each in commands] == [
        "C-1a2b3c4d5e",
        "C-2a2b3c4d5e",
    ]


def test_an_ambiguous_date_is_answered_with_how_to_write_it() -> None:
    answer = parse_answer("move 03/04/2027", OPTIONS, TODAY)

    assert answer == NotUnderstood("03/04/2027 may be two days; write it like 2026-11-21")


@pytest.mark.parametrize(
    ("text", "conflict_id"),
    [
        ("C-1A2B3C4D5E move", "C-1a2b3c4d5e"),
        ("move C-1a2b3c4d5e", "C-1a2b3c4d5e"),
        ("move because C-1a2b3c4d5e is the same", None),
        ("move", None),
    ],
)
def test_a_conflict_is_named_outside_the_reason(text: str, conflict_id: str | None) -> None:
    assert named_conflict(text) == conflict_id


def test_two_spellings_of_a_command_are_the_same_command() -> None:
    first = parse_answer("move to 15 Feb 2027 because we wait", OPTIONS, TODAY)
    second = parse_answer("MOVE 2027-02-15, because we wait", OPTIONS, TODAY)

    assert first.to_json() == second.to_json()


@pytest.mark.parametrize(
    "text",
    [
        "~~/interlock accept~~\n/interlock move",
        "/interlock ~~accept~~ move",
        "~/interlock accept~\n\n/interlock move",
        "/interlock move ~~because of x~~",
    ],
)
def test_what_is_struck_through_says_nothing(text: str) -> None:
    assert parse_reply(text, OPTIONS, TODAY) == [option("move")]


def test_a_tilde_before_a_number_strikes_nothing() -> None:
    assert parse_reply("/interlock move because ~5 days or ~6", OPTIONS, TODAY) == [
        option("move", None, "~5 days or ~6")
    ]


KINDS = {
    "how": FieldKind.TEXT,
    "amount": FieldKind.TEXT,
    "dependency": FieldKind.TEXT,
    "until": FieldKind.DATE,
    "days": FieldKind.DAYS,
}


@pytest.mark.parametrize(
    ("text", "fields", "reason"),
    [
        ("accept how=two teams less", {"how": "two teams less"}, ""),
        ("accept amount=150,000 EUR because we grow", {"amount": "150,000 EUR"}, "we grow"),
        ("accept dependency=MK-211 on CDP-28", {"dependency": "MK-211 on CDP-28"}, ""),
        (
            "accept how=two teams less, until=4 Dec days=5",
            {"how": "two teams less", "until": "2026-12-04", "days": "5"},
            "",
        ),
        ('accept how="two teams" days=5', {"how": "two teams", "days": "5"}, ""),
        ("until=2026-12-04 accept", {"until": "2026-12-04"}, ""),
        ("accept until=2026-12-04 please", {"until": "2026-12-04"}, ""),
    ],
)
def test_the_value_of_a_field_may_have_several_words(
    text: str, fields: dict[str, str], reason: str
) -> None:
    command = parse_answer(text, OPTIONS, TODAY, KINDS)

    expected = tuple(sorted(fields.items()))
    assert command == Command(CommandKind.OPTION, "accept", fields=expected, reason=reason)


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("owner lena.vogt@nordlicht.example", "lena.vogt@nordlicht.example"),
        ("owner lena-vogt", "lena-vogt"),
        ("owner is Lena Vogt.", "Lena Vogt"),
        ("owner @Lena Vogt because she knows", "Lena Vogt"),
        ("owner", None),
    ],
)
def test_an_owner_is_typed_by_id_name_or_address(text: str, person: str | None) -> None:
    command = parse_answer(text, OPTIONS, TODAY)

    assert isinstance(command, Command)
    assert (command.kind, command.person) == (CommandKind.OWNER, person)
