"""The networks of the catalogue are what their programs write, and the writer
is exact."""

import decimal
import fractions
import pathlib
import subprocess
import sys
import tempfile
import unittest

import paths

from networks import builder, make_networks, yaml_text

CATALOGUE = paths.ROOT / "sim" / "catalog" / "networks"


class CatalogueTest(unittest.TestCase):

    def test_remaking_gives_identical_files(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, make_networks.__file__, "--out",
                            folder], check=True)
            made = {path.name: path.read_text()
                    for path in pathlib.Path(folder).iterdir()}
        kept = {path.name: path.read_text() for path in CATALOGUE.iterdir()}
        self.assertEqual(sorted(made), sorted(kept))
        for name, text in made.items():
            self.assertEqual(text, kept[name], name)

    def test_one_network_is_made_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, make_networks.__file__, "resnet18",
                            "--out", folder], check=True)
            self.assertEqual([path.name for path in
                              pathlib.Path(folder).iterdir()],
                             ["resnet18.yaml"])

    def test_unknown_name_is_refused_with_those_there_are(self):
        done = subprocess.run([sys.executable, make_networks.__file__, "resnt"],
                              stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no network resnt", done.stderr)
        self.assertIn("resnet18", done.stderr)

    def test_rates_sum_to_exactly_one(self):
        for name, net in make_networks.every_network().items():
            source = net.outcome_sources().get("distribution", {})
            if "cases" in source:
                total = sum(fractions.Fraction(case["probability"])
                            for case in source["cases"])
                self.assertEqual(total, 1, name)
            for decision, rates in source.get("independent", {}).items():
                total = sum(map(fractions.Fraction, rates.values()))
                self.assertEqual(total, 1, f"{name}: {decision}")

    def test_every_source_of_outcomes_says_where_it_is_from(self):
        for name, net in make_networks.every_network().items():
            for source in net.outcome_sources().values():
                self.assertTrue(source["source"], name)


class BuilderTest(unittest.TestCase):

    def test_same_padding_puts_the_odd_pixel_behind(self):
        # 112 outputs of stride 2 reach (112 - 1) * 2 + 3 = 225 of 224 pixels.
        self.assertEqual(builder.same(224, 3, 2), [0, 0, 1, 1])
        self.assertEqual(builder.same(14, 3), [1, 1, 1, 1])
        # 25 x 5 outputs: (24 * 2 + 10 - 49, 4 * 2 + 4 - 10) = (9, 2).
        self.assertEqual(builder.same((49, 10), (10, 4), 2), [4, 1, 5, 1])

    def test_scopes_name_and_condition_actors(self):
        net = builder.Network("n", "s", image=[3, 8, 8])
        with net.scope("block"), net.when("a or b"), net.when("c"):
            name = net.relu("relu", "image")
        self.assertEqual(name, "block_relu")
        self.assertIn("  block_relu: {inputs: [image], "
                      "when: (a or b) and c, elementwise: relu}\n",
                      net.yaml())

    def test_a_name_twice_is_refused(self):
        net = builder.Network("n", "s", image=[3, 8, 8])
        net.relu("relu", "image")
        with self.assertRaisesRegex(ValueError, "relu is there already"):
            net.relu("relu", "image")


class YamlTextTest(unittest.TestCase):

    def test_what_fits_is_on_one_line(self):
        self.assertEqual(yaml_text.document({"a": {"b": [1, 2], "c": {}}}),
                         "a: {b: [1, 2], c: {}}\n")

    def test_what_does_not_fit_is_one_entry_a_line(self):
        long = "x" * 70
        self.assertEqual(
            yaml_text.document({"a": {"b": [1, 2], "c": long}}),
            f"a:\n  b: [1, 2]\n  c: {long}\n")
        self.assertEqual(
            yaml_text.document({"a": [{"p": "0.5", "q": long, "r": 1}]}),
            f"a:\n  - p: 0.5\n    q: {long}\n    r: 1\n")

    def test_long_text_is_folded(self):
        text = "word " * 30 + "end"
        lines = yaml_text.document({"source": text}).splitlines()
        self.assertEqual(lines[0], "source: >-")
        self.assertTrue(all(len(line) <= 80 for line in lines))
        self.assertEqual(" ".join(line.strip() for line in lines[1:]), text)

    def test_what_yaml_would_misread_is_quoted(self):
        self.assertEqual(yaml_text.document({"a": 'x: "y" [z]'}),
                         'a: "x: \\"y\\" [z]"\n')
        self.assertEqual(yaml_text.document({"a": "ceil(64 * 0.5)"}),
                         "a: ceil(64 * 0.5)\n")

    def test_decimals_are_exact_and_floats_refused(self):
        self.assertEqual(yaml_text.document({"a": decimal.Decimal("0.10")}),
                         "a: 0.10\n")
        with self.assertRaisesRegex(TypeError, "0.1 is no str"):
            yaml_text.document({"a": 0.1})


if __name__ == "__main__":
    unittest.main()
