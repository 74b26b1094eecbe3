"""`dynarch catalog` as a user runs it: what it lists, that what it shows can be
read back, error bands, and a catalogue with something wrong in it."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from programs import DYNARCH, ROOT

CATALOG = ROOT / "sim/catalog"
BANDS = "model,element_class,dtype,points,p10,p90\n"


class CatalogTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="e2e")
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)

    def run_dynarch(self, *arguments):
        return subprocess.run([DYNARCH, *arguments], cwd=self.path,
                              capture_output=True, text=True, timeout=120,
                              check=False)

    def must(self, *arguments):
        done = self.run_dynarch(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def copied(self):
        """A copy of the catalogue that may be spoilt."""
        copy = self.path / "catalog"
        shutil.copytree(CATALOG, copy)
        return copy

    def platforms(self):
        listed = json.loads(self.must("catalog", "list", "--json"))
        return [entry["name"] for entry in listed["platforms"]]

    def test_every_file_is_listed(self):
        files = sorted(p.stem for p in (CATALOG / "platforms").glob("*.yaml"))
        self.assertGreaterEqual(len(files), 24)
        self.assertEqual(self.platforms(), files)

    def test_what_is_shown_of_a_platform_is_a_platform(self):
        for name in self.platforms():
            with self.subTest(name):
                shown = self.path / f"{name}.yaml"
                shown.write_text(self.must("catalog", "show", name))
                of_file, of_name = (
                    self.run_dynarch("cost", "--network", "ds_cnn_kws",
                                     "--platform", platform, "--json")
                    for platform in (shown, name))
                self.assertEqual(of_file.returncode, of_name.returncode,
                                 of_file.stderr)
                self.assertEqual(of_file.stdout, of_name.stdout)

    def test_every_number_of_the_json_stands_beside_its_sources(self):
        shown = json.loads(self.must("catalog", "show", "rk3588s", "--json"))
        self.assertEqual(shown["name"], "rk3588s")
        paths = {source["path"] for source in shown["sources"]}
        self.assertIn("domains.cpu.reference_voltage", paths)
        self.assertTrue(shown["error_bands"])

    def test_bands_are_those_of_the_table(self):
        catalog = self.copied()
        shown = json.loads(self.must("catalog", "show", "rk3588s", "--json"))
        first, second, *rest = shown["error_bands"]
        key = "{model},{element_class},{dtype}"
        (catalog / "error_bands.csv").write_text(
            BANDS + key.format(**first) + ",12,0.8,1.25\n" +
            key.format(**second) + ",7,0.8,1.25\n")
        again = json.loads(self.must("--catalog", catalog, "catalog", "show",
                                     "rk3588s", "--json"))["error_bands"]
        self.assertEqual(again[0]["error_band"], "0.80 to 1.25 (12 points)")
        self.assertEqual(again[1]["error_band"], "unvalidated")
        self.assertEqual(len(again), 2 + len(rest))
        text = self.must("--catalog", catalog, "catalog", "show", "rk3588s")
        self.assertIn("# Error bands:", text)
        self.assertIn("0.80 to 1.25 (12 points)", text)

    def test_without_a_table_nothing_is_validated(self):
        catalog = self.copied()
        (catalog / "error_bands.csv").unlink(missing_ok=True)
        for name in ("gap9", "edge_tpu_class"):
            shown = json.loads(self.must("--catalog", catalog, "catalog",
                                         "show", name, "--json"))
            self.assertEqual({b["error_band"] for b in shown["error_bands"]},
                             {"unvalidated"})

    def test_a_wrong_table_is_refused_with_its_line(self):
        catalog = self.copied()
        (catalog / "error_bands.csv").write_text(BANDS + "cpu@1,cpu,fp32,x,1,1\n")
        done = self.run_dynarch("--catalog", catalog, "catalog", "show", "gap9")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("error_bands.csv:2:", done.stderr)

    def test_the_technology_table_is_shown_with_its_sources(self):
        table = json.loads(self.must("catalog", "show", "technology", "--json"))
        nodes = {node["name"]: node for node in table["nodes"]}
        self.assertEqual(nodes["n45"]["feature_nm"], 45)
        # 0.2 pJ multiply and 0.1 pJ add, in attojoules.
        self.assertEqual(nodes["n45"]["macs"][0]["energy_aj_per_op"], "300000")
        self.assertGreater(len(table["sources"]), 30)

    def test_a_wrong_number_of_the_technology_table_is_refused(self):
        catalog = self.copied()
        path = catalog / "technology.yaml"
        path.write_text(path.read_text().replace("voltage: 0.9 V",
                                                 "voltage: 0 V", 1))
        done = self.run_dynarch("--catalog", catalog, "catalog", "show",
                                "technology")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("nodes.n45.voltage", done.stderr)
        self.assertIn("technology.yaml:", done.stderr)

    def test_an_unknown_name_is_refused_with_the_nearest(self):
        done = self.run_dynarch("catalog", "show", "rk3589s")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("rk3588s", done.stderr)


if __name__ == "__main__":
    unittest.main()
