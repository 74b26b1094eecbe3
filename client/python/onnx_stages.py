"""Reads an ONNX file with one output per exit as a list of stages.

Stage k holds the nodes that exit k needs and no earlier exit does: its `trunk`
feeds the stages after it, its `head` ends in the probabilities of exit k.
Trunk and head are chains: every node reads the output of the node before it.
"""

import dataclasses

import numpy
import onnx
import onnx.numpy_helper

OPERATORS = ("AveragePool", "Conv", "Flatten", "Gemm", "GlobalAveragePool",
             "MaxPool", "Relu", "Softmax")


@dataclasses.dataclass(frozen=True)
class Node:
    """One ONNX node with its constant inputs resolved.

    source, output: names of the one data tensor read and written.
    constants: the initialisers it reads, in input order (weights, bias).
    """
    name: str
    op: str
    source: str
    output: str
    attributes: dict
    constants: tuple


@dataclasses.dataclass(frozen=True)
class Stage:
    """What runs between the previous decision and the decision of `exit`."""
    exit: str
    trunk: tuple
    head: tuple


class Unsupported(ValueError):
    """The file is valid ONNX but not a chain of stages that we can run."""


def load(path):
    """Returns the stages of the ONNX file at `path`, in order of the outputs.

    Raises OSError (unreadable), onnx.checker.ValidationError or
    google.protobuf DecodeError (not ONNX), Unsupported (not such a network).
    """
    model = onnx.load(path)
    onnx.checker.check_model(model)
    constants = {tensor.name: onnx.numpy_helper.to_array(tensor)
                 for tensor in model.graph.initializer}
    nodes = [_node(node, constants) for node in model.graph.node]
    exits = [output.name for output in model.graph.output]
    source = model.graph.input[0].name
    return _cut(nodes, exits, source)


def _node(proto, constants):
    if proto.op_type not in OPERATORS:
        raise Unsupported(f"node {proto.name}: operator {proto.op_type} is not "
                          f"one of {', '.join(OPERATORS)}")
    data = [name for name in proto.input if name not in constants]
    if len(data) != 1 or len(proto.output) != 1:
        raise Unsupported(f"node {proto.name}: reads {len(data)} tensors and "
                          f"writes {len(proto.output)}; one each is allowed")
    attributes = {a.name: onnx.helper.get_attribute_value(a)
                  for a in proto.attribute}
    weights = tuple(numpy.array(constants[name]) for name in proto.input
                    if name in constants)
    return Node(proto.name, proto.op_type, data[0], proto.output[0],
                attributes, weights)


def _cut(nodes, exits, source):
    """Cuts the graph into stages; `source` is the tensor of the network input.
    """
    producer = {node.output: node for node in nodes}
    chains = [_chain(producer, exit_name, source) for exit_name in exits]
    stages, done = [], []
    for index, exit_name in enumerate(exits):
        rest = chains[index][len(_common(chains[index], done)):]
        later = chains[index + 1] if index + 1 < len(chains) else []
        shared = [node for node in rest if node in later]
        head = rest[len(shared):]
        if not head or head[-1].op != "Softmax":
            raise Unsupported(f"output {exit_name}: must end in a Softmax")
        stages.append(Stage(exit_name, tuple(shared), tuple(head)))
        done = done + shared
    return stages


def _chain(producer, output, source):
    """Returns the nodes from the network input to `output`, in that order."""
    chain, tensor = [], output
    while tensor != source:
        if tensor not in producer:
            raise Unsupported(f"tensor {tensor}: no node produces it")
        chain.append(producer[tensor])
        tensor = producer[tensor].source
    return chain[::-1]


def _common(chain, prefix):
    """Returns `prefix` if `chain` starts with it, and otherwise refuses."""
    if chain[:len(prefix)] != prefix:
        raise Unsupported("the exits do not lie on one trunk")
    return prefix
