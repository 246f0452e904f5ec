"""Files as people have them: the right rows and labels, or a line on what to do."""

import gzip
import importlib.util
import io
import json
import zipfile

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from sknnadl.datasets import load_table

X = [[1.5, 2.0], [-3.25, 4.0], [5.0, 6.5]]
Y = ["rot", "grün", "rot"]
PLAIN = "a,b,kind\n1.5,2,rot\n-3.25,4,grün\n5,6.5,rot\n"
COMMAS = "a;b;kind\n1,5;2;rot\n-3,25;4;grün\n5;6,5;rot\n"
RECORDS = [{"a": a, "b": b, "kind": kind} for (a, b), kind in zip(X, Y, strict=True)]
LINES = "\n".join(map(json.dumps, RECORDS))
ARFF = """\
% a comment
@RELATION colours
@ATTRIBUTE a NUMERIC
@ATTRIBUTE b REAL
@ATTRIBUTE kind {rot, gelb}
@DATA
1.5,2,rot
-3.25,4,gelb
5,6.5,rot
"""


def zipped(**files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return stream.getvalue()


FILES = {
    "a.csv": PLAIN,
    "capitals.CSV": PLAIN,
    "semicolons.csv": PLAIN.replace(",", ";"),
    "decimal commas.csv": COMMAS,
    "tabs.csv": PLAIN.replace(",", "\t"),
    "tabs, decimal commas.tsv": COMMAS.replace(";", "\t"),
    "bars.txt": PLAIN.replace(",", "|"),
    "spaces.dat": PLAIN.replace(",", "   "),
    "spaces before.data": "\n".join("  " + s.replace(",", " ") for s in PLAIN.split()),
    "carriage returns.csv": PLAIN.replace("\n", "\r\n"),
    "old macs.csv": PLAIN.replace("\n", "\r"),
    "quoted.csv": '"a","b","kind"\n"1.5",2,"rot"\n-3.25,4,"grün"\n5,6.5,rot\n',
    "ends of lines.csv": PLAIN.replace(",", ";").replace("\n", ";\n"),
    "ends of lines but the first.csv": PLAIN.replace("\n", ",\n")[:8]
    + PLAIN.replace("\n", ",\n")[9:],
    "names of R.csv": "a b kind\nx 1.5 2 rot\ny -3.25 4 grün\nz 5 6.5 rot\n",
    "row numbers.csv": pd.DataFrame(RECORDS).to_csv(),
    "latin-1.csv": PLAIN.encode("latin-1"),
    "mark.csv": PLAIN.encode("utf-8-sig"),
    "utf-16.csv": PLAIN.encode("utf-16"),
    "utf-16 without a mark.csv": PLAIN.encode("utf-16-le"),
    "utf-16-be without a mark.csv": PLAIN.encode("utf-16-be"),
    "a.csv.gz": gzip.compress(PLAIN.encode()),
    "a.TSV.GZ": gzip.compress(PLAIN.replace(",", "\t").encode()),
    "a.zip": zipped(table_csv=PLAIN),
    "a.csv.zip": zipped(table_csv=COMMAS),
    "lines.json": LINES,
    "lines.jsonl": LINES + "\n",
    "list.json": json.dumps(RECORDS),
    "lines.json.gz": gzip.compress(LINES.encode()),
    "a.arff": ARFF,
    "a.arff.zip": zipped(table_arff=ARFF),
}


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("name", FILES)
def test_a_file_has_these_rows_and_labels(name, tmp_path):
    rows, labels = load_table(write(tmp_path / name, FILES[name]), "kind")
    assert_array_equal(rows, X)
    other = "gelb" if "arff" in name else "grün"  # which have ASCII alone
    assert labels.tolist() == ["rot", other, "rot"]


@pytest.mark.parametrize("suffix", [".svmlight", ".libsvm", ".svm", ".svm.gz"])
def test_svmlight(suffix, tmp_path):
    content = b"1 1:1.5 2:2\n-1 1:-3.25 2:4\n1 2:6.5 # a comment\n"
    packed = gzip.compress(content) if suffix.endswith("gz") else content
    rows, labels = load_table(write(tmp_path / f"a{suffix}", packed))
    assert_array_equal(rows, [[1.5, 2], [-3.25, 4], [0, 6.5]])
    assert labels.tolist() == [1, -1, 1]


ENGINES = {".xlsx": "openpyxl", ".parquet": "pyarrow", ".feather": "pyarrow"}


@pytest.mark.parametrize("suffix", ENGINES)
def test_files_that_need_a_package(suffix, tmp_path):
    pytest.importorskip(ENGINES[suffix], reason=f"{suffix} needs {ENGINES[suffix]}")
    path, frame = tmp_path / f"a{suffix}", pd.DataFrame(RECORDS)
    if suffix == ".xlsx":
        frame.to_excel(path, index=False)
    elif suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_feather(path)
    rows, labels = load_table(path, "kind")
    assert_array_equal(rows, X)
    assert labels.tolist() == Y
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="or damaged"):
        load_table(path, "kind")


