"""Mutate files of every format that is read, and see what the readers say.

    python tests/fuzz_readers.py [--files 20000] [--only NAME ...] [--seed 0]

No reader may crash, hang for a second, take 500 MB, or raise anything but `ValueError`
and, where a file cannot be opened, `OSError`.
"""

import argparse
import gzip
import json
import pickle
import random
import resource
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

import sknnadl
from sknnadl.comparison.measuring.saved import SavedResults
from sknnadl.datasets.book_pickle import read_book_pickle
from sknnadl.datasets.formats import _read_idx, read_npz
from sknnadl.datasets.tables import load_table
from sknnadl.saving import load_network2

MOST_SECONDS, MOST_BYTES = 1.0, 500e6
#: Numbers that lengths and places are replaced by.
EXTREMES = [0, 1, 255, 2**15, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**63 - 1, 2**64 - 1]


def make_files(folder):
    """Write a file of each format; return their names, paths, readers and wrappers."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 255, (12, 4, 4)).astype(np.uint8)
    labels = np.arange(12, dtype=np.uint8) % 10
    model = sknnadl.MLPClassifier((3,), max_iter=30, random_state=0, scoring="accuracy")
    sknnadl.save(model.fit(pixels.reshape(12, 16) / 255.0, labels), folder / "a.npz")
    np.savez(folder / "b.npz", X=pixels.reshape(12, 16), y=labels)
    parts = {"x_train": pixels, "y_train": labels, "x_test": pixels, "y_test": labels}
    np.savez_compressed(folder / "c.npz", **parts)
    idx = b"\0\0\x08\3" + np.array(pixels.shape, ">u4").tobytes() + pixels.tobytes()
    (folder / "d-idx3").write_bytes(idx)
    (folder / "e-idx3.gz").write_bytes(gzip.compress(idx))
    pair = (pixels.reshape(12, 16) / np.float32(256), labels.astype(int))
    for protocol in (2, 4):
        content = pickle.dumps((pair, pair, pair), protocol=protocol)
        (folder / f"f{protocol}.pkl.gz").write_bytes(gzip.compress(content, 1))
    table = np.c_[rng.normal(size=(9, 3)).round(3), np.arange(9) % 2]
    np.savetxt(folder / "g.csv", table, delimiter=",", header="a,b,c,y", comments="")
    text = (folder / "g.csv").read_bytes()
    (folder / "j.csv.gz").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(folder / "k.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("g.csv", text)
    rows = [dict(zip("abcy", row, strict=True)) for row in table.tolist()]
    (folder / "l.jsonl").write_text("\n".join(map(json.dumps, rows)))
    names = "".join(f"@attribute {name} numeric\n" for name in "abc")
    names = f"@relation r\n{names}@attribute y {{0,1}}\n@data\n"
    lines = ["{},{},{},{:.0f}\n".format(*row) for row in table]
    (folder / "m.arff").write_text(names + "".join(lines))
    sparse = ["{3:.0f} 1:{0} 2:{1} 5:{2}\n".format(*row) for row in table]
    (folder / "n.svmlight").write_text("".join(sparse))
    saved = SavedResults(folder / "h.json", "data")
    saved.keep("model", model, [{"score": 0.5}])

    book = {"sizes": [2, 2], "weights": [[[1.5, 0.0], [0.0, 1.0]]]}
    book |= {"biases": [[[0.0], [0.25]]], "cost": "CrossEntropyCost"}
    (folder / "i.json").write_text(json.dumps(book))

    def read_saved(path):
        SavedResults(path, "data").find("model", model)

    def read_table(path):
        load_table(path, "y")

    def inside(content):  # what is mutated is what was compressed
        return gzip.compress(content, 1)

    return {
        "save": ("a.npz", sknnadl.load, None),
        "npz of a table": ("b.npz", load_table, None),
        "npz of MNIST": ("c.npz", read_npz, None),
        "idx": ("d-idx3", _read_idx, None),
        "idx, gzipped": ("e-idx3.gz", _read_idx, None),
        "idx, then gzipped": ("e-idx3.gz", _read_idx, inside),
        "the book's pickle, gzipped": ("f2.pkl.gz", read_book_pickle, None),
        "the book's pickle": ("f2.pkl.gz", read_book_pickle, inside),
        "the book's pickle, protocol 4": ("f4.pkl.gz", read_book_pickle, inside),
        "csv": ("g.csv", read_table, None),
        "csv, gzipped": ("j.csv.gz", read_table, None),
        "csv, zipped": ("k.zip", read_table, None),
        "json lines": ("l.jsonl", read_table, None),
        "arff": ("m.arff", read_table, None),
        "svmlight": ("n.svmlight", load_table, None),
        "the file of compare": ("h.json", read_saved, None),
        "the file of network2.py": ("i.json", load_network2, None),
    }


def mutate(content, rng):
    """Return bytes with one to four changes."""
    content = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(content) + 1)
        kind = rng.randrange(7)
        if kind == 0 and place < len(content):
            content[place] ^= 1 << rng.randrange(8)
        elif kind == 1 and place < len(content):
            content[place] = rng.randrange(256)
        elif kind == 2:
            n_bytes = rng.choice([2, 4, 8])
            value = rng.choice(EXTREMES) % 2 ** (8 * n_bytes)
            order = rng.choice(["little", "big"])
            content[place : place + n_bytes] = value.to_bytes(n_bytes, order)
        elif kind == 3:
            del content[place : place + rng.choice([1, 4, 100])]
        elif kind == 4:
            content[place:place] = rng.randbytes(rng.choice([1, 4, 100]))
        elif kind == 5:
            start = rng.randrange(len(content) + 1)
            content[place:place] = content[start : start + rng.choice([1, 8, 200])]
        elif kind == 6:
            del content[place:]
        if not content:
            content = bytearray(b"\0")
    return bytes(content)


def peak():
    """Return how many bytes this process has had at the most."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def fuzz(name, path, reader, wrap, n_files, seed):
    """Read mutated files; return what came of each, and whatever is wrong."""
    rng, outcomes, wrong = random.Random(f"{seed} {name}"), Counter(), []
    content = path.read_bytes()
    if wrap is not None:
        content = gzip.decompress(content)
    mutated, before = path.with_name(f"mutated-{path.name}"), peak()
    for number in range(n_files):
        changed = mutate(content, rng)
        mutated.write_bytes(changed if wrap is None else wrap(changed))
        start = time.perf_counter()
        try:
            reader(mutated)
            outcome = "read"
        except (ValueError, OSError) as error:
            outcome = type(error).__name__
        except Exception as error:  # which no reader may raise: it is told
            outcome = repr(error)
            wrong.append(f"{name}, file {number}: {outcome}")
        outcomes[outcome] += 1
        seconds = time.perf_counter() - start
        if seconds > MOST_SECONDS:
            wrong.append(f"{name}, file {number}: {seconds:.1f} s")
    if peak() - before > MOST_BYTES:
        wrong.append(f"{name}: {(peak() - before) / 1e6:.0f} MB")
    return outcomes, wrong


def run(n_files, seed=0, only=None):
    """Fuzz all formats; return what was wrong."""
    everything = []
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, (file, reader, wrap) in make_files(folder).items():
            if only is None or name in only:
                task = name, folder / file, reader, wrap, n_files, seed
                outcomes, wrong = fuzz(*task)
                print(f"{name}: {json.dumps(outcomes)}", flush=True)
                everything += wrong
    return everything


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=20_000, help="default: 20000")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    parser.add_argument("--only", nargs="+", help="which formats (default: all)")
    options = parser.parse_args()
    wrong = run(options.files, options.seed, options.only)
    print("\n".join(wrong) or "Nothing was wrong.")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
