"""Maps of class evidence, by each method that is defined for a network."""

from __future__ import annotations

import numpy as np

from vizreport.errors import NotApplicable
from vizreport.experiments.class_evidence.result import METHODS
from vizreport.graph.layers import ReportableLayer
from vizreport.graph.outputs import vector_output
from vizreport.subject.subject import Subject

CAM, GRADIENTS = METHODS


class Evidence:
    """A network's scores, their derivatives, and the maps made of them.

    Parameters
    ----------
    subject : Subject
        Network and data of the build.
    layer : ReportableLayer
        Whose feature maps Grad-CAM weighs.

    Attributes
    ----------
    methods : list of str
        Those that are defined.
    problems : dict of str
        Why another is not.
    """

    def __init__(self, subject: Subject, layer: ReportableLayer) -> None:
        from vizreport.engine.evidence import grad_cam_function, gradient_function
        from vizreport.engine.features import feature_function

        self.subject, self.layer = subject, layer
        self.graph = subject.graph
        output = vector_output(self.graph)
        if output is None:
            raise NotApplicable("the network's class scores are not a vector")
        self.output = output
        self._one_score = subject.output.kind == "binary"
        self._scores = feature_function(self.graph, [output])
        self._derive = gradient_function(self.graph, output)
        self.problems: dict[str, str] = {}
        if not self.graph.nodes[layer.node].spatial or layer.rows * layer.cols == 1:
            self.problems[CAM] = f"layer {layer.name!r} has no spatial positions"
        elif layer.node not in self.graph.ancestors(output):
            self.problems[CAM] = f"no path leads from layer {layer.name!r} to the class scores"
        else:
            self._attend = grad_cam_function(self.graph, output, layer.node)

    @property
    def methods(self) -> list[str]:
        """Those that are defined."""
        return [method for method in METHODS if method not in self.problems]

    def try_on(self, inputs: np.ndarray, classes: np.ndarray) -> None:
        """Leave out what is not defined, as some images show."""
        try:
            _, found = self._derive(inputs, *self.asked(classes))
        except LookupError:  # of TensorFlow
            problem = "an operation has no derivative"
        else:
            problem = "" if found.any() else "the derivatives are zero everywhere"
            problem = problem if np.isfinite(found).all() else "the derivatives are not finite"
        if problem:
            self.problems = {**dict.fromkeys(METHODS, problem), **self.problems}
            raise NotApplicable(problem)

    def asked(self, classes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return which score is looked at for each class, and the sign with which it counts."""
        classes = np.asarray(classes)
        if self._one_score:  # which speaks for the second class
            return np.zeros(len(classes), np.int32), np.where(classes == 1, 1.0, -1.0)
        return classes.astype(np.int32), np.ones(len(classes))

    def scores(self, inputs: np.ndarray, classes: np.ndarray) -> np.ndarray:
        """Return each image's score of its class, or one image's scores of all: float [N]."""
        size = self.subject.batch_size
        outputs = [self._scores(inputs[n : n + size])[0] for n in range(0, len(inputs), size)]
        asked, signs = self.asked(classes)
        given = np.broadcast_to(np.concatenate(outputs), (len(asked), outputs[0].shape[1]))
        found: np.ndarray = signs * given[np.arange(len(asked)), asked]
        return found

    def probabilities(self, inputs: np.ndarray) -> np.ndarray:
        """Return the probabilities of all classes: float32 [n, classes]."""
        size, found = self.subject.batch_size, []
        for start in range(0, len(inputs), size):
            outputs = self.subject.given_out(inputs[start : start + size])
            found.append(self.subject.output.probabilities(outputs))
        return np.concatenate(found)

    def pixels(
        self, image: np.ndarray, grey: np.ndarray, wanted: int, steps: int
    ) -> dict[str, np.ndarray]:
        """Return, by method, the evidence in each pixel: float64 [H, W].

        Parameters
        ----------
        image, grey : float array [H, W, C]
            Preprocessed: the image, and the one from which gradients are integrated.
        wanted : int
            The class.
        steps : int
            Points of the integration.
        """
        from vizreport.engine.evidence import integrated_gradients, over_the_input

        asked = self.asked(np.array([wanted]))
        found = {}
        if CAM in self.methods:
            cams = self._attend(image[None], *asked)
            found[CAM] = over_the_input(self.graph, self.layer.node, cams)[0]
        if GRADIENTS in self.methods:
            score, sign = int(asked[0][0]), float(asked[1][0])
            found[GRADIENTS] = integrated_gradients(
                self._derive, image, grey, score, sign, steps, self.subject.batch_size
            )
        return found


def over_squares(values: np.ndarray, tops: np.ndarray, lefts: np.ndarray, size: int) -> np.ndarray:
    """Return the sum of a map [h, w] over the square at each place: float64 [R, C]."""
    sums = np.zeros((values.shape[0] + 1, values.shape[1] + 1))
    sums[1:, 1:] = values.cumsum(axis=0).cumsum(axis=1)
    bottoms, rights = np.asarray(tops) + size, np.asarray(lefts) + size
    found: np.ndarray = (
        sums[np.ix_(bottoms, rights)]
        - sums[np.ix_(tops, rights)]
        - sums[np.ix_(bottoms, lefts)]
        + sums[np.ix_(tops, lefts)]
    )
    return found
