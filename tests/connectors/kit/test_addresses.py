import pytest

from connectors.kit.addresses import is_web_address


@pytest.mark.parametrize("url", ["https://a.example/browse/CDP-1", "http://127.0.0.1:8401/x#y"])
def test_a_web_page_can_be_led_to(url: str) -> None:
    assert is_web_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://[half",
        "https://",
        "https://a.example/\x00",
        "https://a b",
        "javascript:x",
        "file:/x",
    ],
)
def test_what_is_no_web_page_cannot(url: str) -> None:
    assert not is_web_address(url)
