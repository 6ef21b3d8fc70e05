"""The rules that match a data set's classes with a network's outputs, case by case."""

import pytest

from vizreport.data.dataset import Dataset, ImageRecord
from vizreport.data.label_file import read_label_file
from vizreport.data.labels import resolve_labels
from vizreport.errors import RequestError

NAMES = ("tench", "great_white_shark", "crane", "crane")
IDS = ("n01", "n02", "n03", "n04")


def dataset(paths, labels=None, class_names=None):
    """Return a folder's data set, or with labels one that has its own."""
    records = []
    for i, path in enumerate(paths):
        if labels is None:
            name = path.split("/")[0] if "/" in path else None
            records.append(ImageRecord(i, path, "", name))
        else:
            name = class_names[labels[i]] if class_names else None
            records.append(ImageRecord(i, path, "", name, labels[i]))
    if labels is None and class_names is None:
        class_names = sorted({record.class_name for record in records if record.class_name})
    return Dataset("data", tuple(records), tuple(class_names or ()), (), None, "")


FOLDERS = [
    # (paths, options, labels)
    (["tench/a.jpg", "great_white_shark/b.jpg"], {"class_names": NAMES}, [0, 1]),
    (["n02/a.jpg", "n01/b.jpg"], {"class_names": NAMES, "class_ids": IDS}, [1, 0]),
    (["n04/a.jpg", "tench/b.jpg"], {"class_names": NAMES, "class_ids": IDS}, [3, 0]),
    (["Great White-Shark/a.jpg"], {"class_names": NAMES}, [1]),
    # An image beside the class folders is not known; nor is a folder that matches nothing.
    (["tench/a.jpg", "b.jpg"], {"class_names": NAMES}, [0, -1]),
    (["tench/a.jpg", "rest/b.jpg"], {"class_names": NAMES}, [0, -1]),
    # Two outputs share the name: it matches neither.
    (["crane/a.jpg", "tench/b.jpg"], {"class_names": NAMES}, [-1, 0]),
    # Alphabetical order only when asked for, and when the numbers agree.
    (["a/1.jpg", "b/1.jpg", "c/1.jpg", "d/1.jpg"], {}, None),
    (["a/1.jpg", "b/1.jpg", "c/1.jpg", "d/1.jpg"], {"labels_in_order": True}, [0, 1, 2, 3]),
    (["a/1.jpg", "b/1.jpg", "c/1.jpg"], {"labels_in_order": True}, None),
    (["a/1.jpg", "b/1.jpg", "c/1.jpg"], {"class_names": NAMES}, None),
    # Names go before order.
    (
        ["z/1.jpg", "y/1.jpg", "x/1.jpg", "w/1.jpg"],
        {"class_names": ("z", "y", "x", "w"), "labels_in_order": True},
        [0, 1, 2, 3],
    ),
    # Order goes before names that match in part.
    (
        ["c/1.jpg", "x/1.jpg", "y/1.jpg", "z/1.jpg"],
        {"class_names": ("a", "b", "c", "d"), "labels_in_order": True},
        [0, 1, 2, 3],
    ),
    # An index in a file name means nothing without a labels file.
    (["0_a.jpg", "1_b.jpg"], {"class_names": NAMES}, None),
    (["0_a.jpg", "1_b.jpg"], {"labels_in_order": True}, None),
]


@pytest.mark.parametrize(("paths", "options", "expected"), FOLDERS)
def test_folders(paths, options, expected):
    labels = resolve_labels(dataset(paths), 4, **options)
    assert labels.labels.dtype == "int32"
    assert labels.labels.tolist() == (expected or [-1] * len(paths))
    assert labels.known == (expected is not None)
    assert labels.reason
    assert len(labels.class_names) == 4


