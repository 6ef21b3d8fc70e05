"""Arguments that no one should type."""

from __future__ import annotations

from tests.hostile.cases import Place, Table

ARGUMENTS = Table()
case = ARGUMENTS.case

NUMBERS = {
    "--batch-size": "10000000000000000000000000000000",
    "--max-images": "-1",
    "--seed": "9" * 5000,
    "--input-size": "99999999999999999999x9",
    "--scale-pixels": "1e-400",
    "--mean": "1e400",
    "--std": "0,1,1",
    "--resize": "shortest:" + "9" * 5000,
}


def _number(option: str, text: str) -> None:
    @case(option, name=f"number_{option}")
    def make(place: Place) -> list[str]:
        return place.evaluate(place.photos, option, text)


for _option, _text in NUMBERS.items():
    _number(_option, _text)


@case("too long")
def long_out(place: Place) -> list[str]:
    return [*place.evaluate(place.photos)[:-1][:0], "build", "--checkpoint", str(place.keras),
            "--data", str(place.photos), "--out", "n" * 300]  # fmt: skip


@case("too long")
def long_run(place: Place) -> list[str]:
    return ["render", "n" * 300]


@case("too long")
def long_import(place: Place) -> list[str]:
    return [*place.inspect(place.keras), "--import", "n" * 300 + ".py"]


@case("too long")
def long_photograph(place: Place) -> list[str]:
    return ["build", "--checkpoint", str(place.keras), "--data", str(place.photos),
            "--preprocess", "unit", "--image", "n" * 300]  # fmt: skip


@case("file")
def out_is_a_file(place: Place) -> list[str]:
    return ["build", "--checkpoint", str(place.keras), "--data", str(place.photos),
            "--out", str(place.keras)]  # fmt: skip
