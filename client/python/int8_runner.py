"""The stages of an ONNX file in simulated int8 arithmetic.

Weights are symmetric int8, one scale per output channel (Conv) or per tensor
(Gemm); activations are symmetric int8, one scale per tensor, the largest
magnitude seen on the calibration images mapped to 127. Products are summed
exactly (as a 32-bit accumulator would), the bias is added as an integer at
the accumulator's scale, and the sum is rescaled, rounded half to even and
clamped to -127..127. Pools work on the int8 values; the average is rounded.
Logits are int8 too; only the softmax is computed in floating point.

Integers are held in float64, in which every sum here is exact, so the result
does not depend on the order of summation or on the CPU.
"""

import torch

import float_runner

LIMIT = 127  # symmetric: -128 is not used


class Int8Network:
    """An ONNX network quantised after training, without retraining."""

    def __init__(self, stages, calibration_images):
        """Quantises `stages` (onnx_stages.load) on `calibration_images`.

        calibration_images: [n, channels, rows, columns] float, training data.
        """
        self._stages = stages
        self._source = (stages[0].trunk or stages[0].head)[0].source
        self._scale = _scales(stages, self._source, calibration_images)

    def logits(self, images):
        """Returns the dequantised logits [n, classes] per exit, float64."""
        scale = self._scale[self._source]
        features = _quantise(images.double(), scale)
        results = []
        for stage in self._stages:
            features, scale = self._chain(stage.trunk, features, scale)
            values, logit_scale = self._chain(stage.head[:-1], features, scale)
            results.append(values * logit_scale)
        return results

    def _chain(self, nodes, values, scale):
        """Runs a chain of nodes on int8 `values`; returns (values, scale)."""
        for node in nodes:
            if node.op in ("Conv", "Gemm"):
                target = self._scale[node.output]
                values, scale = _weighted(node, values, scale, target), target
            elif node.op in ("AveragePool", "GlobalAveragePool"):
                values = torch.round(float_runner.module(node)(values))
            else:
                values = float_runner.module(node)(values)
        return values, scale


def _weighted(node, values, scale, target):
    """Returns the int8 output, at scale `target`, of a Conv or Gemm node."""
    weight = torch.from_numpy(node.constants[0]).double()
    bias = torch.from_numpy(node.constants[1]).double()
    if node.op == "Conv":
        weight_scale = weight.abs().amax(dim=(1, 2, 3)) / LIMIT
        shape = (-1, 1, 1)
        total = torch.nn.functional.conv2d(
            values, _quantise(weight, weight_scale.view(-1, 1, 1, 1)),
            stride=tuple(node.attributes.get("strides", (1, 1))),
            padding=float_runner.padding(node))
    else:
        weight_scale = weight.abs().max() / LIMIT
        shape = (-1,)
        quantised = _quantise(weight, weight_scale)
        if not node.attributes.get("transB", 0):
            quantised = quantised.t()
        total = values @ quantised.t()
    step = weight_scale * scale
    total = total + torch.round(bias / step).view(shape)
    return _clamp(torch.round(total * (step / target).view(shape)))


def _quantise(values, scale):
    return _clamp(torch.round(values / scale))


def _clamp(values):
    return torch.clamp(values, -LIMIT, LIMIT)


def _scales(stages, source, images):
    """Returns tensor name -> scale, from the magnitudes on `images`.

    A Conv that a Relu follows takes the scale of the Relu's output, since the
    two are one kernel on such hardware.
    """
    features = images.double()
    scales = {source: _scale_of(features)}
    with torch.no_grad():
        for stage in stages:
            features = _observe(stage.trunk, features, scales)
            _observe(stage.head[:-1], features, scales)
    return scales


def _observe(nodes, values, scales):
    for node in nodes:
        values = float_runner.module(node).double()(values)
        if node.op in ("Conv", "Gemm"):
            scales[node.output] = _scale_of(values)
        elif node.op == "Relu" and node.source in scales:
            scales[node.source] = _scale_of(values)
    return values


def _scale_of(values):
    """Returns max |value| / 127, rounded to float32, as a float."""
    return (values.abs().max() / LIMIT).float().item()