FILE_NAMES = [
    (["000_a.jpg", "3-b.jpg", "2 c.jpg", "1.x.jpg"], [0, 3, 2, 1]),
    (["sub/000_a.jpg", "sub/3_b.jpg"], [0, 3]),
    (["000_a.jpg", "b.jpg"], None),  # not every file
    (["000_a.jpg", "4_b.jpg"], None),  # out of range
    (["20190101_a.jpg"], None),
    (["0.jpg", "1.jpg"], None),  # numbers of files
    (["0_.jpg"], None),
    (["2fast.jpg"], None),
    (["img_1.jpg"], None),
]


@pytest.mark.parametrize(("paths", "expected"), FILE_NAMES)
def test_index_at_the_start_of_the_file_name(tmp_path, paths, expected):
    path = tmp_path / "labels.tsv"
    path.write_text("".join(f"{i}\tn0{i + 1}\t{name}\n" for i, name in enumerate("abcd")))
    labels = resolve_labels(dataset(paths), 4, labels_file=path)
    assert labels.labels.tolist() == (expected or [-1] * len(paths))
    assert labels.known == (expected is not None)
    assert labels.class_names == ("a", "b", "c", "d")


def test_folders_go_before_indices_in_file_names(tmp_path):
    path = tmp_path / "labels.tsv"
    path.write_text("0\ttench\n1\tshark\n")
    data = dataset(["shark/0_a.jpg", "tench/1_b.jpg"])
    assert resolve_labels(data, 2, labels_file=path).labels.tolist() == [1, 0]


def test_labels_file_goes_before_the_checkpoints_names(tmp_path):
    path = tmp_path / "labels.tsv"
    path.write_text("0\tn01\ttench\n1\tn02\tshark\n")
    labels = resolve_labels(dataset(["n02/a.jpg"]), 2, ("x", "y"), ("p", "q"), path)
    assert labels.labels.tolist() == [1]
    assert labels.class_names == ("tench", "shark")


OWN = [
    # (data's class names, options, labels of images 0, 1, 1)
    (("tench", "crane"), {"class_names": ("crane", "tench")}, [1, 0, 0]),
    (("tench", "heron"), {"class_names": ("crane", "tench")}, None),  # every class must match
    (("tench", "heron"), {"class_names": ("a", "b"), "labels_in_order": True}, [0, 1, 1]),
    (("tench", "heron"), {"labels_in_order": True}, [0, 1, 1]),
    (("tench", "heron"), {}, None),
    ((), {"labels_in_order": True}, [0, 1, 1]),
    ((), {"class_names": ("crane", "tench")}, None),
    (("a", "b", "c"), {"labels_in_order": True}, None),
]


@pytest.mark.parametrize(("names", "options", "expected"), OWN)
def test_the_datas_own_labels(names, options, expected):
    data = dataset(["images[0]", "images[1]", "images[2]"], [0, 1, 1], names)
    labels = resolve_labels(data, 2, **options)
    assert labels.labels.tolist() == (expected or [-1] * 3)
    assert labels.known == (expected is not None)
    assert labels.reason


def test_own_labels_out_of_range_are_not_taken_in_order():
    data = dataset(["images[0]", "images[1]"], [0, 2], ())
    assert not resolve_labels(data, 2, labels_in_order=True).known


def test_names_of_the_outputs():
    folders = dataset(["cat/a.jpg", "dog/a.jpg"])
    assert resolve_labels(folders, 2, labels_in_order=True).class_names == ("cat", "dog")
    assert resolve_labels(folders, 2).class_names == ("class 0", "class 1")
    assert resolve_labels(folders, 2, ("a", "b")).class_names == ("a", "b")


