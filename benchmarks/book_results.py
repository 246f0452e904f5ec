"""What has been found of the book's results, in one file, and a page made of it."""

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np
from book_rows import N_TEST, ROWS, SVMS, TRAINING_SET_SIZE, VOTES, VOTES_GOAL

from sknnadl._files import write_text

RESULTS = Path(__file__).parent / "results" / "book.json"
TEMPLATE = Path(__file__).with_name("reproduced.rst.in")
#: What an accuracy of `average darkness` is called, and the book's right images.
DARKNESS, DARKNESS_BOOK = "average-darkness", 2225


def read(path=RESULTS):
    """Return what is in the file: by name, what was found with each seed or size."""
    return json.loads(path.read_text()) if path.exists() else {}


def note(name, key, found, path=RESULTS):
    """Add to the file what was found, and where."""
    known = read(path)
    known.setdefault(name, {})[str(key)] = found | {"where": describe_machine()}
    write_text(path, json.dumps(known, indent=0) + "\n")


def describe_machine():
    """Return the processor's name and the versions of what computes."""
    packages = ("sknnadl", "numpy", "scikit-learn")
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
    }


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # not Linux
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.machine()


def result(row, run):
    """Return the accuracy of a run that counts."""
    if row.measure == "test at best validation":
        return run["test"][int(np.argmax(run["validation"]))]
    if row.measure == "test at the end":
        return run["test"][-1]
    return max(run[row.measure])


def vote(runs, y):
    """Return the accuracy, in percent, of what most networks say at their best."""
    labels = np.array([list(run["labels"]) for run in runs], dtype=int)  # (runs, n)
    counts = np.array([(labels == digit).sum(axis=0) for digit in range(10)])
    return round(100 * float((counts.argmax(axis=0) == y).mean()), 2)


def make_page(known):
    """Return the page of the documentation."""
    text = TEMPLATE.read_text()
    parts = {
        "@NETWORKS@": _table(_network_lines(known, ROWS[: _first_variant()])),
        "@VARIANTS@": _table(_network_lines(known, ROWS[_first_variant() :])),
        "@BASELINES@": _table(_baseline_lines(known)),
        "@SIZES@": _table(_size_lines(known)),
        "@WHERE@": "; ".join(_places(known)),
    }
    for name, part in parts.items():
        text = text.replace(name, part)
    return text


def _first_variant():
    return next(i for i, row in enumerate(ROWS) if row.variant)


def _network_lines(known, rows):
    yield "network", "counted", "the book", "best", "each seed", "wanted", "minutes"
    for row in rows:
        runs = known.get(row.name, {}).values()
        found = [result(row, run) for run in runs]
        each = " ".join(f"{one:.2f}" for one in found)
        minutes = (
            f"{np.mean([run['seconds'] for run in runs]) / 60:.1f}" if runs else ""
        )
        book = f"{row.book:.2f}" if row.book else ""
        yield row.name, row.measure, book, _best(found), each, row.goal, minutes
        for name, (voters, book) in VOTES.items():
            if voters == row.name:
                votes = [one["accuracy"] for one in known.get(name, {}).values()]
                yield name, "vote", f"{book:.2f}", _best(votes), "", VOTES_GOAL, ""


def _best(found):
    return f"**{max(found):.2f}**" if found else "not run"


def _baseline_lines(known):
    yield "model", "the book, images right", "here", "wanted"
    books = {DARKNESS: (DARKNESS_BOOK, str(DARKNESS_BOOK))}
    books |= {name: (book, wanted) for name, (_, book, wanted) in SVMS.items()}
    for name, (book, wanted) in books.items():
        hits = known.get(name, {}).get("test", {}).get("hits", "not run")
        yield name, f"{book} of {N_TEST}", hits, wanted


def _size_lines(known):
    yield "training images", "network, book", "here", "SVM, book", "here"
    for size in TRAINING_SET_SIZE["SVM"]:
        line = [f"{size:,}"]
        for model, book in TRAINING_SET_SIZE.items():
            one = known.get(f"size-{model}", {}).get(str(size))
            here = "not run" if one is None else f"{one['accuracy']:.2f}"
            line += [f"{book[size]:.2f}", here]
        yield tuple(line)


def _places(known):
    """Return where the runs were, each place once."""
    places = [run["where"] for runs in known.values() for run in runs.values()]
    lines = {
        f"{p['processor']} ({p['cores']} cores), Python {p['python']}, "
        f"NumPy {p['numpy']}, scikit-learn {p['scikit-learn']}": None
        for p in places
    }
    return list(lines)


def _table(lines):
    """Return a table of reStructuredText."""
    head, *rows = lines
    text = [".. list-table::", "   :header-rows: 1", ""]
    for line in (head, *rows):
        text += [
            f"   {'*' if i == 0 else ' '} - {cell}".rstrip()
            for i, cell in enumerate(line)
        ]
    return "\n".join(text)
