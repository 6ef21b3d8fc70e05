"""Options made from what settings declare."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from vizreport.cli.verb import Option
from vizreport.experiments.setting import Setting
from vizreport.experiments.shared import RUNNING

if TYPE_CHECKING:
    from vizreport.experiments.settings import Settings


def option_of(setting: Setting, heading: str = "options") -> Option:
    """Return the option that sets a setting.

    Parameters
    ----------
    setting : Setting
        One that has an option.
    heading : str
        In the help, where the setting declares none.
    """
    default = setting.shown_default
    if default is None and setting.repeat and setting.default:
        default = ",".join(map(str, setting.default))
    action = "append" if setting.repeat else "store"
    if isinstance(setting.default, bool):
        action = "store_true"
    return Option(
        setting.option,
        setting.help,
        type=setting.parse,
        metavar=setting.metavar,
        default=setting.default,
        shown_default=default,
        choices=setting.choices,
        group=setting.heading or heading,
        dest=setting.name,
        action=action,
    )


def setting_options() -> tuple[Option, ...]:
    """Return the options of all settings there are, how to run last."""
    from vizreport.experiments.registry import experiments
    from vizreport.experiments.settings import declared_settings

    titles = {name: each.title[:1].lower() + each.title[1:] for name, each in experiments().items()}
    found = [
        option_of(each, titles.get(each.owner or "", "options"))
        for each in declared_settings().values()
        if each.option
    ]
    return tuple(sorted(found, key=lambda option: option.group == RUNNING))


def settings_from(arguments: argparse.Namespace) -> Settings:
    """Return the settings that the parsed arguments choose."""
    from vizreport.experiments.settings import Settings, declared_settings

    chosen = {}
    for name, each in declared_settings().items():
        if not each.option:
            continue
        value = getattr(arguments, name)
        chosen[name] = (tuple(value) or each.default) if each.repeat else value
    return Settings(**chosen)
