"""A headless Chromium with a small screen, and the pictures it takes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

WIDTH, HEIGHT = 1280, 720
_PATIENCE = 45.0
"""Seconds: a run waits for the daemon, and other tests may take all processors."""


def find_programs() -> tuple[str, str] | None:
    """The paths of the browser and its driver; None where one is not installed."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), "")
    driver = shutil.which("chromedriver") or ""
    return (browser, driver) if browser and driver else None


@dataclass(frozen=True)
class Browser:
    """What a person does in a browser: open, look, click."""

    driver: webdriver.Chrome
    pictures: Path

    def open(self, url: str) -> None:
        self.driver.get(url)

    @property
    def url(self) -> str:
        return self.driver.current_url

    @property
    def text(self) -> str:
        """All text of the page, as it is shown."""
        return self.driver.find_element(By.TAG_NAME, "body").text

    def wait_for_text(self, *texts: str) -> str:
        """Wait until the page shows all of these; the text of the page."""
        self._wait(lambda: all(each in self.text for each in texts), " and ".join(texts))
        return self.text

    def link(self, text: str) -> WebElement:
        """The first link whose text contains this."""
        self._wait(lambda: bool(self._links(text)), f"a link {text}")
        return self._links(text)[0]

    def click_link(self, text: str) -> None:
        self.link(text).click()

    def button(self, text: str) -> WebElement:
        path = f"//button[contains(., '{text}')]"
        self._wait(lambda: bool(self.driver.find_elements(By.XPATH, path)), f"a button {text}")
        return self.driver.find_element(By.XPATH, path)

    def wait_until_enabled(self, text: str) -> WebElement:
        self._wait(lambda: self.button(text).is_enabled(), f"{text} being enabled")
        return self.button(text)

    def links_on_first_screen(self, address: str) -> set[str]:
        """The links whose address contains this and that show without scrolling."""
        links = self.driver.find_elements(By.CSS_SELECTOR, f"a[href*='{address}']")
        return {
            str(link.get_attribute("href"))
            for link in links
            if link.rect["y"] >= 0 and link.rect["y"] + link.rect["height"] <= HEIGHT
        }

    def send_headers(self, **headers: str) -> None:
        """Send these headers with every request from now on, as a proxy or an attacker would."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": named})

    def take_picture(self, name: str) -> None:
        self.driver.save_screenshot(str(self.pictures / f"{name}.png"))

    def _links(self, text: str) -> list[WebElement]:
        return self.driver.find_elements(By.PARTIAL_LINK_TEXT, text)

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        def is_met(_: Any) -> bool:
            try:
                return condition()
            # The page was drawn again meanwhile.
            except StaleElementReferenceException:
                return False

        WebDriverWait(self.driver, _PATIENCE).until(is_met, f"{self.url} does not show {what}")


@contextmanager
def browsing(pictures: Path, programs: tuple[str, str]) -> Iterator[Browser]:
    """A browser that keeps its pictures in this folder."""
    options = webdriver.ChromeOptions()
    options.binary_location, driver_path = programs
    # Without the sandbox, which root may not use; it opens only our own pages here.
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service(driver_path))
    try:
        size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        yield Browser(driver, pictures)
    finally:
        driver.quit()
