"""What a user can choose about a report, apart from the checkpoint and the data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType, SimpleNamespace
from typing import Any

from vizreport.errors import RequestError
from vizreport.experiments.experiment import Experiment
from vizreport.experiments.registry import experiments
from vizreport.experiments.setting import Setting
from vizreport.experiments.shared import SHARED


@cache
def declared_settings() -> Mapping[str, Setting]:
    """Return all settings there are, by name: those that are shared, then each experiment's own."""
    found = dict(SHARED)
    for experiment in experiments().values():
        found.update(experiment.own_settings)
    return MappingProxyType(found)


class Settings:
    """Choices that experiments may depend on, each with its default where it is not made.

    An experiment is given those it declares and no others, and the ones that its result depends
    on enter its key: changing another recomputes nothing of it. ``vizreport build --help``
    explains them; :mod:`vizreport.experiments.shared` and the ``settings.py`` of an experiment
    declare them.

    Parameters
    ----------
    **chosen
        Values by the name of the setting.

    Raises
    ------
    RequestError
        If there is no such setting, or it cannot have that value.

    Examples
    --------
    >>> from vizreport.experiments.settings import Settings
    >>> Settings(layers=("conv1", "conv2"), seed=1).seed
    1
    """

    def __init__(self, **chosen: Any) -> None:
        declared = declared_settings()
        for name, value in chosen.items():
            if name not in declared:
                raise RequestError(
                    f"there is no setting {name!r}; available are {', '.join(sorted(declared))}"
                )
            if wrong := declared[name].problem(value):
                raise RequestError(f"{declared[name].option or name} {wrong}")
        defaults = {name: each.default for name, each in declared.items()}
        self._values = {**defaults, **chosen}

    def __getattr__(self, name: str) -> Any:
        values = self.__dict__.get("_values", {})
        if name not in values:
            raise AttributeError(f"there is no setting {name!r}")
        return values[name]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Settings) and self._values == other._values

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        declared = declared_settings()
        chosen = {n: v for n, v in self._values.items() if v != declared[n].default}
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in chosen.items())})"

    def as_dict(self) -> dict[str, object]:
        """Return the values by name."""
        return dict(self._values)

    def replace(self, **chosen: Any) -> Settings:
        """Return the same choices but for some."""
        return Settings(**{**self._values, **chosen})

    def of(self, experiment: Experiment) -> Given:
        """Return what an experiment's ``compute`` is given."""
        return Given(
            **{
                name: self._values[name]
                for name, each in experiment.all_settings.items()
                if each.role != "display"
            }
        )


class Given(SimpleNamespace):
    """The settings that an experiment declares, as attributes; any other is an error.

    A result can so depend on nothing that its key leaves out.
    """

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"the experiment does not declare that its result depends on the setting {name!r}"
        )

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("settings cannot be changed")
