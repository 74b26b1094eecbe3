"""The committed trace and ONNX file keep their promises. No torch, no numpy."""

import hashlib
import math
import unittest

import paths

import trace_format

CLASSES = 10
# Signals are written with 9 significant digits; 1e-8 is one unit in the last
# place of an entropy above 1.
ROUNDING = 1e-8


def _slice(rows, dtype, split):
    return [row for row in rows
            if (row["dtype"], row["split"]) == (dtype, split)]


def _accuracy(rows, exit_name):
    return sum(int(row[f"{exit_name}_correct"]) for row in rows) / len(rows)


class TraceTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.header, cls.rows = trace_format.read(paths.EXAMPLES / "digits.csv")
        cls.exits = trace_format.exits_of(cls.rows[0])

    def test_header_states_what_semantics_section_3_asks_for(self):
        self.assertEqual(self.header["format"], "dynarch-trace 1")
        self.assertEqual(self.header["kind"], "signals")
        self.assertEqual(self.header["signals"],
                         "max_probability, entropy, margin")
        self.assertEqual(self.header["free_decisions"], "exit1, exit2")
        self.assertEqual(self.header["dtypes"], "fp32, int8")
        for key in ("preprocessing", "dataset", "splits", "command"):
            self.assertTrue(self.header[key], key)

    def test_weights_are_the_sha256_of_the_onnx_file(self):
        data = (paths.EXAMPLES / "digits.onnx").read_bytes()
        self.assertEqual(self.header["weights"],
                         hashlib.sha256(data).hexdigest())

    def test_onnx_and_trace_are_together_under_a_megabyte(self):
        sizes = [(paths.EXAMPLES / name).stat().st_size
                 for name in ("digits.onnx", "digits.csv")]
        self.assertLess(sum(sizes), 1_000_000)

    def test_columns_are_those_of_the_format_in_order(self):
        self.assertEqual(self.exits, ["exit1", "exit2", "exit3"])
        self.assertEqual(list(self.rows[0]), trace_format.columns(self.exits))

    def test_each_split_has_500_samples_per_data_type(self):
        # 2 data types x (500 select + 500 report).
        self.assertEqual(len(self.rows), 2000)
        for dtype in ("fp32", "int8"):
            for split in ("select", "report"):
                self.assertEqual(len(_slice(self.rows, dtype, split)), 500)

    def test_splits_are_disjoint_and_equal_for_both_data_types(self):
        samples = {(dtype, split): {row["sample"] for row in
                                    _slice(self.rows, dtype, split)}
                   for dtype in ("fp32", "int8")
                   for split in ("select", "report")}
        for dtype in ("fp32", "int8"):
            self.assertFalse(samples[dtype, "select"]
                             & samples[dtype, "report"])
        for split in ("select", "report"):
            self.assertEqual(samples["fp32", split], samples["int8", split])
            self.assertEqual(len(samples["fp32", split]), 500)

    def test_training_samples_remain(self):
        # The data set has 1797 samples, numbered from 0; 1000 are traced.
        numbers = {int(row["sample"]) for row in self.rows}
        self.assertEqual(len(numbers), 1000)
        self.assertTrue(all(0 <= number < 1797 for number in numbers))

    def test_labels_do_not_depend_on_the_data_type(self):
        labels = {}
        for row in self.rows:
            self.assertEqual(labels.setdefault(row["sample"], row["label"]),
                             row["label"])

    def test_correct_says_whether_the_class_is_the_label(self):
        for row in self.rows:
            for name in self.exits:
                equal = row[f"{name}_class"] == row["label"]
                self.assertEqual(row[f"{name}_correct"], str(int(equal)))

    def test_signals_are_those_of_one_distribution_over_ten_classes(self):
        for row in self.rows:
            for name in self.exits:
                self._check_signals(
                    *(float(row[f"{name}_{signal}"])
                      for signal in trace_format.SIGNALS))

    def _check_signals(self, probability, entropy, margin):
        """Bounds that hold for every distribution with this maximum p.

        p is at least 1/10. The second largest q lies between (1-p)/9 and
        min(p, 1-p), so the margin p-q lies between max(0, 2p-1) and
        p-(1-p)/9. The entropy is at least the min-entropy -ln p, and largest
        when the rest is spread evenly: -p ln p - (1-p) ln((1-p)/9).
        """
        rest = max(0.0, 1 - probability)
        self.assertGreaterEqual(probability, 1 / CLASSES)
        self.assertLessEqual(probability, 1)
        self.assertGreaterEqual(margin, max(0, 2 * probability - 1) - ROUNDING)
        self.assertLessEqual(margin,
                             probability - rest / (CLASSES - 1) + ROUNDING)
        self.assertGreaterEqual(entropy, -math.log(probability) - ROUNDING)
        spread = (rest * math.log(rest / (CLASSES - 1))) if rest > 0 else 0
        highest = -probability * math.log(probability) - spread
        # Near p = 1 the entropy's slope, ln(9p/(1-p)), exceeds 20 and
        # magnifies the rounding of p.
        self.assertLessEqual(entropy, highest + 30 * ROUNDING)

    def test_later_exits_are_more_accurate(self):
        for dtype in ("fp32", "int8"):
            for split in ("select", "report"):
                rows = _slice(self.rows, dtype, split)
                first, second, third = (_accuracy(rows, name)
                                        for name in self.exits)
                self.assertLess(first, second)
                self.assertLess(second, third)
                self.assertGreaterEqual(first, 0.85)
                self.assertGreaterEqual(third, 0.965)

    def test_int8_differs_from_fp32_but_decides_alike(self):
        for name in self.exits:
            fp32, int8 = (
                {row["sample"]: row[f"{name}_class"] for row in self.rows
                 if row["dtype"] == dtype} for dtype in ("fp32", "int8"))
            alike = sum(fp32[key] == int8[key] for key in fp32) / len(fp32)
            self.assertGreater(alike, 0.97)
        signals = [{(row["sample"], row["exit1_max_probability"])
                    for row in self.rows if row["dtype"] == dtype}
                   for dtype in ("fp32", "int8")]
        self.assertLess(len(signals[0] & signals[1]), 20)

    def test_thresholds_sweep_the_exit_rate_without_cliffs(self):
        rows = _slice(self.rows, "fp32", "select")
        rates = []
        for percent in range(50, 101, 5):
            taken = [trace_format.exit_taken(row, self.exits,
                                             (percent / 100, 2.0))
                     for row in rows]
            rates.append(taken.count(0) / len(rows))
        self.assertGreater(rates[0], 0.8)
        self.assertEqual(rates[-1], 0)
        for before, after in zip(rates, rates[1:]):
            self.assertGreaterEqual(before, after)
            self.assertLess(before - after, 0.2)


if __name__ == "__main__":
    unittest.main()
