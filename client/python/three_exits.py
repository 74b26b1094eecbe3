"""The three-exit CNN: its layers, its training and its ONNX file.

Input 1 x 1 x 8 x 8. Stage 1 is one small convolution, stage 2 two wider ones,
stage 3 most of the work; each exit is a pool, a linear layer and a softmax.
"""

import onnx
import onnx.helper
import onnx.numpy_helper
import onnx.shape_inference
import torch

SEED = 7
EPOCHS = 100
BATCH = 32
LEARNING_RATE = 3e-3
LOSS_WEIGHTS = (0.5, 0.5, 1.0)  # exit 1, 2, 3
OPSET = 13
IR_VERSION = 7

# (name, operator, arguments). Conv: (inputs, outputs), 3 x 3, same size.
# Pools: (kernel = stride). Gemm: (inputs, outputs).
STAGES = (
    ((("conv1", "Conv", (1, 8)), ("relu1", "Relu", ())),
     (("exit1_pool", "AveragePool", (2,)), ("exit1_flatten", "Flatten", ()),
      ("exit1_fc", "Gemm", (128, 10)))),
    ((("conv2a", "Conv", (8, 32)), ("relu2a", "Relu", ()),
      ("conv2b", "Conv", (32, 32)), ("relu2b", "Relu", ())),
     (("exit2_pool", "GlobalAveragePool", ()), ("exit2_flatten", "Flatten", ()),
      ("exit2_fc", "Gemm", (32, 10)))),
    ((("conv3a", "Conv", (32, 64)), ("relu3a", "Relu", ()),
      ("pool3", "MaxPool", (2,)),
      ("conv3b", "Conv", (64, 96)), ("relu3b", "Relu", ())),
     (("exit3_pool", "AveragePool", (2,)), ("exit3_flatten", "Flatten", ()),
      ("exit3_fc", "Gemm", (384, 10)))),
)

_LAYERS = {
    "Conv": lambda inputs, outputs: torch.nn.Conv2d(inputs, outputs, 3,
                                                    padding=1),
    "Gemm": torch.nn.Linear,
    "Relu": torch.nn.ReLU,
    "MaxPool": torch.nn.MaxPool2d,
    "AveragePool": torch.nn.AvgPool2d,
    "GlobalAveragePool": lambda: torch.nn.AdaptiveAvgPool2d(1),
    "Flatten": torch.nn.Flatten,
}


class ThreeExits(torch.nn.Module):
    """The layers of STAGES; forward returns the logits of every exit."""

    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleDict()
        for trunk, head in STAGES:
            for name, operator, arguments in trunk + head:
                self.layers[name] = _LAYERS[operator](*arguments)

    def forward(self, values):
        """values: [n, 1, 8, 8]; returns [[n, 10]] per exit."""
        logits = []
        for trunk, head in STAGES:
            values = self._run(trunk, values)
            logits.append(self._run(head, values))
        return logits

    def _run(self, chain, values):
        for name, _, _ in chain:
            values = self.layers[name](values)
        return values


def train(part, epochs):
    """Trains all exits together on `part` (digits_data.Part); seeded."""
    torch.manual_seed(SEED)
    model = ThreeExits()
    images = torch.from_numpy(part.images)
    labels = torch.from_numpy(part.labels)
    optimiser = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
    for _ in range(epochs):
        for batch in torch.randperm(len(labels)).split(BATCH):
            optimiser.zero_grad()
            _loss(model(_shifted(images[batch])), labels[batch]).backward()
            optimiser.step()
        schedule.step()
    return model.eval()


def _loss(logits, labels):
    """Returns the weighted sum of the exits' cross entropies."""
    return sum(weight * torch.nn.functional.cross_entropy(of_exit, labels)
               for weight, of_exit in zip(LOSS_WEIGHTS, logits))


def _shifted(images):
    """Returns each image moved by -1, 0 or 1 pixel in each direction."""
    padded = torch.nn.functional.pad(images, (1, 1, 1, 1))
    moves = torch.randint(0, 3, (len(images), 2)).tolist()
    return torch.stack([padded[i, :, row:row + 8, column:column + 8]
                        for i, (row, column) in enumerate(moves)])


def to_onnx(model):
    """Returns the model as ONNX: batch 1, outputs exit1, exit2, exit3."""
    nodes, constants, source = [], [], "image"
    for index, (trunk, head) in enumerate(STAGES):
        source = _append_chain(model, trunk, source, nodes, constants)
        logits = _append_chain(model, head, source, nodes, constants)
        exit_name = f"exit{index + 1}"
        nodes.append(onnx.helper.make_node(
            "Softmax", [logits], [exit_name], f"{exit_name}_softmax", axis=1))
    return _checked(_model(nodes, constants))


def _append_chain(model, chain, source, nodes, constants):
    """Appends the ONNX nodes of `chain`; returns the name of its output."""
    for name, operator, arguments in chain:
        inputs = [source]
        for kind in ("weight", "bias") if operator in ("Conv", "Gemm") else ():
            values = getattr(model.layers[name], kind).detach().numpy()
            constants.append(
                onnx.numpy_helper.from_array(values, f"{name}_{kind}"))
            inputs.append(f"{name}_{kind}")
        source = f"{name}_out"
        nodes.append(onnx.helper.make_node(
            operator, inputs, [source], name,
            **_attributes(operator, arguments)))
    return source


def _attributes(operator, arguments):
    if operator == "Conv":
        return {"kernel_shape": [3, 3], "strides": [1, 1],
                "pads": [1, 1, 1, 1]}
    if operator in ("MaxPool", "AveragePool"):
        return {"kernel_shape": 2 * list(arguments),
                "strides": 2 * list(arguments)}
    return {"Gemm": {"transB": 1}, "Flatten": {"axis": 1}}.get(operator, {})


def _model(nodes, constants):
    def tensor(name, shape):
        return onnx.helper.make_tensor_value_info(
            name, onnx.TensorProto.FLOAT, shape)
    graph = onnx.helper.make_graph(
        nodes, "digits_three_exits", [tensor("image", [1, 1, 8, 8])],
        [tensor(f"exit{k + 1}", [1, 10]) for k in range(len(STAGES))],
        constants)
    opset = onnx.helper.make_opsetid("", OPSET)
    return onnx.helper.make_model(
        graph, producer_name="train_digits.py", ir_version=IR_VERSION,
        opset_imports=[opset])


def _checked(model):
    """Returns `model` after the ONNX checker and strict shape inference."""
    onnx.checker.check_model(model, full_check=True)
    onnx.shape_inference.infer_shapes(model, strict_mode=True)
    return model
