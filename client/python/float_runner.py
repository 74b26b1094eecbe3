"""The stages of an ONNX file as PyTorch modules, in float32 (or float64)."""

import torch

import onnx_stages


def modules(path):
    """Returns [(trunk, head)] of torch.nn.Sequential, one pair per exit.

    `trunk` maps the feature map of the stage before to this stage's; `head`
    maps it to the probabilities [n, classes]. Weights are those of the file.
    """
    return [(sequential(stage.trunk), sequential(stage.head))
            for stage in onnx_stages.load(path)]


def sequential(nodes):
    """Returns `nodes` (a chain) as one torch.nn.Sequential in eval mode."""
    return torch.nn.Sequential(*[module(node) for node in nodes]).eval()


def module(node):
    """Returns the torch module that computes one onnx_stages.Node."""
    return _MAKERS[node.op](node)


def _conv(node):
    weight = torch.from_numpy(node.constants[0])
    conv = torch.nn.Conv2d(weight.shape[1], weight.shape[0],
                           tuple(weight.shape[2:]),
                           stride=tuple(node.attributes.get("strides", (1, 1))),
                           padding=padding(node))
    return _with_weights(conv, weight, torch.from_numpy(node.constants[1]))


def _gemm(node):
    weight = torch.from_numpy(node.constants[0])
    if not node.attributes.get("transB", 0):
        weight = weight.t().contiguous()
    linear = torch.nn.Linear(weight.shape[1], weight.shape[0])
    return _with_weights(linear, weight, torch.from_numpy(node.constants[1]))


def _with_weights(layer, weight, bias):
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    layer.requires_grad_(False)
    return layer


def padding(node):
    """Returns (rows, columns) of symmetric zero padding of a Conv node."""
    top, left, bottom, right = node.attributes.get("pads", (0, 0, 0, 0))
    if (top, left) != (bottom, right):
        raise onnx_stages.Unsupported(f"node {node.name}: uneven pads")
    return (top, left)


def _pool(kind):
    def make(node):
        kernel = tuple(node.attributes["kernel_shape"])
        return kind(kernel, tuple(node.attributes.get("strides", (1, 1))))
    return make


_MAKERS = {
    "Conv": _conv,
    "Gemm": _gemm,
    "Relu": lambda node: torch.nn.ReLU(),
    "MaxPool": _pool(torch.nn.MaxPool2d),
    "AveragePool": _pool(torch.nn.AvgPool2d),
    "GlobalAveragePool": lambda node: torch.nn.AdaptiveAvgPool2d(1),
    "Flatten": lambda node: torch.nn.Flatten(),
    "Softmax": lambda node: torch.nn.Softmax(dim=-1),
}


def logits(stage_modules, images):
    """Returns the logits [n, classes] of every exit, float64, all exits run.

    Assumes: every head ends in its softmax, which is left out here so that
    the signals can be computed in float64 from the float32 logits.
    """
    results, features = [], images
    with torch.no_grad():
        for trunk, head in stage_modules:
            features = trunk(features)
            results.append(head[:-1](features).double())
    return results
