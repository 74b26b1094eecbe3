"""Executes the network of an ONNX file on this CPU, one stage at a time.

Batch 1, one thread, float32. The early stop is real: a stage that is not
reached is not computed.
"""

import time

import google.protobuf.message
import onnx
import torch

import float_runner
import onnx_stages

# What HostNetwork(path) raises for a file that is not such a network.
UNREADABLE = (OSError, google.protobuf.message.DecodeError,
              onnx.checker.ValidationError, onnx_stages.Unsupported)


class HostNetwork:
    """The stages of one ONNX file, ready to run."""

    def __init__(self, path):
        """path: the ONNX file; the weights are those in it."""
        self._stages = float_runner.modules(path)
        self.exits = [stage.exit for stage in onnx_stages.load(path)]

    def run(self, image, thresholds):
        """Runs one inference; returns (class, index of the exit taken).

        image: [1, channels, rows, columns]. thresholds: max-probability per
        early exit, taken on >=; the last exit is always taken.
        """
        features = image
        last = len(self._stages) - 1
        for index, stage in enumerate(self._stages):
            features, probability, predicted = _stage(stage, features)
            if index == last or probability >= thresholds[index]:
                return predicted, index

    def stage_times(self, image):
        """Runs every stage of one inference; returns ns per stage.

        A stage ends when its probability and class are readable by Python
        and its decision is taken (here: to go on).
        """
        features, times = image, []
        for stage in self._stages:
            start = time.perf_counter_ns()
            features, probability, _ = _stage(stage, features)
            if probability < 2.0:  # the decision; always true
                times.append(time.perf_counter_ns() - start)
        return times


def _stage(stage, features):
    """Returns (features, max-probability, class) of one stage."""
    trunk, head = stage
    features = trunk(features)
    probability, predicted = head(features).max(dim=1)
    return features, probability.item(), predicted.item()


def use_one_thread():
    """Makes torch compute in the calling thread only, without gradients."""
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)


def batch_of_one(images):
    """Returns [n, c, h, w] float32 (numpy) as n tensors of [1, c, h, w]."""
    return [torch.from_numpy(image[None].copy()) for image in images]


def runtime_name():
    """Returns name and version of what executes the operators."""
    return f"torch-{torch.__version__}"
