"""Makes the ONNX models beside this file, as PyTorch 1.13 exports them.

    OMP_NUM_THREADS=1 python3 tests/sim/io/onnx/make_samples.py

Each is as small as its kind allows; their MACs are derived in
tests/sim/io/onnx_samples_test.cc. Needs torch; the tests do not.
"""
import math
import pathlib

import torch
from torch import nn
from torch.nn import functional as F

HERE = pathlib.Path(__file__).parent


def export(name, model, inputs, **options):
    model.eval()
    torch.onnx.export(model, inputs, str(HERE / f"{name}.onnx"),
                      opset_version=13, **options)


class Branchy(nn.Module):
    """Two exits that return logits; the batch is dynamic."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, padding=1)
        self.exit1 = nn.Linear(4 * 4 * 4, 3)
        self.conv2 = nn.Conv2d(4, 8, 3, padding=1)
        self.exit2 = nn.Linear(8 * 2 * 2, 3)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        first = self.exit1(torch.flatten(x, 1))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return first, self.exit2(x.view(x.size(0), -1))


class Layer(nn.Module):
    """A BERT encoder layer of width 8, 2 heads."""

    def __init__(self):
        super().__init__()
        self.q, self.k, self.v, self.o = (nn.Linear(8, 8) for _ in range(4))
        self.norm1, self.norm2 = nn.LayerNorm(8), nn.LayerNorm(8)
        self.up, self.down = nn.Linear(8, 16), nn.Linear(16, 8)

    def forward(self, x, mask):
        batch, tokens, _ = x.shape

        def heads(y):
            return y.view(batch, tokens, 2, 4).transpose(1, 2)

        scores = heads(self.q(x)) @ heads(self.k(x)).transpose(-1, -2)
        weights = F.softmax(scores / math.sqrt(4) + mask, -1)
        y = (weights @ heads(self.v(x))).transpose(1, 2)
        x = self.norm1(x + self.o(y.reshape(batch, tokens, 8)))
        return self.norm2(x + self.down(F.gelu(self.up(x))))


class Bert(nn.Module):
    """Two layers, each with an exit on the first token."""

    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(10, 8), nn.Embedding(6, 8)
        self.layers = nn.ModuleList([Layer(), Layer()])
        self.exits = nn.ModuleList([nn.Linear(8, 2), nn.Linear(8, 2)])
        self.register_buffer("numbers", torch.arange(6)[None])

    def forward(self, ids, mask):
        x = self.words(ids) + self.places(self.numbers[:, :ids.size(1)])
        mask = (1.0 - mask[:, None, None, :].float()) * -10000.0
        results = []
        for layer, head in zip(self.layers, self.exits):
            x = layer(x, mask)
            results.append(head(x[:, 0]))
        return tuple(results)


class Residual(nn.Module):
    """A ResNet block that halves the image."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(2, 4, 3, 2, 1, bias=False)
        self.b = nn.Conv2d(4, 4, 3, 1, 1, bias=False)
        self.norm_a, self.norm_b = nn.BatchNorm2d(4), nn.BatchNorm2d(4)
        self.short = nn.Conv2d(2, 4, 1, 2, bias=False)
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        y = self.norm_b(self.b(F.relu(self.norm_a(self.a(x)))))
        y = F.relu(y + self.short(x))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(y, 1), 1))


class Inverted(nn.Module):
    """A MobileNetV3 block: depthwise, squeeze and excite, hard swish."""

    def __init__(self):
        super().__init__()
        self.wide = nn.Conv2d(2, 8, 1)
        self.depthwise = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.less, self.more = nn.Conv2d(8, 2, 1), nn.Conv2d(2, 8, 1)
        self.narrow = nn.Conv2d(8, 2, 1)

    def forward(self, x):
        y = F.hardswish(self.depthwise(F.relu6(self.wide(x))))
        s = self.more(F.relu(self.less(F.adaptive_avg_pool2d(y, 1))))
        return x + self.narrow(y * F.hardsigmoid(s))


class Segments(nn.Module):
    """Down, up by transposition and by resampling, joined."""

    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(2, 4, 3, 2, 1)
        self.up = nn.ConvTranspose2d(4, 2, 2, 2)
        self.out = nn.Conv2d(8, 4, 1)

    def forward(self, x):
        y = F.leaky_relu(self.down(x))
        z = F.interpolate(y, scale_factor=2, mode="bilinear")
        return F.pixel_shuffle(self.out(torch.cat([x, self.up(y), z], 1)), 2)


class Sequence(nn.Module):
    def __init__(self, kind, both):
        super().__init__()
        self.cell = getattr(nn, kind)(3, 4, batch_first=True,
                                      bidirectional=both)
        self.fc = nn.Linear(8 if both else 4, 2)

    def forward(self, x):
        return self.fc(self.cell(x)[0][:, -1])


@torch.jit.script
def maybe(x, gate):
    # type: (torch.Tensor, torch.Tensor) -> torch.Tensor
    if bool(gate > 0):
        y = torch.relu(x) * 2.0 + x
    else:
        y = x
    return y


class Skip(nn.Module):
    """A block that a gate may skip: If."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.gate, self.fc = nn.Linear(4, 1), nn.Linear(4, 3)

    def forward(self, x):
        x = self.conv(x)
        x = maybe(x, self.gate(x.mean((2, 3))).sum())
        return F.softmax(self.fc(x.mean((2, 3))), -1)


@torch.jit.script
def ponder(x, weight):
    # type: (torch.Tensor, torch.Tensor) -> torch.Tensor
    rounds = 0
    halted = torch.zeros([1])
    while bool((halted < 1.0).all()) and rounds < 6:
        x = torch.tanh(torch.matmul(x, weight))
        halted = halted + torch.sigmoid(x.mean())
        rounds += 1
    return x


class Ponder(nn.Module):
    """A bounded loop that halts: Loop."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(4, 4))
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        return self.fc(ponder(x, self.weight))


def main():
    torch.manual_seed(0)
    export("branchy", Branchy(), torch.zeros(1, 1, 8, 8), input_names=["x"],
           output_names=["exit1", "exit2"], dynamic_axes={"x": {0: "batch"}})
    ids = torch.zeros(1, 4, dtype=torch.long)
    export("bert", Bert(), (ids, torch.ones_like(ids)),
           input_names=["ids", "mask"],
           dynamic_axes={"ids": {0: "batch"}, "mask": {0: "batch"}})
    export("residual", Residual(), torch.zeros(1, 2, 8, 8),
           training=torch.onnx.TrainingMode.PRESERVE)
    export("inverted", Inverted(), torch.zeros(1, 2, 4, 4))
    export("segments", Segments(), torch.zeros(1, 2, 8, 8))
    export("lstm", Sequence("LSTM", True), torch.zeros(1, 5, 3))
    export("gru", Sequence("GRU", False), torch.zeros(1, 5, 3))
    export("skip", Skip(), torch.zeros(1, 1, 8, 8))
    export("ponder", Ponder(), torch.zeros(1, 4))


if __name__ == "__main__":
    main()