def test_columns_that_pandas_has_more_dtypes_for(tmp_path):
    pytest.importorskip("pyarrow", reason=".parquet needs pyarrow")
    path = tmp_path / "a.parquet"
    frame = pd.DataFrame(
        {
            "whole": pd.array([1, None, 3], "Int64"),
            "flag": pd.array([True, None, False], "boolean"),
            "class": pd.Categorical(["u", None, "v"]),
            "kind": pd.array([5, 6, 5], "Int64"),
        }
    )
    frame.to_parquet(path)
    rows, labels = load_table(path, "kind")
    assert_array_equal(rows["whole"], [1, np.nan, 3])
    assert_array_equal(rows["flag"], [1, np.nan, 0])
    assert rows["class"].tolist()[::2] == ["u", "v"]
    assert rows["class"].isna().tolist() == [False, True, False]
    assert labels.dtype.kind == "i"
    frame.assign(when=pd.Timestamp("2020-01-01")).to_parquet(path)
    with pytest.raises(ValueError, match="'when' has datetime64: make numbers of them"):
        load_table(path, "kind")


@pytest.mark.parametrize("suffix", ENGINES)
def test_a_package_that_is_missing_is_named(suffix, tmp_path, monkeypatch):
    path = write(tmp_path / f"a{suffix}", b"")
    monkeypatch.setattr(importlib.util, "find_spec", {"pandas": 1}.get)
    with pytest.raises(ValueError, match=f"need {ENGINES[suffix]}: pip install"):
        load_table(path, "kind")


def test_without_pandas_a_line_says_so(tmp_path, monkeypatch):
    path = write(tmp_path / "a.csv", PLAIN)
    monkeypatch.setattr(importlib.util, "find_spec", {}.get)
    with pytest.raises(ValueError, match=r".csv files need pandas: pip install pandas"):
        load_table(path, "kind")


def test_what_is_asked_for_goes_before_a_guess(tmp_path):
    path = write(tmp_path / "a.csv", "1.5;2;x,y\n3;4;x,z\n")
    rows, labels = load_table(path, "2", header=False)
    assert_array_equal(rows, [[1.5, 2], [3, 4]])
    assert labels.tolist() == ["x,y", "x,z"]
    _, labels = load_table(path, "1", header=False, delimiter=",")
    assert labels.tolist() == ["y", "z"]
    path = write(tmp_path / "b.csv", "a,kind\n1,š\n2,s\n".encode("iso8859-2"))
    assert load_table(path, "kind", encoding="iso8859-2")[1].tolist() == ["š", "s"]


def test_points_part_thousands_where_commas_are_decimal(tmp_path):
    text = "a;b;kind\n1.234,5;1.234;x\n-12;5;y\n;7;z\n"
    rows, _ = load_table(write(tmp_path / "a.csv", text), "kind")
    assert_array_equal(rows, [[1234.5, 1.234], [-12, 5], [np.nan, 7]])


def test_words_and_holes_beside_numbers(tmp_path):
    text = "n,w,flag,y\n1,red,True,0\n,,False,1\n3,blue,,0\n"
    rows, labels = load_table(write(tmp_path / "a.csv", text), "y")
    assert rows.columns.tolist() == ["n", "w", "flag"]
    assert_array_equal(rows["n"], [1, np.nan, 3])
    assert_array_equal(rows["flag"], [1, 0, np.nan])
    assert rows["w"].tolist()[::2] == ["red", "blue"]
    assert rows["w"].isna().tolist() == [False, True, False]
    assert labels.tolist() == [0, 1, 0]


def test_guesses_are_told(tmp_path, capsys):
    text = COMMAS.replace("a;", "Straße;").encode("latin-1")
    path = write(tmp_path / "a.csv", text)
    load_table(path, "b", verbose=1)
    told = capsys.readouterr().err
    assert told == (
        f"{path}: read as cp1252 (or --encoding); divided at ';' (or --delimiter); "
        "words, not numbers, in 'kind'\n"
    )
    load_table(write(path, "a,b\n1,2\n3,4\n"), "b", verbose=1)
    assert capsys.readouterr().err == ""


WITH_IDS = "id,town,month,kind\n" + "".join(
    f"A{row},{'Bern' if row % 2 else 'Chur'},{row % 12},{row % 3}\n"
    for row in range(21)
)


def test_words_that_never_come_twice_are_told(tmp_path, capsys):
    path = write(tmp_path / "a.csv", WITH_IDS)
    load_table(path, "kind", verbose=1)
    assert capsys.readouterr().err == (
        f"{path}: words, not numbers, in 'id', 'town'; no word comes twice in 'id', so "
        "that they tell nothing of new rows: leave them out (--leave-out)\n"
    )
    load_table(path, "kind", leave_out=["id"], verbose=1)
    assert capsys.readouterr().err == f"{path}: words, not numbers, in 'town'\n"


