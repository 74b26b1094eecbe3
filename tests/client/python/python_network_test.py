"""The committed ONNX file, run again, gives the committed trace.

Needs torch, sklearn and onnx; where one is absent, says so and exits 77.
"""

import subprocess
import sys
import tempfile
import unittest

import paths

import needs

ABSENT = needs.absent(("torch", "sklearn", "onnx"))
if ABSENT:
    print(f"skipped: {', '.join(ABSENT)} absent")
    sys.exit(77)

import onnx  # noqa: E402
import torch  # noqa: E402

import digits_data  # noqa: E402
import float_runner  # noqa: E402
import host_network  # noqa: E402
import int8_runner  # noqa: E402
import onnx_stages  # noqa: E402
import three_exits  # noqa: E402
import trace_format  # noqa: E402

MODEL = str(paths.EXAMPLES / "digits.onnx")


class NetworkTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        host_network.use_one_thread()
        _, cls.rows = trace_format.read(paths.EXAMPLES / "digits.csv")
        cls.parts = digits_data.load()
        cls.select = torch.from_numpy(cls.parts["select"].images)

    def _signals_agree(self, dtype, logits, tolerance):
        rows = [row for row in self.rows
                if (row["dtype"], row["split"]) == (dtype, "select")]
        for index, of_exit in enumerate(logits):
            name = f"exit{index + 1}"
            probability = torch.softmax(of_exit, dim=1).amax(dim=1).tolist()
            for row, value in zip(rows, probability):
                self.assertAlmostEqual(
                    float(row[f"{name}_max_probability"]), value,
                    delta=tolerance, msg=f"sample {row['sample']} {name}")

    def test_fp32_trace_is_that_of_the_onnx_file(self):
        # Another CPU sums in another order: float32 logits of magnitude 10
        # move by some 1e-5, probabilities by at most as much.
        self._signals_agree("fp32", float_runner.logits(
            float_runner.modules(MODEL), self.select), 1e-4)

    def test_int8_trace_is_that_of_the_onnx_file(self):
        # All sums are exact integers, so no CPU differs; 1e-8 is rounding.
        network = int8_runner.Int8Network(
            onnx_stages.load(MODEL),
            torch.from_numpy(self.parts["train"].images))
        self._signals_agree("int8", network.logits(self.select), 1e-8)

    def test_the_early_stop_takes_the_exits_of_the_trace(self):
        rows = [row for row in self.rows
                if (row["dtype"], row["split"]) == ("fp32", "select")]
        network = host_network.HostNetwork(MODEL)
        images = host_network.batch_of_one(self.parts["select"].images)
        for thresholds in ((0.7, 0.8), (2.0, 0.0), (2.0, 2.0)):
            for row, image in zip(rows[:100], images):
                self.assertEqual(
                    network.run(image, thresholds)[1],
                    trace_format.exit_taken(row, network.exits, thresholds))

    def test_a_stage_that_is_not_reached_is_not_computed(self):
        network = host_network.HostNetwork(MODEL)
        reached = []
        for index, (trunk, _) in enumerate(network._stages):
            trunk.register_forward_hook(
                lambda *_, index=index: reached.append(index))
        network.run(self.select[:1], (0.0, 0.0))
        self.assertEqual(reached, [0])

    def test_splits_of_the_trace_are_not_trained_on(self):
        traced = {int(row["sample"]) for row in self.rows}
        self.assertFalse(traced & set(self.parts["train"].sample.tolist()))

    def test_work_grows_from_exit_to_exit(self):
        # MACs: stage 1 conv 1*9*8*64 + fc 128*10 = 5,888; stage 2 conv
        # 8*9*32*64 + 32*9*32*64 + fc 32*10 = 737,600; stage 3 conv
        # 32*9*64*64 + 64*9*96*16 + fc 384*10 = 2,068,224 (all of it in the
        # head, since no later stage reads it).
        features, counts = self.select[:1], []
        for stage in onnx_stages.load(MODEL):
            macs = 0
            for chain in (stage.trunk, stage.head):
                values = features
                for node in chain:
                    values = float_runner.module(node)(values)
                    if node.op in ("Conv", "Gemm"):
                        weight = node.constants[0]
                        macs += weight[0].size * values.numel()
                if chain is stage.trunk:
                    features = values
            counts.append(macs)
        self.assertEqual(counts, [5_888, 737_600, 2_068_224])

    def test_training_is_reproducible_to_the_byte(self):
        torch.set_grad_enabled(True)
        self.addCleanup(torch.set_grad_enabled, False)
        first, second = (
            three_exits.to_onnx(three_exits.train(self.parts["train"], 1))
            .SerializeToString() for _ in range(2))
        self.assertEqual(first, second)

    def test_an_operator_that_cannot_run_is_named(self):
        model = onnx.load(MODEL)
        model.graph.node[1].op_type = "Tanh"
        with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
            onnx.save(model, file.name)
            with self.assertRaisesRegex(onnx_stages.Unsupported,
                                        "node relu1: operator Tanh"):
                onnx_stages.load(file.name)

    def _measure(self, *arguments):
        return subprocess.run(
            ["/usr/bin/python3", "-B", paths.PROGRAMS / "measure_host.py",
             *arguments, "--out", "/no/such/folder"],
            capture_output=True, text=True, check=False)

    def test_measuring_a_file_that_is_not_onnx_is_refused(self):
        done = self._measure("--model", __file__)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("not a network that can run here", done.stderr)

    def test_measuring_against_another_trace_is_refused(self):
        done = self._measure("--trace", __file__)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("is not the trace of", done.stderr)


if __name__ == "__main__":
    unittest.main()
