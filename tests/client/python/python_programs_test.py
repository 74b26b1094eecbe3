"""Bad input to the programs: one message, exit 2, nothing written."""

import pathlib
import subprocess
import tempfile
import unittest

import paths


def _run(*arguments, without_packages=False):
    """Runs a program; `-S` hides Debian's packages, torch among them."""
    flags = ["-B", "-S"] if without_packages else ["-B"]
    return subprocess.run(
        ["/usr/bin/python3", *flags, *map(str, arguments)],
        capture_output=True, text=True, check=False)


class ProgramsTest(unittest.TestCase):

    def test_without_torch_the_debian_packages_are_named(self):
        for program in ("train_digits.py", "measure_host.py"):
            done = _run(paths.PROGRAMS / program, without_packages=True)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            for package in ("python3-torch", "python3-sklearn",
                            "python3-onnx"):
                self.assertIn(package, done.stderr)

    def test_validate_names_the_missing_program(self):
        done = _run(paths.PROGRAMS / "validate_host.py", "--dynarch",
                    "/no/such/dynarch", without_packages=True)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr, "validate_host.py: /no/such/dynarch: "
                         "no such file\n")

    def test_validate_says_who_makes_the_measurements(self):
        with tempfile.TemporaryDirectory() as empty:
            done = _run(paths.PROGRAMS / "validate_host.py",
                        "--dynarch", __file__, "--study", __file__,
                        "--measured", empty, without_packages=True)
            self.assertEqual(done.returncode, 2)
            self.assertIn("measure_host.py makes it", done.stderr)
            self.assertEqual(list(pathlib.Path(empty).iterdir()), [])

    def test_prototype_names_the_missing_program(self):
        done = subprocess.run(
            ["/bin/sh", paths.PROGRAMS / "prototype.sh", "/no/such/dynarch"],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("/no/such/dynarch: no such program", done.stderr)


if __name__ == "__main__":
    unittest.main()
