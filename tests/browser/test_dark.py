"""Dark mode."""

from tests.browser.screens import NAMES, address
from tests.browser.visitor import Visitor
from tests.support.console import Console

# How light the background of everything is that covers a twentieth of the window, and the page's words.
LIGHTNESS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const light = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return alpha < 200 ? null : (0.299 * r + 0.587 * g + 0.114 * b) / 255;
  };
  const enough = window.innerWidth * window.innerHeight / 20;
  const grounds = [...document.querySelectorAll("body, body *")]
    .filter((element) => { const box = element.getBoundingClientRect(); return box.width * box.height > enough; })
    .map((element) => light(getComputedStyle(element).backgroundColor))
    .filter((found) => found !== null);
  return { grounds, text: light(getComputedStyle(document.body).color) };
}"""


def test_dark_mode_is_really_dark(visitor: Visitor, office: Console) -> None:
    page = visitor.open(office, color_scheme="dark")
    for name in NAMES:
        page.goto(address(office, name))
        found = page.evaluate(LIGHTNESS)
        assert found["grounds"], name
        assert max(found["grounds"]) < 0.25, name
        assert found["text"] > 0.6, name


def test_light_mode_is_light(visitor: Visitor, office: Console) -> None:
    found = visitor.open(office, color_scheme="light").evaluate(LIGHTNESS)
    assert min(found["grounds"]) > 0.9
    assert found["text"] < 0.5
