"""Files that are damaged or malicious: a clear error, and nothing executed."""

import gzip
import io
import pickle
import zipfile

import fuzz_readers
import numpy as np
import pytest

from sknnadl.datasets import load_mnist
from sknnadl.datasets.tables import load_table

#: Pickles that would print, by all operations that name a function or an object.
CODE = b"(S'ran'\ntR."
HOSTILE = {
    "GLOBAL, REDUCE": b"cbuiltins\nprint\n" + CODE,
    "STACK_GLOBAL": b"\x80\x04\x8c\x08builtins\x8c\x05print\x93" + CODE,
    "INST": b"(S'ran'\nibuiltins\nprint\n.",
    "OBJ": b"(cbuiltins\nprint\nS'ran'\no.",
    "NEWOBJ": b"\x80\x02cbuiltins\nprint\n(S'ran'\nt\x81.",
    "EXT1": b"\x80\x02\x82\x01" + CODE,
    "EXT2": b"\x80\x02\x83\x01\x00" + CODE,
    "EXT4": b"\x80\x02\x84\x01\x00\x00\x00" + CODE,
    "PERSID": b"Pran\n.",
    "BINPERSID": b"S'ran'\nQ.",
    "BUILD of a class": b"cnumpy\ndtype\n}S'__init__'\ncbuiltins\nprint\nsb.",
    "dtype, then BUILD": b"cnumpy\ndtype\n(S'f4'\ntR(I3\ncbuiltins\nprint\ntb.",
    "a module's module": b"cnumpy\nos.system\n" + CODE,
    "encode with another": b"c_codecs\nencode\n(S'x'\ncbuiltins\nprint\ntR.",
}
#: Pickles that would take more memory than a machine has, or time without end.
HUGE = {
    "a place far off": b"Nr\xff\xff\xff\xff.",
    "a place as text": b"Np99999999999\n.",
    "a bytearray": b"\x80\x05\x96" + (2**40).to_bytes(8, "little") + b".",
    "bytes": b"\x80\x04\x8e" + (2**40).to_bytes(8, "little") + b".",
    "text": b"\x8d" + (2**40).to_bytes(8, "little") + b".",
    "a frame": b"\x80\x04\x95" + (2**62).to_bytes(8, "little") + b".",
    "an array without its numbers": (
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n"
        b"(L99999999999L\ntS'b'\ntR."
    ),
    "a number of many digits": b"L" + b"9" * 100_000 + b"L\n.",
    "the same bytes again and again": (
        b"\x80\x02c_codecs\nencode\nq\x00X\x00\x00\x10\x00" + b"x" * 2**20 + b"q\x010"
        b"0" + b"h\x00h\x01X\x06\x00\x00\x00latin1\x86R" * 3000 + b"."
    ),
    "many operations": b"N0" * 10**6 + b"N.",
}


@pytest.mark.parametrize("name", [*HOSTILE, *HUGE])
def test_a_pickle_runs_nothing_and_takes_nothing(name, tmp_path, capsys):
    path = tmp_path / "mnist.pkl.gz"
    path.write_bytes(gzip.compress({**HOSTILE, **HUGE}[name]))
    before = fuzz_readers.peak()
    with pytest.raises(ValueError, match=r"no file like the book's mnist.pkl.gz"):
        load_mnist(path)
    assert capsys.readouterr().out == ""
    assert fuzz_readers.peak() - before < fuzz_readers.MOST_BYTES


@pytest.mark.parametrize("name", HOSTILE)
def test_these_pickles_would_do_something_elsewhere(name, capsys):
    # Or they are no check of what refuses them.
    names_code = b"print" in HOSTILE[name] or b"system" in HOSTILE[name]
    assert names_code or name in ("EXT1", "EXT2", "EXT4", "PERSID", "BINPERSID")
    if name in ("GLOBAL, REDUCE", "STACK_GLOBAL", "INST", "OBJ"):
        pickle.loads(HOSTILE[name])
        assert capsys.readouterr().out == "ran\n"


def test_archives_that_grow_without_end_are_refused(tmp_path):
    zeros = bytes(2**28)
    gzipped = tmp_path / "train-images-idx3-ubyte.gz"
    gzipped.write_bytes(gzip.compress(b"\0\0\x08\1" + zeros, 9))
    with pytest.raises(ValueError, match="bytes inside"):
        load_mnist(tmp_path)
    zipped = tmp_path / "table.npz"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": (2**28, 1)}
    )
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("X", "y"):
            archive.writestr(f"{name}.npy", header.getvalue() + zeros)
    with pytest.raises(ValueError, match="more than"):
        load_table(zipped)


def test_an_archive_lists_what_it_has_not(tmp_path):
    path = tmp_path / "table.npz"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": (2**37, 1)}
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("X.npy", header.getvalue() + bytes(80))
        archive.writestr("y.npy", header.getvalue() + bytes(80))
    with pytest.raises(ValueError, match="another size than it says"):
        load_table(path)


def test_arrays_in_the_order_of_fortran_are_read(tmp_path):
    path = tmp_path / "table.npz"
    X = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    np.savez(path, X=X, y=[0, 1])
    np.testing.assert_array_equal(load_table(path)[0], X)


def test_mutated_files_are_read_or_refused():
    assert fuzz_readers.run(60, seed=1) == []


@pytest.mark.slow
def test_many_mutated_files_are_read_or_refused():
    assert fuzz_readers.run(1000) == []
