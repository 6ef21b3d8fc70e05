"""CSV files of parts: what is read, and what is said of a wrong line."""

from __future__ import annotations

import pytest

from vizreport.data.part_file import PartPoint, read_parts
from vizreport.errors import RequestError


def written(folder, text: str | bytes):
    path = folder / "parts.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_points_by_file_and_part(tmp_path):
    text = 'file,part,x,y\na/1.jpg,left eye,10.5,20\n\n"b, ""c"".jpg",nose,0,3\na/1.jpg,nose,7,8\n'
    assert read_parts(written(tmp_path, text)) == {
        "a/1.jpg": {"left eye": PartPoint(10.5, 20.0, 2), "nose": PartPoint(7.0, 8.0, 5)},
        'b, "c".jpg': {"nose": PartPoint(0.0, 3.0, 4)},
    }


def test_what_spreadsheets_write(tmp_path):
    text = b"\xef\xbb\xbfFile,Part,X,Y\r\n1.jpg,nose,1,2\r\n,,,\r\n"
    assert read_parts(written(tmp_path, text)) == {"1.jpg": {"nose": PartPoint(1, 2, 2)}}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "begins with ''.*first line must be file,part,x,y"),
        ("picture,part,x,y\n1.jpg,nose,1,2\n", "begins with 'picture,part,x,y'"),
        ("file,part,x,y\n", "has no points"),
        ("file,part,x,y\n1.jpg,nose,1,2\n1.jpg,eye,1\n", "line 3, has 3 entries"),
        ("file,part,x,y\n1.jpg,nose,one,2\n", "line 2, has the position 'one', '2'"),
        ("file,part,x,y\n1.jpg,nose,nan,2\n", "line 2, has the position 'nan', '2'"),
        ("file,part,x,y\n1.jpg, ,1,2\n", "line 2, has no part"),
        ("file,part,x,y\n,nose,1,2\n", "line 2, has no file"),
        (
            "file,part,x,y\n1.jpg,nose,1,2\n2.jpg,nose,1,2\n1.jpg,nose,4,2\n",
            "line 4, repeats the part 'nose' of 1.jpg from line 2",
        ),
        ('file,part,x,y\n1.jpg,"nose,1,2\n', "line 2, is not valid CSV"),
        (b"file,part,x,y\n\xe9.jpg,nose,1,2\n", "is not UTF-8"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, lines, said):
    with pytest.raises(RequestError, match=said) as caught:
        read_parts(written(tmp_path, lines))
    assert "\n" not in str(caught.value)
    assert "parts.csv" in str(caught.value)


def test_no_such_file(tmp_path):
    with pytest.raises(RequestError, match="does not exist"):
        read_parts(tmp_path / "none.csv")
