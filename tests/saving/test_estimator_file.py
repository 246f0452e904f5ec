"""Estimators in files that execute nothing."""

import copy
import io
import json
import os
import pickle
import subprocess
import sys
import zipfile
from functools import partial
from pathlib import Path

import cloudpickle
import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
from numpy.testing import assert_array_equal
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

import sknnadl
from sknnadl import (
    AverageDarknessClassifier,
    ConvNetClassifier,
    ConvNetRegressor,
    DenoisingAutoencoder,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
    RBFClassifier,
    RBFRegressor,
)
from sknnadl._untrusted import to_array
from sknnadl.network import Dense
from sknnadl.saving.container import read_container, write_container
from sknnadl.training import Rotate

X, y = load_iris(return_X_y=True)
LONG = {"max_iter": 3, "n_iter_no_change": np.inf, "random_state": 0}
IMAGES = {"kernel_size": 1, "pool_size": 1, "image_shape": (2, 2), **LONG}
#: What the fixture was made of.
FIRST = MLPClassifier(
    (3,), solver="adam", dropout=0.1, **{**LONG, "n_iter_no_change": 100}
)
VERSION_1 = Path(__file__).parent / "version_1.npz"

FITTED = {
    "classes": MLPClassifier((5,), **LONG),
    "text labels": MLPClassifier((5,), **LONG, momentum=0.9),
    "early stopping": MLPClassifier((5,), **LONG, early_stopping=True),
    "labels": MLPClassifier([5, 4], **LONG),
    "a table": MLPClassifier.for_tables((5,), **LONG),
    "values": MLPRegressor(hidden_layer_sizes=np.array([5]), **LONG),
    "weights": MLPClassifier((5,), **LONG, class_weight={0: 1.5, 1: 1, 2: 1}),
    "drawn": MLPClassifier(
        (5,), **{**LONG, "random_state": np.random.RandomState(3)}, gradient_norms=True
    ),
    "images": ConvNetClassifier((4,), **IMAGES, augmentation=[Rotate(5)]),
    "image values": ConvNetRegressor((2,), **IMAGES, batch_norm=True),
    "layers": NetworkClassifier((Dense(4, "tanh"), Dense(3)), **LONG, solver="adam"),
    "layer values": NetworkRegressor([Dense(4, "tanh")], **LONG),
    "codes": DenoisingAutoencoder([5, 2], **LONG, corruption="gaussian"),
    "darkness": AverageDarknessClassifier(),
    "centres": RBFClassifier(20, random_state=3),
    "centre values": RBFRegressor(20, normalize=True, random_state=0),
}


def fit(kind):
    model = copy.deepcopy(FITTED[kind])
    if "values" in kind:
        return model.fit(X, X[:, 0]), X
    if kind == "labels":
        return model.fit(X, np.c_[y == 0, y == 1].astype(int)), X
    if kind == "a table":
        frame = pd.DataFrame(X, columns=list("abcd")).assign(e=np.where(y, "s", None))
        return model.fit(frame, y), frame
    if kind == "text labels":
        return model.fit(X, np.array(["a", "b", "c"], dtype=object)[y]), X
    return model.fit(X, y), X


@pytest.mark.parametrize("kind", FITTED)
def test_what_is_loaded_is_what_was_saved(kind, tmp_path):
    model, rows = fit(kind)
    path = tmp_path / "model.npz"
    sknnadl.save(model, path)
    loaded = sknnadl.load(path)
    assert type(loaded) is type(model)
    assert repr(loaded.get_params()) == repr(model.get_params()) or kind == "drawn"
    assert vars(loaded).keys() == vars(model).keys()
    answer = "transform" if kind == "codes" else "predict"
    more = getattr(model, answer)(rows)
    assert_array_equal(getattr(loaded, answer)(rows), more)
    if not hasattr(model, "partial_fit"):
        return
    loaded.partial_fit(rows, more)
    model.partial_fit(rows, more)
    if not hasattr(model, "parameters_"):
        assert_array_equal(loaded.coef_, model.coef_)
        return
    assert_array_equal(loaded.parameters_, model.parameters_)
    states = loaded.training_state_, model.training_state_
    assert repr(states[0]) == repr(states[1])


def test_an_estimator_that_is_not_fitted(tmp_path):
    sknnadl.save(MLPClassifier((7,)), tmp_path / "model.npz")
    loaded = sknnadl.load(tmp_path / "model.npz")
    assert loaded.hidden_layer_sizes == (7,)
    assert not hasattr(loaded, "parameters_")


