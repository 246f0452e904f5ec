"""The report as a page: what it says, and how a browser shows it."""

import base64
import io
import json
import re
import shutil
import subprocess
from html import escape, unescape
from html.parser import HTMLParser

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_diabetes
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from sknnadl import compare
from sknnadl.comparison.findings.results import Score
from sknnadl.comparison.page.page_style import STYLE
from sknnadl.comparison.page.render_charts import Axis, draw_dots, draw_line
from sknnadl.comparison.page.render_mistakes import encode_png
from sknnadl.comparison.page.render_pairs import render_pairs
from sknnadl.comparison.page.render_residuals import choose_rows
from sknnadl.comparison.page.render_scores import find_ends

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class Failing(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        raise ValueError("of <b>no</b> use")


@pytest.fixture(scope="module")
def numbers():
    X, y = load_diabetes(return_X_y=True)
    models = {"guess": DummyRegressor(), "line": LinearRegression()}
    return compare(models, X, y, cv=3)


@pytest.fixture(scope="module")
def report(iris):
    models = {
        "guess": DummyClassifier(),
        "a" * 300: SVC(),
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
    # results, areas, and two for the confusions of each of three models
    assert counts["table"] == 2 + 2 * 3
    assert counts["b"] == 6  # a line for each score of a model that did not fail
    assert counts["figure"] == 3  # curves
    assert counts["li"] == 3
    assert counts["script"] == 1
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert "http" not in page
    report.save(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text() == page


def test_what_was_given_is_escaped(report):
    page = report.to_html()
    assert "&lt;i&gt;Bayes&lt;/i&gt; &amp; co." in page
    assert "of &lt;b&gt;no&lt;/b&gt; use" in page
    assert report._repr_html_().startswith('<iframe srcdoc="&lt;!DOCTYPE html&gt;')


def test_the_best_comes_first_and_what_failed_last(report):
    page = report.to_html()
    lines = re.findall(r'<tr><th scope="row" data-value="(.*?)">', page)
    rows = [row for row in report.table if row["error"] is None]
    expected = sorted(rows, key=lambda row: -row["accuracy"])
    assert [unescape(one) for one in lines] == [r["name"] for r in expected] + ["fails"]
    assert report.table[0]["name"] == "guess"  # as it was given


def test_lines_and_intervals_are_where_the_scores_are(report):
    rows = [row for row in report.table if row["error"] is None]
    rows = sorted(rows, key=lambda row: -row["accuracy"])
    picture = report.to_html().partition("<h2>accuracy</h2>")[2]
    lines = [float(x) for x in re.findall(r'<b style="left:([\d.]+)%', picture)[:3]]
    bands = re.findall(r'<i style="left:([\d.]+)%;width:([\d.]+)%', picture)[:3]
    ticks = re.findall(r'<span style="left:([\d.]+)%">(\d+)%</span>', picture)
    # The place of a score between two ticks, whose texts say what they are.
    (x_1, one), (x_2, other) = [(float(x), int(text) / 100) for x, text in ticks[:2]]
    for row, line, (left, width) in zip(rows, lines, bands, strict=True):
        for name, x in (("", line), ("_low", float(left))):
            expected = x_1 + (row[f"accuracy{name}"] - one) / (other - one) * (
                x_2 - x_1
            )
            assert x == pytest.approx(expected, abs=0.1)
        width_of_points = (x_2 - x_1) / (other - one)
        expected = (row["accuracy_high"] - row["accuracy_low"]) * width_of_points
        assert float(width) == pytest.approx(expected, abs=0.1)


def score(mean, half=None):
    if half is None:
        return Score([mean], mean)
    return Score([mean], mean, mean - half, mean + half)


def test_the_axis_is_for_the_better_half():
    good, fair = score(0.97, 0.01), score(0.95, 0.01)
    assert find_ends([good, fair]) == pytest.approx((0.94, 0.98))
    # 12 intervals of 0.02 below 0.98 is 0.74: worse ones are not shown.
    assert find_ends([good, fair, score(0.75, 0.01)]) == pytest.approx((0.74, 0.98))
    assert find_ends([good, fair, score(0.1, 0.01)]) == pytest.approx((0.94, 0.98))
    # The better half is, whatever its intervals are.
    scores = [good, score(0.5, 0.01), score(0.4, 0.01), score(0.1, 0.01)]
    assert find_ends(scores) == pytest.approx((0.49, 0.98))
    assert find_ends([score(0.9), score(0.1)]) == (0.1, 0.9)
    assert find_ends([score(0.9)]) == (0.9, 0.9)


def test_a_model_far_below_has_an_arrow(digits):
    test = digits.X_test, digits.y_test
    models = {"guess": DummyClassifier(), "SVM": SVC()}
    page = compare(models, digits.X_train, digits.y_train, test=test).to_html()
    assert page.count('<b class="beyond">') == 1
    assert "An arrow is a model that is further to the left." in page


def test_confusions_are_shaded_by_the_share_of_the_row(digits):
    model = DummyClassifier(strategy="constant", constant=3)
    report = compare({"three": model}, digits.X_train, digits.y_train, random_state=0)
    page = report.to_html()
    shades = re.findall(r'<td style="--share:([\d.]+)">(\d+)</td>', page)
    assert len(shades) == 10
    assert {share for share, _ in shades} == {"1.00"}
    assert sum(int(count) for _, count in shades) == 300


def test_many_classes_have_no_matrix():
    y = np.repeat(np.arange(25), 8)
    X = np.where(y == 7, 0, y)[:, np.newaxis]
    page = compare([KNeighborsClassifier(1)], X, y, cv=4).to_html()
    assert 'class="confusion"' not in page
    assert "The 20 of 25 classes with the least recall:" in page
    table = page.partition('<table class="classes">')[2]
    worst = re.findall(r'<th scope="row">(\d+)</th><td>8</td><td>([\d.]+)%', table)
    assert len(worst) == 20
    assert worst[0][0] in ("0", "7")  # which have the same rows
    assert float(worst[0][1]) < 100 == float(worst[-1][1])


def test_charts_have_the_values():
    axes = Axis("x", 0, 10), Axis("y", 0, 1)
    line = draw_line(*axes, [0, 5, 10], [0, 1, 1], "c1", step=False)
    assert line == '<path class="line c1" d="M52.0 246.0L191.0 8.0L330.0 8.0"/>'
    steps = draw_line(*axes, [0, 5, 10], [1, 0, 1], "c1", step=True)
    assert steps.endswith('d="M52.0 8.0V246.0H191.0V8.0H330.0"/>')
    long = draw_line(*axes, np.linspace(0, 10, 5000), np.zeros(5000), "", step=False)
    assert long.count("L") == 199
    assert long.endswith('L330.0 246.0"/>')
    assert draw_dots(*axes, [10], [0], "") == '<path class="dots " d="M330.0 246.0h0"/>'


def test_residuals(numbers):
    page = numbers.to_html()
    assert "<h2>Residuals</h2>" in page
    (line,) = (one for one in numbers.results if one.name == "line")
    residuals = np.concatenate(numbers.targets) - np.concatenate(line.predictions)
    assert (
        f"line: residuals {residuals.mean():+.4g} in the mean, with standard deviation "
        f"{residuals.std():.4g}, the largest {abs(residuals).max():.4g}"
    ) in page
    dots = re.findall(r'<path class="dots " d="(.*?)"', page)
    assert [one.count("h0") for one in dots] == [300] * 4
    shown = choose_rows(residuals)
    assert len(set(shown.tolist())) == 300
    assert set(np.argsort(-abs(residuals))[:30]) <= set(shown)
    assert choose_rows(residuals[:7]).tolist() == list(range(7))


@pytest.mark.parametrize("value", [np.inf, 1e200])
def test_a_regressor_that_has_diverged(value):
    X, y = np.zeros((8, 1)), np.arange(8.0)
    model = DummyRegressor(strategy="constant", constant=0.0)

    class Diverged(DummyRegressor):
        def predict(self, X):
            return np.full(len(X), value)

    models = {"zero": model, "diverged": Diverged()}
    page = compare(models, X, y, cv=2, scoring=lambda *_: 0.5).to_html()
    assert ("diverged: its predictions are not finite." in page) == (value == np.inf)
    assert page.count('<svg class="chart"') == (2 if value == np.inf else 4)
    assert "nan" not in page.partition("<body>")[2].partition("<script>")[0]


def test_several_targets_a_row(iris):
    y = np.column_stack([iris[1], 2 * iris[1]])
    page = compare([LinearRegression()], iris[0], y, cv=3).to_html()
    assert "They are drawn of one target a row." in page
    labels = compare([KNeighborsClassifier()], iris[0], y > 1, cv=3).to_html()
    assert "kneighborsclassifier: no curve: rows have several labels." in labels


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
    assert "<summary>15 pairs of models, in words</summary>" in page


def test_a_matrix_of_many_pairs(iris):
    models = {str(i): KNeighborsClassifier(i) for i in range(1, 5)}
    report = compare({"guess": DummyClassifier(), **models}, *iris, cv=5)
    pairs = {(pair["a"], pair["b"]): pair for pair in report.pairwise()}
    names = ["4", "guess", "1"]
    html = render_pairs([*pairs.values()] * 2, names, share=True)
    lines = re.findall(r"<tr><th scope.*?</tr>", html)
    cells = re.findall(r"<td(.*?)>(.*?)</td>", lines[2])
    for other, (kind, text) in zip(names, cells, strict=True):
        pair = pairs.get((other, "guess"))
        assert text == (f"{-100 * pair['difference']:+.2f}" if pair else "")
        assert ("told" in kind) == (pair is not None and pair["p_corrected"] < 0.05)


def test_25_models_of_images_are_far_below_two_megabytes(digits):
    test = digits.X_test.reshape(-1, 8, 8), digits.y_test
    strategies = "constant", "stratified", "uniform"
    models = {
        f"{strategy} {i}": DummyClassifier(
            strategy=strategy, constant=i, random_state=i
        )
        for i in range(9)
        for strategy in strategies
    }
    report = compare(dict(list(models.items())[:25]), *test, test=test)
    page = report.to_html()
    assert page.count("<img") >= 25 * 30  # and those that all get wrong
    assert 100_000 < len(page.encode()) < 500_000


def test_one_model_that_fails():
    report = compare([Failing()], [[0], [1]] * 10, [0, 1] * 10)
    assert "Comparison of 1 model<" in report.to_html()
    assert "No model has this score." in report.to_html()


def luminance(colour):
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour
    ]
    return np.dot([0.2126, 0.7152, 0.0722], linear)


def contrast(one, other):
    """Return the ratio of WCAG 2.2 for two colours from 0 to 1."""
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_colours_can_be_told_from_what_is_behind_them():
    schemes = re.findall(r":root \{(.*?)\}", STYLE, flags=re.DOTALL)
    assert len(schemes) == 2
    for scheme in schemes:
        found = dict(re.findall(r"--(\w+): #(\w{6})", scheme))
        colours = {k: np.array(list(bytes.fromhex(v))) / 255 for k, v in found.items()}
        back = colours["back"]
        for name in ("text", "soft", "bad"):
            assert contrast(colours[name], back) > 4.5
        for name in ("mark", *(f"c{i}" for i in range(1, 7))):
            assert contrast(colours[name], back) > 3
        shade = re.search(r"--shade: (\d+) (\d+) (\d+)", scheme).groups()
        darkest = (np.array(shade, float) / 255 + back) / 2
        assert contrast(colours["text"], darkest) > 4.5


#: What a browser has made of each page; the second answer is after two clicks.
LOOK = """
<script>onload = () => {
  const found = Array.from(frames).map((frame) => {
    const d = frame.document, box = q => d.querySelector(q).getBoundingClientRect();
    const order = () => [...d.querySelectorAll(".sortable tbody th")]
      .map(th => th.textContent.slice(0, 9)).join(), before = order();
    const head = d.querySelectorAll("thead th")[1];
    const button = head.querySelector("button");
    button.focus(); button.click();
    const first = [head.getAttribute("aria-sort"), order()];
    button.click();
    return { width: d.documentElement.scrollWidth, table: box("table").height,
      pictures: d.querySelectorAll("[role=img]").length, mark: box(".track b").height,
      back: frame.getComputedStyle(d.body).backgroundColor, before, first,
      second: [head.getAttribute("aria-sort"), order()],
      heads: d.querySelectorAll("[aria-sort]").length,
      focus: d.activeElement === button };
  });
  document.title = JSON.stringify(found) }</script>
"""


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it(report, numbers, width, scheme, tmp_path):
    pages = [
        one.to_html().replace(
            "prefers-color-scheme: dark",
            "min-width: 1px" if scheme == "dark" else "max-width: 0",
        )
        for one in (report, numbers)
    ]
    frame = tmp_path / "frame.html"
    frames = [
        f'<iframe width="{width}" height="900" srcdoc="{escape(page)}"></iframe>'
        for page in pages
    ]
    frame.write_text("".join(frames) + LOOK)
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
    title = unescape(re.search(r"<title>(.*?)</title>", shown.stdout)[1])
    of_classes, of_numbers = json.loads(title)
    for one in (of_classes, of_numbers):
        assert one["width"] <= width
        assert one["table"] > 50
        assert one["mark"] > 10
        expected = {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 24, 28)"}
        assert one["back"] == expected[scheme]
        assert (one["heads"], one["focus"]) == (1, True)
    assert (of_classes["pictures"], of_numbers["pictures"]) == (2 + 3, 1 + 2 * 2)
    assert of_numbers["before"] == "line,guess"
    assert of_classes["first"][0] == "ascending"
    names = of_classes["first"][1].split(",")
    assert (names[0], names[3]) == ("guess", "fails")
    assert of_classes["second"] == ["descending", of_classes["before"]]
    assert of_classes["before"].endswith("guess,fails")
    assert of_numbers["first"] == ["ascending", "guess,line"]
    assert of_numbers["second"] == ["descending", "line,guess"]
    assert "CONSOLE" not in shown.stderr
