"""What a user asks of ``vizreport build``. No TensorFlow here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from vizreport.experiments.settings import Settings
from vizreport.subject.options import NetworkOptions
from vizreport.system.paths import folder_problem


@dataclass(frozen=True)
class BuildRequest:
    """What a user asks for.

    Attributes
    ----------
    checkpoint : Path
        A ``.keras`` or ``.h5`` file, or a folder of them, one an epoch: the report is then of the
        last epoch, and its section Evolution of all.
    data : str
        Source of images, see :func:`vizreport.data.sources.open_dataset`.
    out : Path or None
        Folder of the report; ``reports/NAME`` after the checkpoint (or its folder) where None.
    settings : Settings
        What the user chose.
    network : NetworkOptions
        What the user says of the network.
    pdf : bool
        Whether to write ``report.pdf``.
    paper : {"a4", "letter"}
        Size of its pages.
    maps_in_print : int
        Feature maps of each layer in it and in the section Top-9.
    appendix : bool
        Whether it ends with the supplementary figures and tables, and how all was measured.
    strict : bool
        Whether to raise where an experiment fails, instead of showing it as failed.
    single_file : bool
        Whether ``report.html`` will be written as well (by
        :func:`vizreport.report.single.write_single_file`), so that its place has to be free.
    only : tuple of str
        Sections to make, with all that they require; empty for all there are.
    skip : tuple of str
        Sections to leave out, with all that require them.
    cluster : str or None
        Where to compute: None in this process, else as
        :class:`vizreport.parallel.cluster.Cluster` takes it.
    """

    checkpoint: Path
    data: str
    out: Path | None = None
    settings: Settings = field(default_factory=Settings)
    network: NetworkOptions = field(default_factory=NetworkOptions)
    pdf: bool = True
    paper: str = "a4"
    maps_in_print: int = 4
    appendix: bool = False
    strict: bool = False
    single_file: bool = False
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    cluster: str | None = None

    @property
    def name(self) -> str:
        """What the network is called."""
        given = self.checkpoint
        return given.stem if folder_problem(given) else given.resolve().name

    @property
    def folder(self) -> Path:
        """Of the report."""
        return self.out or Path("reports") / self.name
