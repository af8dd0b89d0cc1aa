"""The day of a governance lead in a real browser: inbox, card, form, decision, changed comment.

The pictures it takes stay in pytest's folder of the test (`pictures`).
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from model.warehouse.failures import URL_VARIABLE
from pipelines.demo.files import write_instance
from tests.browser.chromium import Browser, browsing, find_programs

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        find_programs() is None,
        reason="no headless browser here: install chromium and chromium-driver",
    ),
    # Dagster and the driver leave sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

# Who opens the demo without a proxy is the programme lead: he may decide the cycle, and not the
# late handover, which is the Chief Operating Officer's.
CYCLE, LATE, UNOWNED = (
    "CDP-28 and MK-211 wait for one another",
    "CDP-18 of IT is forecast",
    "CDP-24 of IT has no owner",
)


@dataclass(frozen=True)
class Demo:
    ui: str
    jira: str


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """`interlock demo --serve` in a fresh folder, until the tests are over."""
    with tempfile.TemporaryDirectory(prefix="interlock-browser-") as folder:
        # Where root runs the tests, the embedded PostgreSQL is another user's.
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        ui_port, *tools = _free_ports(3)
        write_instance(home, (tools[0], tools[1]))
        settings = home / "interlock.yaml"
        text = settings.read_text().replace("127.0.0.1:3000", f"127.0.0.1:{ui_port}")
        settings.write_text(text)
        connections = yaml.safe_load(text)["connections"]
        with _serving(home):
            yield Demo(f"http://127.0.0.1:{ui_port}", connections["it-jira"]["url"])


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


@contextmanager
def _serving(home: Path) -> Iterator[None]:
    environment = {k: v for k, v in os.environ.items() if k != URL_VARIABLE}
    with subprocess.Popen(
        [str(Path(sys.executable).with_name("interlock")), "demo", "--serve"],
        env={**environment, "INTERLOCK_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        output: list[str] = []
        for line in process.stdout:
            output.append(line)
            if line.startswith("Ctrl-C ends it all"):
                break
        assert output[-1].startswith("Ctrl-C ends it all"), "".join(output)
        yield
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    programs = find_programs()
    assert programs is not None
    with browsing(tmp_path_factory.mktemp("pictures"), programs) as browser:
        yield browser


def test_the_first_screen_of_the_inbox_shows_six_conflicts(browser: Browser, demo: Demo) -> None:
    browser.open(f"{demo.ui}/assets/inbox?view=events")
    browser.wait_for_text("conflicts open", "By function")

    browser.take_picture("1 inbox")
    shown = browser.links_on_first_screen("/assets/conflict/")
    assert len(shown) >= 6
    assert "Show more" not in browser.text


def test_a_person_has_an_inbox_of_their_own(browser: Browser, demo: Demo) -> None:
    browser.open(f"{demo.ui}/assets/inbox?view=events")
    browser.click_link("Tobias Lang")

    text = browser.wait_for_text("your turn", CYCLE)

    browser.take_picture("2 inbox of a person")
    assert "/assets/inbox/people/tobias-lang" in browser.url
    assert LATE not in text


def test_a_decision_that_somebody_else_has_to_take_is_refused_in_one_line_with_a_way_back(
    browser: Browser, demo: Demo
) -> None:
    browser.open(f"{demo.ui}/assets/inbox?view=events")
    browser.click_link(LATE)
    browser.wait_for_text("Sabine Reuter", "timeline", "downstream", "history")
    browser.take_picture("3 card")
    card = browser.url

    browser.click_link("IT finishes CDP-18 by")
    browser.wait_for_text("Your decision: IT finishes CDP-18 by", "No errors")
    browser.take_picture("4 form")
    browser.wait_until_enabled("Launch Run").click()

    text = browser.wait_for_text("Refused.", "RUN_SUCCESS", "Process for run exited")
    browser.take_picture("5 refusal")
    assert "Tobias Lang has no right to decide late_handover" in text
    assert "Ask Sabine Reuter (Chief Operating Officer)" in text
    assert "Traceback" not in text
    assert "Stack Trace" not in text
    assert browser.link("/assets/conflict/CDP-18").get_attribute("href") == card


def test_what_has_to_be_filled_in_is_asked_for_before_launch(browser: Browser, demo: Demo) -> None:
    browser.open(f"{demo.ui}/assets/inbox/people/tobias-lang?view=events")
    browser.click_link(UNOWNED)
    browser.wait_for_text("Between IT and Marketing")
    browser.driver.find_element("css selector", "a[href*='own%3A']").click()

    text = browser.wait_for_text("Fill in person.", "must not be None")

    browser.take_picture("6 form that is not filled in")
    assert "No errors" not in text


def test_a_forged_header_decides_nothing(browser: Browser, demo: Demo) -> None:
    browser.open(f"{demo.ui}/assets/inbox/people/tobias-lang?view=events")
    browser.click_link(CYCLE)
    browser.wait_for_text("decides by")
    browser.driver.find_element("css selector", "a[href*='playground']").click()
    browser.wait_for_text("Your decision:", "No errors")

    browser.send_headers(X_Forwarded_Email="sabine.reuter@nordlicht.example")
    browser.wait_until_enabled("Launch Run").click()
    text = browser.wait_for_text("Refused.")
    browser.take_picture("7 forged header")
    browser.send_headers()

    assert "no verified person" in text


def test_the_usual_decision_is_one_click_and_shows_in_the_card_the_inbox_and_the_tool(
    browser: Browser, demo: Demo
) -> None:
    browser.open(f"{demo.jira}/browse/CDP-28")
    before = browser.wait_for_text("CDP-28", "MK-211", "Interlock")
    assert "Decided by Tobias Lang" not in before
    browser.open(f"{demo.ui}/assets/inbox/people/tobias-lang?view=events")
    browser.click_link(CYCLE)
    browser.wait_for_text("decides by")
    card = browser.url
    browser.driver.find_element("css selector", "a[href*='playground']").click()
    browser.wait_for_text("Your decision:", "No errors")

    browser.wait_until_enabled("Launch Run").click()
    text = browser.wait_for_text("RUN_SUCCESS")
    browser.take_picture("8 decision")
    assert "Refused" not in text

    browser.open(card)
    text = browser.wait_for_text("Decided:", "Whoever may replace this decision", "changed")
    browser.take_picture("9 card of the decided conflict")
    assert "it was open and is decided" in text
    assert CYCLE in text
    browser.open(f"{demo.ui}/assets/inbox?view=events")
    browser.wait_for_text("decided since yesterday")
    browser.take_picture("10 inbox after the decision")
    browser.open(f"{demo.jira}/browse/CDP-28")
    browser.wait_for_text("Decided by Tobias Lang")
    browser.take_picture("11 comment after the decision")


def test_a_card_that_does_not_exist_shows_no_other_conflict(browser: Browser, demo: Demo) -> None:
    browser.open(f"{demo.ui}/assets/conflict/C-0000000000?view=events")

    browser.wait_for_text("No assets were found")

    browser.take_picture("12 a card that does not exist")
    assert "playground" not in browser.driver.page_source
