"""A made-up run of the size of a real one, for tests of what stands right of the results."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from tests.report import fake_pictures
from vizreport.experiments.filters.result import FiltersResult
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.overview.result import OverviewResult
from vizreport.experiments.photographs.result import PhotographsResult
from vizreport.experiments.registry import experiments
from vizreport.experiments.top_patches.result import TopPatchesResult
from vizreport.results.keys import result_key
from vizreport.results.run import ExperimentRecord, RunRecord, read_run, write_run
from vizreport.results.store import NOT_APPLICABLE, Store

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


def make_fake_run(folder: Path, hostile_names: bool = False) -> None:
    """Write plausible results of every experiment and a ``run.json``.

    Parameters
    ----------
    folder : Path
        Folder of the run; made when it is missing.
    hostile_names : bool
        Names that try to break the page, few classes with many images each, two photographs,
        one layer without a backward rule, and filters each on its own scale.
    """
    random = np.random.default_rng(7)
    seen = fake_pictures.pictures(IMAGES, SIZE, 1)
    names = [f"{NOUNS[i % 10]}" + (f" {i // 10}" if i > 9 else "") for i in range(1000)]
    if hostile_names:
        names = list(HOSTILE)
    mining = _mining(random, names, hostile_names)
    results = {
        "mining": mining,
        "overview": _overview(mining, seen, hostile_names),
        "filters": _filters(random, hostile_names),
        "top_patches": _top_patches(random, mining, seen, hostile_names),
        "photographs": _photographs(random, names, seen, hostile_names),
    }
    store = Store(folder)
    records = []
    keys: dict[str, str] = {}
    for experiment in experiments().values():
        if experiment.name not in results:
            continue
        required = {name: keys[name] for name in experiment.requires}
        key = result_key(experiment.name, experiment.version, "c" * 64, "d" * 64, {}, required)
        keys[experiment.name] = key
        store.save(experiment.name, key, results[experiment.name], experiment.version)
        records.append(ExperimentRecord(experiment.name, key, "done", "", 4.25))
    write_run(folder, run_record(tuple(records), hostile_names))


def run_record(records: tuple[ExperimentRecord, ...], hostile_names: bool) -> RunRecord:
    """Return the record of the made-up run with these experiments."""
    return RunRecord(
        name="fake",
        title=HOSTILE[0] if hostile_names else "SqueezeNet on 60 drawn pictures",
        checkpoint_file=HOSTILE[1] if hostile_names else "squeezenet.keras",
        checkpoint_sha256="c0ffee" * 10 + "beef",
        data_name=HOSTILE[3] if hostile_names else "photos",
        data_images=IMAGES + 2,
        data_fingerprint="feed" * 16,
        settings={
            "layers": None,
            "maps": 16,
            "max_images": None,
            "split": None,
            "rule": "deconvnet",
            "scale": "map",
            "filter_scale": "filter" if hostile_names else "shared",
            "window": "energy",
            "photographs": [HOSTILE[2]] if hostile_names else ["cat.jpg"],
            "seed": 0,
            "top": 9,
            "batch_size": 32,
        },
        experiments=records,
        seconds=83.4,
        host={"system": "Linux 6.1", "machine": "x86_64", "processors": "2", "devices": "CPU"},
        versions={"vizreport": "0.1.0", "python": "3.11.9", "tensorflow": "2.21.0"},
        date="2026-03-01T12:34:56+00:00",
        command="vizreport build --checkpoint squeezenet.keras --data photos",
    )


def mark_not_applicable(folder: Path, name: str, reason: str) -> None:
    """Turn one experiment of a made-up run into one that does not apply."""
    run = read_run(folder)
    Store(folder).save(name, "0" * 16, None, experiments()[name].version, NOT_APPLICABLE, reason)
    records = tuple(
        ExperimentRecord(name, "0" * 16, NOT_APPLICABLE, reason) if r.name == name else r
        for r in run.experiments
    )
    write_run(folder, dataclasses.replace(run, experiments=records))


def _layers(hostile: bool) -> list[tuple[str, int, int, int, int, int]]:
    rows = [*LAYERS]
    if hostile:
        rows[1] = (HOSTILE[0], *rows[1][1:])
        rows[2] = ("backbone/" + HOSTILE[4] + "@1", *rows[2][1:])
    return rows


def _mining(random: np.random.Generator, names: list[str], hostile: bool) -> MiningResult:
    layers = _layers(hostile)
    classes = len(names)
    labels = (np.arange(IMAGES) * (1 if hostile else 16) % classes).astype(np.int32)
    top = random.integers(0, classes, (IMAGES, 5)).astype(np.int32)
    right = random.random(IMAGES) < 0.65
    top[right, 0] = labels[right]
    odds = np.sort(random.dirichlet(np.full(5, 0.4), IMAGES), axis=1)[:, ::-1].astype(np.float32)
    values, images, rows, cols, means, active = {}, {}, {}, {}, {}, {}
    for name, maps, _, _, _, side in layers:
        strongest = np.sort(random.gamma(4, 5, (maps, 9)), axis=1)[:, ::-1]
        strongest[5] = 0
        values[name] = strongest.astype(np.float32)
        images[name] = np.stack([random.permutation(IMAGES)[:9] for _ in range(maps)]).astype("i4")
        rows[name] = random.integers(0, side, (maps, 9)).astype(np.int32)
        cols[name] = random.integers(0, side, (maps, 9)).astype(np.int32)
        means[name] = random.random(maps).astype(np.float32)
        active[name] = random.random(maps).astype(np.float32)
    folder = HOSTILE[0].replace("/", "_") if hostile else "class"
    return MiningResult(
        layers=[layer[0] for layer in layers],
        values=values,
        images=images,
        rows=rows,
        cols=cols,
        means=means,
        active=active,
        paths=[f"{folder}/{i:03d}_n0{i}_picture.jpg" for i in range(IMAGES)],
        sha256=["0" * 64] * IMAGES,
        records=np.arange(IMAGES, dtype=np.int32),
        labels=labels,
        labels_reason="",
        class_names=names,
        top_classes=top,
        top_probabilities=odds,
        true_probabilities=np.where(right, odds[:, 0], 0.01).astype(np.float32),
        boxes=np.tile(np.array([30, 0, 330, 300], np.float32), (IMAGES, 1)),
        sizes=np.tile(np.array([360, 300], np.int32), (IMAGES, 1)),
        skipped=[["broken/empty.jpg", "the file is empty"], ["odd.png", "truncated after 312 B"]],
    )


def _overview(mining: MiningResult, seen: np.ndarray, hostile: bool) -> OverviewResult:
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
        layers=_layer_table(hostile),
        diagram=squeezenet_diagram(),
        images=IMAGES,
        top1_error=float(100 * (1 - correct.mean())),
        top5_error=14.4,
        labels_reason="",
        labelled=IMAGES,
        class_names=name_of,
        class_counts=np.bincount(mining.labels, minlength=classes).astype(np.int32),
        class_correct=np.bincount(mining.labels[correct], minlength=classes).astype(np.int32),
        confusions=[[m["true"], m["predicted"], 3, m["probability"]] for m in mistakes[:6]],
        mistakes=mistakes,
        mistake_pictures=seen[wrong],
        skipped=mining.skipped,
    )


def _layer_table(hostile: bool) -> list[dict]:
    chosen = _layers(hostile)
    rows = []
    for name, maps, _, field, stride, side in chosen:
        rows.append(
            {
                "name": name,
                "kind": "logits" if name == "conv10" else "convolution",
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
        rows[-1]["rule"] = "activation 'silu' has no backward rule"
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


def _filters(random: np.random.Generator, hostile: bool) -> FiltersResult:
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
        scale="filter" if hostile else "shared",
    )


def _top_patches(
    random: np.random.Generator, mining: MiningResult, seen: np.ndarray, hostile: bool
) -> TopPatchesResult:
    by_layer = [f.name for f in dataclasses.fields(TopPatchesResult) if "dict" in str(f.type)]
    fields: dict[str, dict] = {name: {} for name in by_layer}
    for name, maps, window, field, stride, _ in _layers(hostile):
        without_rule = hostile and name == "conv10"
        count = 0 if without_rule else 16
        chosen = np.sort(random.permutation(maps)[:count]).astype(np.int32)
        if count:
            chosen[0] = 5
            chosen.sort()
        values, images = mining.values[name][chosen], mining.images[name][chosen]
        rows, cols = mining.rows[name][chosen], mining.cols[name][chosen]
        dead = ~(values[:, 0] > 0) if count else np.zeros(0, bool)
        patches, projections = [], []
        for i in range(count):
            cut = [
                fake_pictures.crop(seen[n], int(r * stride), int(c * stride), window)
                for n, r, c in zip(images[i], rows[i], cols[i], strict=True)
            ]
            if dead[i]:
                cut = [np.full_like(tile, 128) for tile in cut]
            patches.append(fake_pictures.webp(fake_pictures.mosaic(cut), False))
            tiles = [fake_pictures.projection(tile) for tile in cut]
            projections.append(fake_pictures.webp(fake_pictures.mosaic(tiles), True))
        counts = [np.bincount(mining.labels[row]).max() / 9 for row in images]
        centre = np.stack([cols, rows, cols, rows], axis=-1) * stride
        half = np.array([-field // 2, -field // 2, field // 2, field // 2])
        for key, value in {
            "status": "activation 'silu' of block2/act has no backward rule"
            if without_rule
            else "",
            "maps": chosen,
            "values": values,
            "images": images,
            "rows": rows,
            "cols": cols,
            "window": window,
            "energy_share": 0.983,
            "receptive_field": [field, field],
            "fields": np.clip(centre + half, 0, SIZE).astype(np.int32),
            "patches": np.frombuffer(b"".join(patches), np.uint8),
            "projections": np.frombuffer(b"".join(projections), np.uint8),
            "patch_offsets": np.cumsum([0, *map(len, patches)]),
            "projection_offsets": np.cumsum([0, *map(len, projections)]),
            "scales": random.uniform(0.1, 2, (count, 1)).repeat(9, 1).astype(np.float32),
            "dead": dead,
            "purity": np.where(dead, np.nan, np.array(counts)).astype(np.float32),
        }.items():
            fields[key][name] = value
    return TopPatchesResult(
        layers=mining.layers, rule="deconvnet", scale="map", labelled=True, **fields
    )


def _photographs(
    random: np.random.Generator, names: list[str], seen: np.ndarray, hostile: bool
) -> PhotographsResult:
    count, strongest = (2 if hostile else 1), 4
    layers = [layer[0] for layer in _layers(hostile)]
    fields: dict[str, dict] = {
        key: {} for key in ("status", "maps", "values", "fields", "projections", "scales")
    }
    for name, maps, window, _, _, _ in _layers(hostile):
        fields["status"][name] = ""
        places = random.integers(20, SIZE - 20, (count, strongest, 2))
        half = np.array([window // 2 + 1] * 2)
        boxes = np.concatenate([places - half, places + half], axis=-1)
        fields["fields"][name] = np.clip(boxes, 0, SIZE).astype(np.int32)
        fields["maps"][name] = random.integers(0, maps, (count, strongest)).astype(np.int32)
        values = np.sort(random.gamma(4, 9, (count, strongest)), axis=1)[:, ::-1]
        fields["values"][name] = values.astype(np.float32)
        fields["scales"][name] = random.uniform(0.1, 2, (count, strongest)).astype(np.float32)
        shown = np.full((count, strongest, SIZE, SIZE, 3), 128, np.uint8)
        for p in range(count):
            whole = fake_pictures.projection(seen[p])
            for j, (left, top, right, bottom) in enumerate(fields["fields"][name][p]):
                shown[p, j, top:bottom, left:right] = whole[top:bottom, left:right]
        fields["projections"][name] = shown
    return PhotographsResult(
        paths=[HOSTILE[2], HOSTILE[0]] if hostile else ["cat.jpg"],
        pictures=seen[:count],
        top_classes=np.tile(np.arange(5, dtype=np.int32), (count, 1)),
        top_probabilities=np.tile(np.array([0.61, 0.2, 0.1, 0.05, 0.01], np.float32), (count, 1)),
        class_names=names,
        layers=layers,
        rule="deconvnet",
        **fields,
    )
