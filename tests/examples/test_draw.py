"""The page on which a digit is drawn: what is served, and what a browser shows."""

import runpy
import shutil
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.request import urlopen

import numpy as np
import pytest
from digit_strokes import DIGITS

from sknnadl.datasets import center_digit

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
#: JavaScript that returns what a module makes of rows of a picture.
CENTER = """
const [rows, done] = arguments;
import("./center_digit.js").then(({ centerDigit }) => done(
    Array.from(centerDigit(rows.flat(), rows.length, rows[0].length) ?? [])));
"""
PAPER = """
const { width, height } = paper;
const { data } = paper.getContext("2d").getImageData(0, 0, width, height);
return Array.from({ length: width * height }, (_, i) => data[4 * i + 3]);
"""


@pytest.fixture(scope="module")
def example():
    serve = Path(__file__).parents[2] / "examples" / "draw" / "serve.py"
    return runpy.run_path(str(serve))


@pytest.fixture
def serve(example):
    """Return a function that serves a model and the runtime, and gives the address."""
    servers = []

    def start(*folders):
        server = example["make_server"](*folders)
        servers.append(server)
        Thread(target=server.serve_forever).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_the_page_is_served_and_nothing_beside_it(serve, tmp_path):
    (tmp_path / "ort.wasm").write_bytes(b"\0asm")
    address = serve(tmp_path / "model", tmp_path)
    with urlopen(f"{address}/") as page:
        assert b"<title>Draw a digit" in page.read()
        assert page.headers["Content-Security-Policy"].startswith("default-src 'self';")
    with urlopen(f"{address}/runtime/ort.wasm") as file:
        assert file.headers["Content-Type"] == "application/wasm"
    for name in ("serve.py", "../serve.py", "runtime/../../serve.py", "model/no.onnx"):
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{address}/{name}")


def test_without_npm_it_says_what_to_install(example, monkeypatch, tmp_path):
    fetch = example["fetch_runtime"]
    monkeypatch.setitem(fetch.__globals__, "HERE", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setitem(fetch.__globals__, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="npm is needed once, to fetch onnx"):
        fetch()
    assert not list(tmp_path.iterdir())


@pytest.fixture
def browser():
    if DRIVER is None or CHROMIUM is None:
        pytest.skip("needs Chromium and its driver")
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("headless=new", "no-sandbox", "disable-gpu"):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def wait(browser):
    """Wait until the page shows what is drawn."""
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(browser, 60).until(
        lambda b: (
            b.find_element("tag name", "main").get_attribute("aria-busy") == "false"
        )
    )


def draw(browser, strokes, kind):
    """Draw strokes of points from 0 to 100 with a mouse or by touch."""
    from selenium.webdriver.common.actions.action_builder import ActionBuilder
    from selenium.webdriver.common.actions.pointer_input import PointerInput

    paper = browser.find_element("id", "paper")
    scale = paper.size["width"] / 100
    actions = ActionBuilder(browser, mouse=PointerInput(kind, kind), duration=0)
    pointer = actions.pointer_action
    for first, *others in strokes:
        pointer.move_to(paper, *(int(scale * (p - 50)) for p in first)).pointer_down()
        for point in others:
            pointer.move_to(paper, *(int(scale * (p - 50)) for p in point))
        pointer.pointer_up()
    actions.perform()
    wait(browser)


def assert_same_pixels(browser, picture):
    shown = browser.execute_async_script(CENTER, picture.tolist())
    expected = center_digit(picture, ink="light").ravel()
    np.testing.assert_allclose(shown, expected, atol=1e-6)


@pytest.mark.slow
def test_digits_that_are_drawn_are_recognised(example, browser, serve, tmp_path):
    pytest.importorskip("onnx")
    if example["find_npm"]() is None:
        pytest.skip("needs npm")
    net, about = example["train"]()
    example["export"](net, about, tmp_path)
    browser.get(serve(tmp_path, example["fetch_runtime"]()))
    wait(browser)
    right = []
    for i, (digit, strokes) in enumerate(DIGITS):
        browser.find_element("id", "clear").click()
        draw(browser, strokes, ("mouse", "touch")[i % 2])
        answer = browser.find_element("id", "answer").text
        right.append(answer == str(digit))
        picture = np.reshape(browser.execute_script(PAPER), (280, 280))
        assert_same_pixels(browser, picture)
        image = center_digit(picture, ink="light").reshape(1, 784)
        assert answer == str(net.predict(image)[0])
        shown = [bar.text for bar in browser.find_elements("css selector", "small")]
        percent = [float(text.rstrip("%")) for text in shown]
        np.testing.assert_allclose(percent, 100 * net.predict_proba(image)[0], atol=0.1)
    print(f"{sum(right)} of {len(right)} digits are recognised")
    assert sum(right) >= 18
    assert len(browser.find_elements("css selector", "#maps canvas")) == 20
    for width in (1280, 390):
        browser.set_window_size(width, 900)
        assert_fits(browser)
    browser.find_element("tag name", "body").send_keys("\ue00c")  # Escape
    wait(browser)
    assert browser.find_element("id", "answer").text == "?"
    assert browser.get_log("browser") == []


def assert_fits(browser):
    wide, visible = browser.execute_script(
        "const { scrollWidth, clientWidth } = document.documentElement;"
        "return [scrollWidth, clientWidth]"
    )
    assert wide <= visible


@pytest.mark.slow
def test_both_languages_make_the_same_pixels(browser, serve, tmp_path):
    browser.get(serve(tmp_path, tmp_path))
    rng = np.random.default_rng(0)
    for shape in ((1, 1), (1, 9), (8, 8), (17, 60), (90, 31), (20, 20)):
        assert_same_pixels(browser, np.pad(rng.random(shape), 2))
        blob = np.round(rng.random(shape) ** 4 + 0.4)
        blob[0, 0] = 1
        assert_same_pixels(browser, np.pad(blob, 5))
    assert browser.execute_async_script(CENTER, [[0, 0], [0, 0]]) == []
