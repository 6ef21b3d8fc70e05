"""Made-up results: mining, overview, filters."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.report import fake_pictures
from vizreport.experiments.filters.result import FiltersResult
from vizreport.experiments.mining.result import MinedLayer, MiningResult
from vizreport.experiments.overview.result import OverviewResult
from vizreport.experiments.preprocessing.result import PreprocessingResult
from vizreport.results.columns import Strings

SIZE = 227
IMAGES = 60
HOSTILE = (
    "<script>alert('x')</script>",
    "quote \" and ' and & <b>bold</b>",
    "\u202eright to left \u05e9\u05dc\u05d5\u05dd",
    "emoji \U0001f9a9 {{ 7 * 7 }} $x^2$",
    "long " + "x" * 295,
    "back\\slash/../..%2f",
)
NOUNS = (
    "tabby cat",
    "tench",
    "golden retriever",
    "loggerhead turtle",
    "acoustic guitar",
    "school bus",
    "honeycomb",
    "umbrella",
    "German short-haired pointer",
    "church",
)
# name, maps, window, receptive field, stride, rows
LAYERS = (
    ("conv1", 96, 7, 7, 2, 111),
    ("fire4", 256, 51, 55, 8, 27),
    ("fire8", 512, 131, 151, 16, 13),
    ("conv10", 1000, 163, 195, 16, 13),
)


def make_layers(hostile: bool) -> list[tuple[str, int, int, int, int, int]]:
    rows = [*LAYERS]
    if hostile:
        rows[1] = (HOSTILE[0], *rows[1][1:])
        rows[2] = ("backbone/" + HOSTILE[4] + "@1", *rows[2][1:])
    return rows


def make_mining(random: np.random.Generator, names: list[str], hostile: bool) -> MiningResult:
    layers = make_layers(hostile)
    classes = len(names)
    labels = (np.arange(IMAGES) * (1 if hostile else 16) % classes).astype(np.int32)
    top = random.integers(0, classes, (IMAGES, 5)).astype(np.int32)
    right = random.random(IMAGES) < 0.65
    top[right, 0] = labels[right]
    odds = np.sort(random.dirichlet(np.full(5, 0.4), IMAGES), axis=1)[:, ::-1].astype(np.float32)
    mined = {name: _mined(random, maps, side) for name, maps, _, _, _, side in layers}
    folder = HOSTILE[0].replace("/", "_") if hostile else "class"
    return MiningResult(
        layers=mined,
        paths=Strings.of(f"{folder}/{i:03d}_n0{i}_picture.jpg" for i in range(IMAGES)),
        sha256=np.zeros((IMAGES, 32), np.uint8),
        records=np.arange(IMAGES, dtype=np.int32),
        labels=labels,
        labels_reason="The data's folders have the names of the network's classes.",
        class_names=names,
        data_classes=np.full(IMAGES, -1, np.int32),
        data_class_names=[],
        output={
            "kind": "labels" if hostile else "classes",
            "activation": "sigmoid" if hostile else "",
            "outputs": classes,
            "evidence": "activation",
            "reason": "the network ends in a softmax",
        },
        output_layer="",
        outputs=np.zeros((IMAGES, 0), np.float32),
        top_classes=top,
        top_probabilities=odds,
        true_probabilities=np.where(right, odds[:, 0], 0.01).astype(np.float32),
        boxes=np.tile(np.array([30, 0, 330, 300], np.float32), (IMAGES, 1)),
        sizes=np.tile(np.array([360, 300], np.int32), (IMAGES, 1)),
        skipped=[["broken/empty.jpg", "the file is empty"], ["odd.png", "truncated after 312 B"]],
        checked=[*(layer[0] for layer in layers), "output"],
        not_finite=np.zeros(len(layers) + 1, np.int32),
        left_out=0,
    )


def _mined(random: np.random.Generator, maps: int, side: int) -> MinedLayer:
    strongest = np.sort(random.gamma(4, 5, (maps, 9)), axis=1)[:, ::-1]
    strongest[5] = 0
    return MinedLayer(
        values=strongest.astype(np.float32),
        images=np.stack([random.permutation(IMAGES)[:9] for _ in range(maps)]).astype("i4"),
        rows=random.integers(0, side, (maps, 9)).astype(np.int32),
        cols=random.integers(0, side, (maps, 9)).astype(np.int32),
        means=random.random(maps).astype(np.float32),
        active=random.random(maps).astype(np.float32),
        similarity=_similarity(random, maps),
    )


def _similarity(random: np.random.Generator, maps: int) -> np.ndarray:
    features = random.normal(size=(maps, 6))
    features[5] = 0
    with np.errstate(invalid="ignore"):
        found = np.nan_to_num(np.corrcoef(features))
    return np.rint(100 * found).astype(np.int8)


def make_overview(mining: MiningResult, seen: np.ndarray, hostile: bool) -> OverviewResult:
    wrong = np.flatnonzero(mining.top_classes[:, 0] != mining.labels)
    wrong = wrong[np.argsort(-mining.top_probabilities[wrong, 0])][:8]
    name_of = mining.class_names
    mistakes = [
        {
            "image": int(i),
            "path": mining.paths[i],
            "true": int(mining.labels[i]),
            "predicted": int(mining.top_classes[i, 0]),
            "probability": float(mining.top_probabilities[i, 0]),
            "true_probability": 0.01,
        }
        for i in wrong
    ]
    classes = len(name_of)
    correct = mining.top_classes[:, 0] == mining.labels
    return OverviewResult(
        model_name=HOSTILE[3] if hostile else "squeezenet",
        parameters=1_248_424,
        input_shape=[SIZE, SIZE, 3],
        preprocessing={
            "input_size": [SIZE, SIZE],
            "resize": "squash",
            "resize_to": [256, 256],
            "crop": "center",
            "channels": "BGR",
            "scale": 1.0,
            "mean": [104.0, 117.0, 123.0],
            "std": [1.0, 1.0, 1.0],
        },
        preprocessing_reason="set in the checkpoint's sidecar",
        layers=_layer_table(hostile),
        notes=["Layer 'drop' is called with training=True."] if hostile else [],
        initialised=["fire3", "fire4", HOSTILE[3], "conv10"] if hostile else [],
        initialised_tested=26,
        diagram=squeezenet_diagram(),
        images=IMAGES,
        top1_error=float(100 * (1 - correct.mean())),
        top5_error=14.4,
        labels_reason=mining.labels_reason,
        exchanged=[{"first": 0, "second": 1, "images": 9, "swapped": 8, "p": 1e-5}]
        if hostile
        else [],
        labelled=IMAGES,
        class_names=name_of,
        class_counts=np.bincount(mining.labels, minlength=classes).astype(np.int32),
        class_correct=np.bincount(mining.labels[correct], minlength=classes).astype(np.int32),
        subsets=[
            {"name": HOSTILE[0] if hostile else "unseen ranges", "images": 20, "wrong": 3},
            {"name": "unseen construction", "images": IMAGES - 20, "wrong": 9},
        ],
        confusions=[[m["true"], m["predicted"], 3, m["probability"]] for m in mistakes[:6]],
        mistakes=mistakes,
        mistake_pictures=seen[wrong],
        skipped=mining.skipped,
    )


def _layer_table(hostile: bool) -> list[dict]:
    chosen = make_layers(hostile)
    rows = []
    for name, maps, _, field, stride, side in chosen:
        rows.append(
            {
                "name": name,
                "kind": "output" if name == "conv10" else "convolution",
                "rows": side,
                "cols": side,
                "maps": maps,
                "stride": stride,
                "receptive_field": [field, field],
                "parameters": 14_208 * (len(rows) + 1),
                "chosen": True,
                "rule": "",
            }
        )
        if name == "conv1":
            for extra in ("fire2", "fire3"):
                rows.append({**rows[-1], "name": extra, "kind": "concatenation", "chosen": False})
    if hostile:
        rows[-1]["rule"] = "none for silu"
    return rows


def squeezenet_diagram() -> list[dict]:
    """Return the stages of SqueezeNet v1.0 as the overview stores them."""
    stages = [("input", 227, 3, []), ("conv1", 111, 96, ["conv 7x7, 96, stride 2"])]
    pool = "3x3 max pool, stride 2"
    for name, side, maps, before in (
        ("fire2", 55, 128, [pool]),
        ("fire3", 55, 128, []),
        ("fire4", 55, 256, []),
        ("fire5", 27, 256, [pool]),
        ("fire6", 27, 384, []),
        ("fire7", 27, 384, []),
        ("fire8", 27, 512, []),
        ("fire9", 13, 512, [pool]),
    ):
        squeeze = f"conv 1x1, {maps // 8}"
        expand = f"conv 1x1, {maps // 2} and conv 3x3, {maps // 2}"
        stages.append((name, side, maps, [*before, squeeze, expand]))
    stages.append(("conv10", 13, 1000, ["dropout", "conv 1x1, 1000"]))
    stages.append(("prob", 1, 1000, ["global average pool", "softmax"]))
    return [
        {"name": n, "rows": s, "cols": s, "maps": m, "operations": ops} for n, s, m, ops in stages
    ]


def make_filters(random: np.random.Generator, hostile: bool) -> FiltersResult:
    filters = fake_pictures.gabors(96, 7, 3)
    filters[17] *= 6
    rms = np.sqrt((filters**2).mean(axis=(1, 2, 3)))
    dead = np.zeros(96, bool)
    dead[[5, 40]] = True
    return FiltersResult(
        layer="conv1",
        filters=filters,
        rms=rms,
        dead=dead,
        dominating=rms > 3 * np.median(rms),
        dominating_ratio=3.0,
        stride=2,
        activity=np.where(dead, 0, random.random(96)).astype(np.float32),
    )


def make_preprocessing(hostile: bool) -> PreprocessingResult:
    """Return a check that finds nothing; with hostile names one that warns of everything."""

    def other(values: str, images: int, correct: int, used: int, p: float) -> Any:
        return {
            "values": values,
            "options": "--channels RGB --scale-pixels 1/255 --mean 0 --std 1",
            "images": images,
            "correct": correct,
            "used_correct": used,
            "gained": max(correct - used, 0) + 1,
            "lost": max(used - correct, 0) + 1,
            "p": p,
            "better": p < 0.01,
            "classes": 4,
            "active": images,
        }

    return PreprocessingResult(
        description="squashed to 256 x 256, centre-cropped to 227 x 227; BGR, 0 to 255, "
        "minus 104, 117, 123",
        values="BGR, 0 to 255, minus 104, 117, 123",
        reason=f"layer {HOSTILE[2]!r} says so" if hostile else "set in the checkpoint's sidecar",
        warning="Nothing speaks for it." if hostile else "",
        labelled=64,
        labels_known=not hostile,
        images=64,
        correct=12 if hostile else 48,
        predicted=64,
        classes=1 if hostile else 40,
        only_class=HOSTILE[1] if hostile else "",
        alternatives=[
            other("RGB, 0 to 1", 64, 50, 12, 1e-9)
            if hostile
            else other("RGB, 0 to 255", 64, 45, 48, 1.0),
            other("RGB, minus the ImageNet mean", 64, 12, 12, 1.0),
            other("RGB, -1 to 1", 16, 1, 3, 1.0),
        ],
        layer=HOSTILE[0] if hostile else "conv1",
        sampled=16,
        active=0 if hostile else 16,
        saturated=0.97 if hostile else None,
    )
