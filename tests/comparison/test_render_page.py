"""The report as a page: what it says, and how a browser shows it."""

import base64
import io
import re
import shutil
import subprocess
from html import escape
from html.parser import HTMLParser

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from sknnadl import compare
from sknnadl.comparison.render_mistakes import encode_png

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class Failing(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        raise ValueError("of <b>no</b> use")


@pytest.fixture(scope="module")
def report(iris):
    models = {
        "guess": DummyClassifier(),
        "a model with a very long name, as searches and pipelines often have": SVC(),
        "<i>Bayes</i> & co.": GaussianNB(),
        "fails": Failing(),
    }
    return compare(models, *iris, cv=5, scoring=["accuracy", "f1_macro"])


class Outline(HTMLParser):
    """Counts the elements of a page, and whether they are closed."""

    def __init__(self):
        super().__init__()
        self.counts, self.open = {}, []

    def handle_starttag(self, tag, attributes):
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_alone(report, tmp_path):
    page = report.to_html()
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    counts = outline.counts
    # the table and confusions of three models; two pictures and two lists
    assert (counts["table"], counts["tr"], counts["h2"]) == (4, 5 + 3 * 4, 4)
    assert counts["b"] == 6  # a dot for each score of a model that did not fail
    assert counts["li"] == 3
    assert "script" not in counts
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert "http" not in page
    report.save(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text() == page


def test_what_was_given_is_escaped(report):
    page = report.to_html()
    assert "&lt;i&gt;Bayes&lt;/i&gt; &amp; co." in page
    assert "of &lt;b&gt;no&lt;/b&gt; use" in page
    assert report._repr_html_().startswith('<iframe srcdoc="&lt;!DOCTYPE html&gt;')


def test_dots_and_intervals_are_where_the_scores_are(report):
    rows = [row for row in report.table if row["error"] is None]
    low = min(row["accuracy_low"] for row in rows)
    high = max(row["accuracy_high"] for row in rows)
    places = re.findall(r'<b style="left: ([\d.]+)%"', report.to_html())[:3]
    for row, place in zip(rows, places, strict=True):
        expected = 100 * (row["accuracy"] - low) / (high - low)
        assert float(place) == pytest.approx(expected, abs=0.006)


def test_a_png_is_read_back_as_it_was():
    plt = pytest.importorskip("matplotlib.pyplot")
    rng = np.random.default_rng(0)
    grey, colour = rng.random((5, 7)), rng.random((4, 6, 3))
    for image, expected in (
        (grey, 1 - grey),
        (colour, colour),
        (grey[..., np.newaxis], 1 - grey),
    ):
        read = plt.imread(io.BytesIO(encode_png(2 * image, 2)), format="png")
        np.testing.assert_allclose(read, expected, rtol=0, atol=0.5 / 255 + 1e-6)


@pytest.mark.parametrize("flat", [True, False])
def test_images_that_are_wrong(digits, flat):
    images = digits.X_test.reshape(-1, 8, 8)
    X = digits.X_test if flat else images
    model = DummyClassifier(strategy="constant", constant=3)
    report = compare({"three": model}, X, digits.y_test, test=(X, digits.y_test))
    page = report.to_html(image_shape=(8, 8) if flat else None)
    wrong = np.flatnonzero(digits.y_test != 3)
    np.testing.assert_array_equal(report.misclassified(), wrong)
    assert f"<summary>three: {len(wrong)} of 300 rows</summary>" in page
    shown = re.findall(
        r'<img alt="(\d), said 3" src="data:image/png;base64,(.*?)"', page
    )
    assert [int(label) for label, _ in shown] == digits.y_test[wrong[:30]].tolist()
    largest = images[wrong].max()
    assert base64.b64decode(shown[0][1]) == encode_png(images[wrong[0]], largest)
    assert f"and {len(wrong) - 30} more" in page
    assert ("<img" in report.to_html()) == (not flat)
    if flat:
        with pytest.raises(ValueError, match="does not fit rows of shape"):
            report.to_html(image_shape=(7, 7))


def test_images_that_all_get_wrong(digits):
    test = digits.X_test.reshape(-1, 8, 8), digits.y_test
    models = {str(c): DummyClassifier(strategy="constant", constant=c) for c in (3, 4)}
    page = compare(models, *test, test=test).to_html()
    wrong = np.flatnonzero((test[1] != 3) & (test[1] != 4))
    assert f"<summary>all 2 of them: {len(wrong)} of 300 rows</summary>" in page
    assert f'<img alt="{test[1][wrong[0]]}, said 3 or 4" src' in page


def test_many_pairs_are_folded():
    models = {str(i): DummyClassifier() for i in range(6)}
    page = compare(models, [[0], [1]] * 10, [0, 1] * 10, cv=2).to_html()
    assert "<summary>15 pairs of models</summary>" in page


def test_one_model_that_fails():
    report = compare([Failing()], [[0], [1]] * 10, [0, 1] * 10)
    assert "Comparison of 1 model<" in report.to_html()
    assert "No model has this score." in report.to_html()


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it(report, width, scheme, tmp_path):
    page = report.to_html().replace(
        "prefers-color-scheme: dark",
        "min-width: 1px" if scheme == "dark" else "max-width: 0",
    )
    frame = tmp_path / "frame.html"
    frame.write_text(
        f'<iframe width="{width}" height="900" srcdoc="{escape(page)}"></iframe>'
        "<script>onload = () => { const d = frames[0].document;"
        "const box = q => d.querySelector(q).getBoundingClientRect();"
        "document.title = [d.documentElement.scrollWidth, box('table').height,"
        "d.querySelectorAll('[role=img]').length, box('.track b').width,"
        "frames[0].getComputedStyle(d.body).backgroundColor].join(';') }</script>"
    )
    options = "--headless --no-sandbox --disable-gpu --no-first-run --disable-sync "
    options += "--disable-background-networking --disable-component-update "
    options += "--enable-logging=stderr --dump-dom --virtual-time-budget=2000"
    command = [CHROMIUM, *options.split(), f"--user-data-dir={tmp_path / 'profile'}"]
    shown = subprocess.run(
        [*command, frame.as_uri()],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    title = re.search(r"<title>(.*?)</title>", shown.stdout)[1]
    scroll_width, table, pictures, dot, background = title.split(";")
    assert int(scroll_width) <= width
    assert float(table) > 100
    assert int(pictures) == 2
    assert float(dot) > 5
    assert (
        background == {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 24, 28)"}[scheme]
    )
    assert "CONSOLE" not in shown.stderr
