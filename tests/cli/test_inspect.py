"""The table of reportable layers."""

from __future__ import annotations

from vizreport.cli.inspect import table

LAYERS = [
    {
        "name": "conv1",
        "kind": "convolution",
        "rows": 110,
        "cols": 110,
        "maps": 96,
        "stride": 2,
        "receptive_field": [7, 7],
        "rule": "",
    },
    {
        "name": "backbone/mix@1",
        "kind": "merge",
        "rows": 1,
        "cols": 1,
        "maps": 1000,
        "stride": None,
        "receptive_field": None,
        "rule": "swish has no backward rule",
    },
]

TABLE = """\
layer           kind         map size   maps  stride  receptive field  backward rule
conv1           convolution  110 x 110    96       2  7 x 7            yes
backbone/mix@1  merge        1 x 1      1000       -  whole image      none: swish has no \
backward rule"""


def test_table():
    assert table(LAYERS) == TABLE