@pytest.mark.parametrize(
    ("data", "options", "reason"),
    [
        (
            dataset(["a.jpg"]),
            {},
            "The images have no classes: sort them into a folder for each class, or, where "
            "file names start with the index of an output, pass the outputs' names (--labels).",
        ),
        (
            dataset(["train/a.jpg", "val/b.jpg"]),
            {"class_names": ("cat", "dog")},
            "The folders 'train', 'val' have no name or id of an output, and their order is not "
            "known to agree (--labels-in-order).",
        ),
        (
            dataset([f"{name}/1.jpg" for name in "vwxyz"]),
            {"class_names": ("cat", "dog")},
            "The folders 'v', 'w', 'x' and 2 more have no name or id of an output, and their order "
            "is not known to agree (--labels-in-order).",
        ),
        (
            dataset(["i"], [0], ("heron",)),
            {"class_names": ("cat", "dog")},
            "The class 'heron' has no name or id of an output, and their order is not known to "
            "agree (--labels-in-order).",
        ),
        (
            dataset(["a/1.jpg", "b/1.jpg", "c/1.jpg"]),
            {"labels_in_order": True},
            "The data have 3 folders and the network 2 outputs.",
        ),
        (
            dataset(["i"], [0], ("heron",)),
            {},
            "The network's outputs have no names to match with the data's classes (--labels), and "
            "their order is not known to agree (--labels-in-order).",
        ),
        (
            dataset(["i"], [0], ()),
            {"class_names": ("cat", "dog")},
            "The data's classes have no names to match with those of the outputs, and their order "
            "is not known to agree (--labels-in-order).",
        ),
        (
            dataset(["crane/1.jpg"]),
            {"class_names": ("crane", "crane")},
            "The folder 'crane' has no name or id of a single output, and their order is not "
            "known to agree (--labels-in-order).",
        ),
    ],
)  # fmt: skip
def test_reasons(data, options, reason):
    labels = resolve_labels(data, 2, **options)
    assert not labels.known
    assert labels.reason == reason


def test_wrong_number_of_names():
    with pytest.raises(RequestError, match="3 class names for the network's 2 outputs"):
        resolve_labels(dataset(["a.jpg"]), 2, ("a", "b", "c"))
    with pytest.raises(RequestError, match="1 class ids for the network's 2 outputs"):
        resolve_labels(dataset(["a.jpg"]), 2, ("a", "b"), ("n1",))


@pytest.mark.parametrize(
    ("text", "names", "ids"),
    [
        ("0\ta\n1\tb\n", ("a", "b"), None),
        ("0\tn0\ta\n1\tn1\tb\n", ("a", "b"), ("n0", "n1")),
        ("1\tb\r\n\r\n0\ta", ("a", "b"), None),
        ("\ufeff0\tgreat white shark\n1\ttête\n", ("great white shark", "tête"), None),
        ("0\tn0\ta\n1\tb\n", ("a", "b"), ("n0", "")),
        ("000\ta\n001\tb\n", ("a", "b"), None),
    ],
)
def test_label_file(tmp_path, text, names, ids):
    path = tmp_path / "labels.tsv"
    path.write_bytes(text.encode())
    assert read_label_file(path, 2) == (names, ids)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0\ta\n1 b\n", r"labels.tsv, line 2: there are 1 columns; the format is index<TAB>name"),
        ("0\ta\n1\tb\tc\td\n", "line 2: there are 4 columns"),
        ("0\ta\n\nx\tb\n", "line 3: the index is 'x'; it must be a whole number from 0"),
        ("-1\ta\n", "line 1: the index is '-1'"),
        ("0\ta\n2\tb\n", "line 2: the index 2 is not one of the network's 2 outputs, 0 to 1"),
        ("0\ta\n0\tb\n", "line 2: the index 0 appears twice"),
        ("0\t \n", "line 1: the name is missing"),
        ("1\ta\n", "labels.tsv names 1 of the network's 2 outputs; the first missing index is 0"),
        ("", "names 0 of the network's 2 outputs"),
        (b"0\t\xff\n", "is not UTF-8 text"),
    ],
)
def test_wrong_label_file(tmp_path, text, message):
    path = tmp_path / "labels.tsv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(RequestError, match=message):
        read_label_file(path, 2)


def test_missing_label_file(tmp_path):
    with pytest.raises(RequestError, match="gone.tsv does not exist; pass --labels"):
        read_label_file(tmp_path / "gone.tsv", 2)
