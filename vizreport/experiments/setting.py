"""A setting: a field of a frozen dataclass, with its option, its check and its default beside it.

@dataclass(frozen=True)
class SparsitySettings:
    threshold: float = setting(0.5, "Share above which a map counts.", parse=values.share)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

Role = Literal["result", "display", "running"]
Content = Literal["value", "file", "study", "layer"]


@dataclass(frozen=True)
class Setting:
    """What is declared of a setting.

    Attributes
    ----------
    default : object
        Value where nothing is chosen.
    help : str
        One or two sentences for ``--help``; the default is added. "" for no option: the setting
        is then for Python alone.
    flag : str
        ``"--name"``; after the field's name where "".
    parse : callable
        From the text of one value to the value; raises ``argparse.ArgumentTypeError``.
    check : callable
        From a value, whoever gave it, to what is wrong with it; "" for nothing.
    metavar : str or None
        What stands for the value in the help, such as ``"N"``.
    choices : tuple of str
        All values there are; others are refused.
    heading : str
        Of the option in the help; the experiment's title where "".
    repeat : bool
        Whether the option may be given several times: the value is a tuple.
    role : {"result", "display", "running"}
        What depends on it: the result, which is then computed again; only what is drawn of the
        result; or only the time and the memory that computing takes. ``compute`` is given all but
        the second kind, and only the first enters the key of the result.
    content : {"value", "file", "study", "layer"}
        Whether the value itself counts, the content of the file or files it names, or the results
        in the folder it names, which vizreport also finds beside the checkpoint. Names of layers
        are looked up before anything is computed.
    shown_default : str or None
        The default as a user would type it, where it is not plain.
    name : str
        Of the field.
    owner : str or None
        Name of the experiment; None for a choice that several share.
    """

    default: Any
    help: str
    flag: str = ""
    parse: Callable[[str], object] = str
    check: Callable[[Any], str] = lambda value: ""
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    heading: str = ""
    repeat: bool = False
    role: Role = "result"
    content: Content = "value"
    shown_default: str | None = None
    name: str = ""
    owner: str | None = None

    @property
    def option(self) -> str:
        """Its option on the command line; "" for none."""
        return (self.flag or "--" + self.name.replace("_", "-")) if self.help else ""

    def problem(self, value: Any) -> str:
        """Describe what is wrong with a value, or ""."""
        if self.choices and value not in self.choices:
            return f"is {value!r}; there are {', '.join(self.choices)}"
        return "" if value == self.default else self.check(value)


def setting(default: Any, help: str = "", **declared: Any) -> Any:
    """Declare a field of a dataclass of settings.

    Parameters
    ----------
    default : object
        Value where nothing is chosen.
    help : str
        Text of its option; "" for none.
    **declared
        Other attributes of :class:`Setting`.

    Returns
    -------
    dataclasses.Field
    """
    return field(default=default, metadata={"setting": Setting(default, help, **declared)})


def settings_of(declared: type | None, owner: str | None = None) -> dict[str, Setting]:
    """Return the settings that a dataclass declares, by name.

    Parameters
    ----------
    declared : type or None
        A frozen dataclass whose fields were made by :func:`setting`.
    owner : str or None
        The experiment it belongs to.

    Raises
    ------
    ValueError
        If a field was made by something else.
    """
    found: dict[str, Setting] = {}
    for each in fields(declared) if declared is not None else ():
        made = each.metadata.get("setting")
        if not isinstance(made, Setting):
            raise ValueError(f"the setting {each.name!r} is not declared by setting()")
        found[each.name] = replace(made, name=each.name, owner=owner)
    return found
