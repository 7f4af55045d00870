"""Draws how calibrated scores are, and what precision costs in recall, as one SVG."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifiers.learned.sample import CATEGORIES, Sample

Array = npt.NDArray[np.float64]

_BINS = 10


def draw(samples: Sequence[Sample], scores: Array, path: Path) -> None:
    """Write a reliability diagram beside precision and recall, a line a category."""
    import matplotlib as mpl  # noqa: PLC0415 - only to draw

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "porthor"  # the same figures, the same file
    from matplotlib import pyplot as plt  # noqa: PLC0415
    from sklearn.metrics import precision_recall_curve  # noqa: PLC0415

    figure, (reliable, curve) = plt.subplots(1, 2, figsize=(9, 4.2))
    reliable.plot([0, 1], [0, 1], color="#b1b4b6", linestyle="--", label="as said")
    for index, (category, style) in enumerate(zip(CATEGORIES, ("-o", "--s", ":^"), strict=True)):
        known = [n for n, each in enumerate(samples) if each.labels[index] is not None]
        truth = np.array([samples[n].labels[index] for n in known], dtype=float)
        if len(set(truth)) < 2:  # noqa: PLR2004 - both kinds are needed
            continue
        said = scores[known, index]
        reliable.plot(*_reliability(truth, said), style, markersize=4, label=category)
        precision, recall, _ = precision_recall_curve(truth, said)
        curve.plot(recall, precision, style[:-1], label=category)
    reliable.set(xlabel="probability said", ylabel="share that was bad", title="Reliability")
    curve.set(xlabel="recall", ylabel="precision", title="Precision and recall", ylim=(0, 1.02))
    reliable.legend()
    curve.legend()
    figure.tight_layout()
    figure.savefig(path, format="svg", metadata={"Date": None})
    plt.close(figure)


def _reliability(truth: Array, said: Array) -> tuple[list[float], list[float]]:
    bins = np.minimum((said * _BINS).astype(int), _BINS - 1)
    full = [each for each in range(_BINS) if (bins == each).any()]
    return (
        [float(said[bins == each].mean()) for each in full],
        [float(truth[bins == each].mean()) for each in full],
    )
