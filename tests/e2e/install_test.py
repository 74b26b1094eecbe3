"""An installation runs by itself: no source tree, no build tree."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import programs

PROGRAMS = ("dynarch", "dynarch-server", "dynarch-worker")


class InstallTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="e2e")
        cls.addClassCleanup(folder.cleanup)
        cls.path = pathlib.Path(folder.name)
        cls.prefix = cls.path / "prefix"
        done = subprocess.run(
            ["cmake", "--install", programs.BUILD, "--prefix", cls.prefix],
            capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        cls.work = cls.path / "work"
        shutil.copytree(cls.prefix / "share/dynarch/examples", cls.work)

    def dynarch(self, *arguments):
        """Runs the installed dynarch with nothing in PATH to fall back on."""
        done = subprocess.run(
            [self.prefix / "bin/dynarch", *arguments], cwd=self.work,
            env={"PATH": "/nonexistent", "TMPDIR": str(self.path)},
            capture_output=True, text=True, timeout=programs.TIMEOUT_S,
            check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_programs_lie_together(self):
        for name in PROGRAMS:
            self.assertTrue(os.access(self.prefix / "bin" / name, os.X_OK),
                            name)

    def test_no_library_of_the_build_tree_is_needed(self):
        for name in PROGRAMS:
            text = subprocess.run(["ldd", self.prefix / "bin" / name],
                                  capture_output=True, text=True,
                                  check=True).stdout
            self.assertNotIn("not found", text)
            self.assertNotIn(str(programs.BUILD), text)

    def test_its_catalogue_is_its_own(self):
        listed = json.loads(self.dynarch("catalog", "list", "--json"))
        catalog = pathlib.Path(listed["catalog"]).resolve()
        self.assertEqual(catalog,
                         (self.prefix / "share/dynarch/catalog").resolve())
        self.assertIn("npu_16x16", [p["name"] for p in listed["platforms"]])

    def test_runs_a_study(self):
        self.dynarch("import", "onnx", "digits.onnx", "--trace", "digits.csv",
                     "-o", "network.yaml")
        (self.work / "small.yaml").write_text(programs.SMALL_STUDY)
        result = json.loads(self.dynarch("run", "small.yaml", "--json"))
        self.assertGreater(len(result["front"]), 0)
        self.assertEqual(result["failed"], 0)

    def test_reads_the_example_study(self):
        text = self.dynarch("evaluate", "digits.yaml", "--trial", "5")
        self.assertIn("energy_mean", text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
