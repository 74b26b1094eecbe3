#!/usr/bin/python3
"""Trains the three-exit CNN on digits; writes digits.onnx and digits.csv.

    client/python/train_digits.py            remakes both in client/examples/
    client/python/train_digits.py --trace-only   the trace of the present ONNX

One thread, seeded: the same torch on the same CPU remakes the same bytes.
"""

import argparse
import hashlib
import os
import pathlib
import sys

os.environ["OMP_NUM_THREADS"] = "1"  # before torch reads it

import needs  # noqa: E402

needs.require("train_digits.py", "numpy", "torch", "sklearn", "onnx")

import numpy  # noqa: E402
import onnx  # noqa: E402
import torch  # noqa: E402

import digits_data  # noqa: E402
import float_runner  # noqa: E402
import int8_runner  # noqa: E402
import onnx_stages  # noqa: E402
import three_exits  # noqa: E402
import trace_format  # noqa: E402

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent / "examples"
COMMAND = "/usr/bin/python3 client/python/train_digits.py"


def main():
    arguments = _arguments()
    folder = pathlib.Path(arguments.out)
    if not folder.is_dir():
        needs.fail("train_digits.py", f"--out {folder}: no such folder")
    model_path = folder / "digits.onnx"
    if arguments.trace_only and not model_path.is_file():
        needs.fail("train_digits.py", f"{model_path}: no such file; run "
                   "without --trace-only to train it")
    _make_deterministic()
    parts = digits_data.load()
    if not arguments.trace_only:
        model = three_exits.train(parts["train"], arguments.epochs)
        onnx.save(three_exits.to_onnx(model), str(model_path))
    _write_trace(folder / "digits.csv", model_path, parts)
    return 0


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default=str(EXAMPLES), metavar="DIR",
                        help="where to write (default: client/examples)")
    parser.add_argument("--epochs", type=int, default=three_exits.EPOCHS)
    parser.add_argument("--trace-only", action="store_true",
                        help="keep DIR/digits.onnx, remake only the trace")
    arguments = parser.parse_args()
    if arguments.epochs < 1:
        parser.error("--epochs must be >= 1")
    return arguments


def _make_deterministic():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)


def _write_trace(path, model_path, parts):
    """Writes the trace of the ONNX file (not of any training state)."""
    stages = onnx_stages.load(str(model_path))
    exits = [stage.exit for stage in stages]
    float_modules = float_runner.modules(str(model_path))
    int8_network = int8_runner.Int8Network(
        stages, torch.from_numpy(parts["train"].images))
    runners = {
        "fp32": lambda images: float_runner.logits(float_modules, images),
        "int8": int8_network.logits,
    }
    rows = []
    for dtype, runner in runners.items():
        of_dtype = []
        for split in ("select", "report"):
            part = parts[split]
            results = runner(torch.from_numpy(part.images))
            of_dtype += _rows(part, split, dtype, results)
        rows += sorted(of_dtype, key=lambda row: int(row[0]))
    trace_format.write(path, _header(model_path, exits), exits, rows)
    _summarise(rows, exits)


def _rows(part, split, dtype, results):
    """Returns the trace rows of one split; results: logits per exit."""
    signals = [_signals(logits.numpy(), part.labels) for logits in results]
    return [[str(part.sample[i]), split, dtype, str(part.labels[i])]
            + [text for of_exit in signals for text in of_exit[i]]
            for i in range(len(part.sample))]


def _signals(logits, labels):
    """Returns [class, max-probability, entropy, margin, correct] as text."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probability = shifted - numpy.log(
        numpy.exp(shifted).sum(axis=1, keepdims=True))
    probability = numpy.exp(log_probability)
    entropy = -(probability * log_probability).sum(axis=1)
    ranked = numpy.sort(probability, axis=1)
    predicted = probability.argmax(axis=1)
    return [[str(predicted[i]), _number(ranked[i, -1]), _number(entropy[i]),
             _number(ranked[i, -1] - ranked[i, -2]),
             str(int(predicted[i] == labels[i]))] for i in range(len(labels))]


def _number(value):
    return f"{value:.9g}"


def _header(model_path, exits):
    digest = hashlib.sha256(model_path.read_bytes()).hexdigest()
    return [
        ("format", trace_format.FORMAT),
        ("kind", "signals"),
        ("signals", ", ".join(trace_format.SIGNALS)),
        ("entropy", "nats"),
        ("free_decisions", ", ".join(exits[:-1])),
        ("exits", ", ".join(exits)),
        ("model", model_path.name),
        ("weights", digest),
        ("dtypes", "fp32, int8"),
        ("int8", "simulated: symmetric weights (per channel in Conv, per "
         "tensor in Gemm), symmetric activations per tensor, min-max "
         "calibrated on the training samples; int8 logits, float softmax"),
        ("preprocessing", digits_data.PREPROCESSING),
        ("dataset", digits_data.NAME),
        ("splits", f"select {digits_data.SELECT_COUNT}, report "
         f"{digits_data.REPORT_COUNT}; stratified, disjoint, no training "
         "sample in either"),
        ("command", COMMAND),
    ]


def _summarise(rows, exits):
    """Prints accuracy per data type, split and exit to stdout."""
    names = trace_format.columns(exits)
    table = [dict(zip(names, row)) for row in rows]
    for dtype in ("fp32", "int8"):
        for split in ("select", "report"):
            some = [row for row in table
                    if (row["dtype"], row["split"]) == (dtype, split)]
            shares = [sum(int(row[f"{name}_correct"]) for row in some)
                      / len(some) for name in exits]
            print(dtype, split, " ".join(
                f"{name} {share:.3f}" for name, share in zip(exits, shares)))


if __name__ == "__main__":
    sys.exit(main())