def test_columns_that_are_left_out(tmp_path):
    path = write(tmp_path / "a.csv", WITH_IDS)
    rows, kinds = load_table(path, "kind", leave_out=["id"])
    assert rows.columns.tolist() == ["town", "month"]
    rows, same = load_table(path, "kind", leave_out=["town", "id"])
    assert_array_equal(rows, [[row % 12] for row in range(21)])
    assert_array_equal(kinds, same)


@pytest.mark.parametrize(
    ("leave_out", "message"),
    [
        (["ID"], r"names \['ID'\], and .* 'kind' are \['id', 'town', 'month'\]"),
        (["kind"], r"names \['kind'\]"),
        ("id", r"a list of names of columns, got 'id': give \['id'\]"),
        (["id", "town", "month"], "a feature"),
    ],
)
def test_columns_that_cannot_be_left_out(leave_out, message, tmp_path):
    path = write(tmp_path / "a.csv", WITH_IDS)
    with pytest.raises(ValueError, match=message):
        load_table(path, "kind", leave_out=leave_out)


TOO_WIDE = ("," * 100_000 + "y\n" + "1\n" * 100_000).encode()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.doc", b"", "files of the kinds .npz, .csv"),
        ("a.doc.gz", b"", "files of the kinds .npz, .csv"),
        ("a.zip", zipped(table_doc="x"), "files of the kinds .npz, .csv"),
        ("a.zip", zipped(a_csv="x", b_csv="y"), "must have one file inside"),
        ("a.zip", b"no zip", "or damaged"),
        ("a.csv.gz", b"no gzip", "or damaged"),
        ("a.csv.gz", gzip.compress(PLAIN.encode())[:-9], "ends too early"),
        ("a.csv", b"a,kind\n", "has a header and no rows"),
        ("a.csv", b"", "or damaged: No columns"),
        ("a.csv", b"a,kind\n1,x\n2,\n3,z\n", "1 of the 3 rows have no 'k.* row 2"),
        ("a.csv", b"kind\nx\ny\n", "a feature"),
        ("a.csv", b"a,kind\n1,x\n2,y,z\n", r"divided at ',' \(or --delimiter\)"),
        ("a.csv", gzip.compress(b"a,kind\n"), "is no text: call it .gz"),
        ("a.json", zipped(table_json="[]"), "is no text: call it .zip, .xlsx"),
        ("a.csv", TOO_WIDE, "mostly empty"),
        ("a.json", b"[1, 2]", "rows that are no objects"),
        ("a.json", b'{"a": [1, 2], "kind": 2}', "lists or objects in its rows"),
        ("a.json", b"[" * 100_000, "or damaged"),
        ("a.json", b"{", "or damaged"),
        ("a.arff", b"@relation x\n@attribute a numeric\n@data\n{0 1}", "or damaged"),
        ("utf-16.csv", b"\xff\xfea", "is not in utf-16: --encoding"),
    ],
    # What is in archives depends on the clock: names of tests must not.
    ids=lambda value: "" if isinstance(value, bytes) else None,
)
def test_what_cannot_be_read_says_what_to_do(name, content, message, tmp_path):
    path = write(tmp_path / name, content)
    with pytest.raises(ValueError, match=message) as error:
        load_table(path, "kind")
    assert "\n" not in str(error.value).strip()


def test_rows_of_svmlight_that_would_fill_the_memory(tmp_path):
    path = write(tmp_path / "a.svm", b"1 999999999:1\n0 1:1\n")
    with pytest.raises(ValueError, match="mostly empty"):
        load_table(path)
    with pytest.raises(ValueError, match="leave out the target"):
        load_table(path, "kind")
    with pytest.raises(ValueError, match="no names of columns, so that leave_out"):
        load_table(path, leave_out=["a"])


def test_a_bad_encoding(tmp_path):
    path = write(tmp_path / "a.csv", PLAIN)
    with pytest.raises(ValueError, match="no encoding 'klingon'"):
        load_table(path, "kind", encoding="klingon")
    with pytest.raises(ValueError, match="is not in ascii"):
        load_table(path, "kind", encoding="ascii")


def test_arrays_of_labels_in_bytes(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, X=np.zeros((2, 3)), y=np.array(["grün", "rot"]).astype("U"))
    assert load_table(path)[1].tolist() == ["grün", "rot"]
    np.savez(path, X=np.zeros((2, 3)), y=np.array(["grün".encode(), b"rot"]))
    assert load_table(path)[1].tolist() == ["grün", "rot"]
    np.savez(path, X=np.zeros((2, 3)), y=np.array([b"\xff", b"rot"]))
    with pytest.raises(ValueError, match="labels are text in UTF-8"):
        load_table(path)
    np.savez(path, X=np.zeros((2, 3)), y=[1.0, np.nan])
    with pytest.raises(ValueError, match="The target of row 2 is nan"):
        load_table(path)
    content = path.read_bytes()
    np.save(tmp_path / "b.npy", np.zeros(3))
    for broken in (
        content[:-30],
        content[:100] + content[130:],
        (tmp_path / "b.npy").read_bytes(),
    ):
        path.write_bytes(broken)
        with pytest.raises(ValueError, match="or damaged"):
            load_table(path)
