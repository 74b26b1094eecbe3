"""deploy/lib/skipped.py: which skips it lists and which it refuses."""

import contextlib
import importlib.util
import io
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location(
    "skipped", ROOT / "deploy/lib/skipped.py")
skipped = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(skipped)

GTEST = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="Suite">
<testcase name="Passes" status="run" result="completed" classname="Suite" />
<testcase name="Skips" status="run" result="skipped" classname="Suite">
<skipped message="tests/a_test.cc:7&#x0A;{reason}&#x0A;"></skipped></testcase>
</testsuite></testsuites>
"""
CTEST = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite><testcase name="script_test" status="notrun">
<skipped message="SKIP_RETURN_CODE=77"/>
<system-out>checking\n{reason}\n</system-out></testcase></testsuite>
"""


class SkippedTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build = pathlib.Path(folder.name)
        (self.build / "test-results").mkdir()
        self.reference("")

    def reference(self, folder):
        (self.build / "CMakeCache.txt").write_text(
            f"DYNARCH_REFERENCE_DIR:PATH={folder}\n")

    def write(self, name, text, reason):
        (self.build / "test-results" / name).write_text(
            text.format(reason=reason))

    def run_main(self):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = skipped.main(["skipped.py", str(self.build)])
        return status, output.getvalue()

    def test_nothing_skipped_passes(self):
        self.assertEqual(self.run_main(),
                         (0, "0 skipped, 0 without an allowed reason\n"))

    def test_an_absent_reference_folder_excuses(self):
        self.write("a.xml", GTEST, "DYNARCH_REFERENCE_DIR is not set")
        status, output = self.run_main()
        self.assertEqual(status, 0)
        self.assertIn("Suite.Skips: DYNARCH_REFERENCE_DIR is not set", output)
        self.assertIn("1 skipped, 0 without", output)

    def test_a_present_reference_folder_does_not(self):
        self.reference("/data")
        self.write("a.xml", GTEST, "DYNARCH_REFERENCE_DIR is not set")
        status, output = self.run_main()
        self.assertEqual(status, 1)
        self.assertIn("DYNARCH_REFERENCE_DIR is here", output)

    def test_a_reason_that_names_nothing_is_refused(self):
        self.write("a.xml", GTEST, "flaky on Tuesdays")
        status, output = self.run_main()
        self.assertEqual(status, 1)
        self.assertIn("NOT ALLOWED: names nothing of", output)

    def test_a_test_without_a_reason_is_refused(self):
        self.write("a.xml", GTEST, "")
        self.assertEqual(self.run_main()[0], 1)

    def test_a_script_names_its_reason_in_its_last_line(self):
        self.write("ctest.xml", CTEST, "needs slurm")
        probes = {"slurm": lambda build: False}
        self.assertEqual(list(skipped.skipped_tests(str(self.build))),
                         [("script_test", "needs slurm")])
        self.assertIsNone(skipped.objection("needs slurm", "", probes))
        probes["slurm"] = lambda build: True
        self.assertIn("is here", skipped.objection("needs slurm", "", probes))

    def test_one_absent_thing_of_two_excuses(self):
        probes = {"torch": lambda build: True, "gpu": lambda build: False}
        self.assertIsNone(
            skipped.objection("needs torch and a gpu", "", probes))


if __name__ == "__main__":
    unittest.main()
