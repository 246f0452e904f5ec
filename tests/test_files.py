"""Files that are written in one step."""

import pytest

from sknnadl._files import write_text


def test_a_file_is_whole_or_not_there(tmp_path):
    path = tmp_path / "file"
    write_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "half of it, and then \ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