def test_arrays_that_are_one_are_there_once(tmp_path):
    model, _ = fit("classes")
    sknnadl.save(model, tmp_path / "model.npz")
    loaded = sknnadl.load(tmp_path / "model.npz")
    assert loaded.training_state_["parameters"] is loaded.parameters_


@pytest.mark.parametrize(
    ("thing", "message"),
    [
        (SVC(), "estimator must be one of"),
        (make_pipeline(MLPClassifier()), "for pipelines"),
        (MLPClassifier(scoring=len), "scoring has <built-in function len>"),
    ],
    ids=str,
)
def test_what_cannot_be_in_a_file_is_refused(thing, message, tmp_path):
    path = tmp_path / "model.npz"
    path.write_text("before")
    with pytest.raises(TypeError, match=message):
        sknnadl.save(thing, path)
    assert path.read_text() == "before"


def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    sknnadl.save(MLPClassifier((7,)), path)

    def fail(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        sknnadl.save(MLPClassifier((8,)), path)
    assert sknnadl.load(path).hidden_layer_sizes == (7,)
    assert list(tmp_path.iterdir()) == [path]


def test_no_folder_is_told_of(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no folder '.*none'"):
        sknnadl.save(MLPClassifier(), tmp_path / "none" / "model.npz")


def test_numpy_reads_the_file_without_pickles(tmp_path):
    model, _ = fit("classes")
    sknnadl.save(model, tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz", allow_pickle=False) as archive:
        header = json.loads(archive["header"].tobytes())
        assert header["class"] == "MLPClassifier"
        assert any(
            np.array_equal(archive[name], model.parameters_)
            for name in archive.files
            if archive[name].shape == model.parameters_.shape
        )


def saved_bytes(tmp_path):
    path = tmp_path / "model.npz"
    sknnadl.save(FITTED["darkness"].fit(X, y), path)
    return path, path.read_bytes()


def test_every_flipped_byte_is_found_or_does_not_matter(tmp_path):
    path, whole = saved_bytes(tmp_path)
    model = sknnadl.load(path)
    damaged = tmp_path / "damaged.npz"
    n_found = 0
    for place in range(0, len(whole), 3):
        content = bytearray(whole)
        content[place] ^= 1 << place % 8
        damaged.write_bytes(content)
        try:
            loaded = sknnadl.load(damaged)
        except ValueError:
            n_found += 1
        else:  # a date or the like, which the archive has of each part
            assert_array_equal(loaded.means_, model.means_)
    assert n_found > len(whole) / 6


def test_every_shorter_file_is_damaged(tmp_path):
    path, whole = saved_bytes(tmp_path)
    for n_bytes in range(0, len(whole), 7):
        path.write_bytes(whole[:n_bytes])
        with pytest.raises(ValueError, match="damaged"):
            sknnadl.load(path)


def test_folders_and_pipes_are_no_files(tmp_path):
    with pytest.raises(OSError, match=r"[Dd]irectory"):
        sknnadl.load(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="not a regular file"):
        sknnadl.load(tmp_path / "pipe")
    with pytest.raises(FileNotFoundError):
        sknnadl.load(tmp_path / "nothing")


def test_compressed_archives_are_refused(tmp_path):
    path, _ = saved_bytes(tmp_path)
    bomb = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(bomb, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    with pytest.raises(ValueError, match="compressed"):
        sknnadl.load(bomb)


def test_an_array_is_as_large_as_it_says():
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": (2**40,)}
    )
    with pytest.raises(ValueError, match="another size"):
        to_array(header.getvalue())


def tamper(header, arrays, change):
    attributes = header["attributes"]
    where = attributes["parameters_"]["array"]
    if change == "fewer parameters":
        arrays[where] = arrays[where][:-1]
    elif change == "not finite":
        arrays[where][0] = np.nan
    elif change == "another dtype":
        arrays[where] = arrays[where].astype("int64")
    elif change == "a class of others":
        header["class"] = "SVC"
    elif change == "a private attribute":
        attributes["_skl_callbacks"] = []
    elif change == "a method":
        attributes["predict"] = 1
    elif change == "an argument of none":
        header["arguments"]["depth"] = 1
    elif change == "an unknown kind":
        attributes["n_iter_"] = {"code": "1"}
    elif change == "a place of none":
        attributes["parameters_"] = {"array": 99}
    elif change == "a huge layer":
        [[_, name], [_, units], *_] = attributes["layers_"][0]["dict"]
        assert (name, units) == ("Dense", 5)
        attributes["layers_"][0]["dict"][1][1] = 10**12
    elif change == "no history":
        attributes["history_"] = {"dict": []}
    elif change == "a deep one":
        nested = []
        for _ in range(500):
            nested = [nested]
        attributes["history_"] = nested


@pytest.mark.parametrize(
    "change",
    [
        "fewer parameters",
        "not finite",
        "another dtype",
        "a class of others",
        "a private attribute",
        "a method",
        "an argument of none",
        "an unknown kind",
        "a place of none",
        "a huge layer",
        "no history",
        "a deep one",
    ],
)
def test_wrong_parts_with_a_right_checksum_are_refused(change, tmp_path):
    model, _ = fit("classes")
    path = tmp_path / "model.npz"
    sknnadl.save(model, path)
    header, arrays = read_container(path)
    tamper(header, arrays, change)
    write_container(path, header, arrays)
    with pytest.raises(ValueError, match="no file of an estimator"):
        sknnadl.load(path)


def test_other_files_and_later_versions_are_told_of(tmp_path):
    path = tmp_path / "model.npz"
    np.savez(path, header=np.zeros(3))
    with pytest.raises(ValueError, match="no file that sknnadl has saved"):
        sknnadl.load(path)
    write_container(path, {"format": "another"}, [])
    with pytest.raises(ValueError, match="no estimator"):
        sknnadl.load(path)
    write_container(path, {"format": "sknnadl estimator", "version": 2}, [])
    with pytest.raises(ValueError, match="a newer one may read it"):
        sknnadl.load(path)


def dump_skops(model, path):
    skops.io.dump(model, path)


WRITERS = {
    "save": sknnadl.save,
    "pickle": lambda model, path: path.write_bytes(pickle.dumps(model)),
    "cloudpickle": lambda model, path: path.write_bytes(cloudpickle.dumps(model)),
    "joblib": joblib.dump,
    "skops": dump_skops,
}
READERS = {
    "save": "sknnadl.load(path)",
    "pickle": "pickle.loads(path.read_bytes())",
    "cloudpickle": "pickle.loads(path.read_bytes())",
    "joblib": "joblib.load(path)",
    "skops": "skops.io.load(path, trusted=['sknnadl.estimators.mlp_classifier."
    "MLPClassifier'])",
}
IN_ANOTHER_PROCESS = """
import pickle, sys
from pathlib import Path
import joblib, numpy as np, skops.io, sknnadl
from sklearn.datasets import load_iris
X, y = load_iris(return_X_y=True)
folder, results = Path(sys.argv[1]), {{}}
for form, read in {{{readers}}}.items():
    model = read(folder / form)
    results[form + " before"] = model.predict_proba(X)
    results[form + " after"] = model.partial_fit(X, y).predict_proba(X)
np.savez(folder / "results.npz", **results)
"""


def test_another_process_goes_on_with_the_same_bits(tmp_path):
    model = copy.deepcopy(FIRST).fit(X, y)
    for form, write in WRITERS.items():
        write(model, tmp_path / form)
    readers = ", ".join(
        f"{form!r}: lambda path: {text}" for form, text in READERS.items()
    )
    script = IN_ANOTHER_PROCESS.format(readers=readers)
    subprocess.run([sys.executable, "-c", script, tmp_path], check=True)
    before = model.predict_proba(X)
    after = copy.deepcopy(model).partial_fit(X, y).predict_proba(X)
    with np.load(tmp_path / "results.npz") as results:
        for form in WRITERS:
            assert_array_equal(results[f"{form} before"], before)
            assert_array_equal(results[f"{form} after"], after)


def test_a_file_of_the_first_version_is_read():
    # Made by `sknnadl.save(FIRST.fit(X, y), VERSION_1)`; never made anew.
    loaded = sknnadl.load(VERSION_1)
    assert loaded.get_params() == FIRST.get_params()
    fitted = copy.deepcopy(FIRST).fit(X, y)
    # Other processors add up in another order.
    close = partial(np.testing.assert_allclose, rtol=1e-6)
    close(loaded.predict_proba(X), fitted.predict_proba(X))
    close(
        loaded.partial_fit(X, y).predict_proba(X),
        fitted.partial_fit(X, y).predict_proba(X),
    )
