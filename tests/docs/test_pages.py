"""What the pages show is there: their links, the commands, the paths and the YAML."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from pipelines.cli.commands import app

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
WRITTEN = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), ROOT / "deploy" / "demo" / "README.md"])
FENCE = re.compile(r"^ *```(\w*)[^\n]*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


PAGES = {path: path.read_text(encoding="utf-8") for path in WRITTEN}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(params=PAGES, ids=name_of)
def page(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def anchors(text: str) -> set[str]:
    """The anchors of headings, as mkdocs and GitHub both make them for plain headings."""
    headings = (re.sub(r"[^\w\s-]", "", heading) for heading in HEADING.findall(text))
    return {re.sub(r"\s+", "-", heading.strip().lower()) for heading in headings}


def test_every_internal_link_leads_to_a_page_and_heading(page: Path) -> None:
    broken = []
    for link in LINK.findall(FENCE.sub("", PAGES[page])):
        if re.match(r"https?:|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        is_there = target in PAGES or target.exists()
        if not is_there or (anchor and anchor not in anchors(PAGES[target])):
            broken.append(link)
    assert broken == []


def commands_in(text: str) -> Iterator[list[str]]:
    """The words behind `interlock` of each command line in code blocks and inline code."""
    for language, block in FENCE.findall(text):
        if language in {"sh", "text", ""}:
            for line in block.replace("\\\n", " ").splitlines():
                yield from _command(line, is_shell=language == "sh")
    for code in re.findall(r"`([^`\n]+)`", FENCE.sub("", text)):
        yield from _command(code, is_shell=True)


def _command(line: str, *, is_shell: bool) -> Iterator[list[str]]:
    if not re.match(r"\s*(?:\w+=\S+\s+)*\S*\binterlock(?:\s|$)", line):
        return
    # What people reply in a tool begins with a slash.
    if line.lstrip().startswith("/interlock"):
        return
    # A sentence in the help of a command is no command line; an example there is indented.
    if not is_shell and not line.startswith(" "):
        return
    words = shlex.split(line, comments=True)
    start = next(i for i, word in enumerate(words) if "=" not in word)
    if Path(words[start]).name == "interlock" and len(words) > start + 1:
        # What follows ">" is the file that the shell writes.
        yield list(takewhile(lambda word: word != ">", words[start + 1 :]))


def test_every_command_line_is_accepted_by_the_command(page: Path) -> None:
    group: Any = get_command(app)
    options = {"--help"} | {option for parameter in group.params for option in parameter.opts}
    for words in commands_in(PAGES[page]):
        if words[0] in options:
            continue
        assert words[0] in group.commands, words
        # A single word is the name of a command within a sentence.
        if len(words) > 1 and "--help" not in words:
            # Parses and converts every argument, and raises for an unknown or a missing one.
            group.commands[words[0]].make_context(words[0], words[1:])


def test_command_lines_are_found_in_blocks_and_in_inline_code() -> None:
    text = (
        "`interlock a`, `interlock.yaml`\n\n```sh\nX=1 .venv/bin/interlock b \\\n  --c  # d\n```\n"
    )
    assert list(commands_in(text)) == [["b", "--c"], ["a"]]


def test_every_make_target_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))
    code = [*re.findall(r"`(make [^`\n]+)`", PAGES[page])]
    code += [line for _, block in FENCE.findall(PAGES[page]) for line in block.splitlines()]
    named = {match[1] for line in code if (match := re.match(r"make ([a-z][\w-]*)", line))}
    assert named <= targets


def test_every_path_of_the_repository_exists(page: Path) -> None:
    tops = "connectors|dagster_home|deploy|docs|model|pipelines|tests"
    paths = set(re.findall(rf"`((?:{tops})/[\w./-]*)`", PAGES[page]))
    # The demo writes these when it runs.
    missing = {path for path in paths if not (ROOT / path).exists() and "/files/" not in path}
    assert missing == set()


def test_every_yaml_block_can_be_read(page: Path) -> None:
    for language, block in FENCE.findall(PAGES[page]):
        if language == "yaml":
            assert yaml.safe_load(block)


def test_the_examples_of_a_person_are_people_of_the_demo() -> None:
    written = (DOCS / "operating-model.md").read_text(encoding="utf-8")
    examples = [yaml.safe_load(block) for _, block in FENCE.findall(written)]
    shown = [person for example in examples for person in example.get("people", [])]
    path = ROOT / "dagster_home" / "operating_model" / "people.yaml"
    people = {
        person["id"]: person
        for person in yaml.safe_load(path.read_text(encoding="utf-8"))["people"]
    }
    # Nobody of the demo is away: its story begins on any day.
    absence = {"absences", "deputy"}
    present = [{key: person[key] for key in person.keys() - absence} for person in shown]
    assert present[0] == people["jonas-krueger"]
    for person in present:
        assert person.items() <= people[person["id"]].items()
    assert {person["deputy"] for person in shown if "deputy" in person} <= people.keys()


def test_every_page_of_the_documentation_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    names = [str(path.relative_to(DOCS)) for path in PAGES if path.is_relative_to(DOCS)]
    assert [name for name in names if f" {name}\n" not in navigation] == []
