"""scikit-learn's digits: 1797 grey images of 8 x 8 pixels, 10 classes.

Three disjoint parts, stratified by class: `train` (weights and calibration),
and the two splits of the trace, `select` and `report`.
"""

import dataclasses

import numpy
import sklearn.datasets
import sklearn.model_selection

NAME = "scikit-learn digits (1797 samples, 8x8, 10 classes)"
PREPROCESSING = "pixel / 16 as float32, NCHW 1x1x8x8"
SPLIT_SEED = 20
SELECT_COUNT = 500
REPORT_COUNT = 500


@dataclasses.dataclass(frozen=True)
class Part:
    """Some samples of the data set.

    sample: [n] index into the data set, ascending.
    images: [n, 1, 8, 8] float32 in 0..1.
    labels: [n] class 0..9.
    """
    sample: numpy.ndarray
    images: numpy.ndarray
    labels: numpy.ndarray


def load():
    """Returns {"train": Part, "select": Part, "report": Part}, disjoint."""
    data = sklearn.datasets.load_digits()
    everything = numpy.arange(len(data.target))
    train, test = _split(everything, data.target, SELECT_COUNT + REPORT_COUNT)
    select, report = _split(test, data.target, REPORT_COUNT)
    parts = {"train": train, "select": select, "report": report}
    return {name: _part(data, index) for name, index in parts.items()}


def _split(index, target, second_count):
    """Cuts `index` in two, the second of `second_count`, both stratified."""
    return sklearn.model_selection.train_test_split(
        index, test_size=second_count, stratify=target[index],
        random_state=SPLIT_SEED)


def _part(data, index):
    index = numpy.sort(index)
    images = (data.images[index] / 16.0).astype(numpy.float32)
    return Part(index, images[:, None, :, :], data.target[index])
