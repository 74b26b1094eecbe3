"""deploy/quickstart.sh and deploy/test.sh on a machine made of fakes.

A copy of deploy/ lies in a folder with a space in its name. apt-get, sudo,
cmake and the rest are small scripts in front of PATH that write down how they
were called; dpkg-query answers from a list of installed packages.
"""

import os
import pathlib
import shutil
import stat
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOBODY = 65534

FAKES = {
    # The last argument is the package.
    "dpkg-query": 'for p in "$@"; do :; done\n'
                  'grep -qxF "$p" "$FAKE/installed" && printf installed',
    "apt-get": 'echo "apt-get $* frontend=$DEBIAN_FRONTEND" >>"$FAKE/calls"\n'
               'exit "$(cat "$FAKE/apt_status")"',
    "sudo": 'echo "sudo $*" >>"$FAKE/calls"\n'
            '[ "$(cat "$FAKE/sudo_status")" = 0 ] || exit 1\n'
            'shift; exec "$@"',
    "cmake": 'echo "cmake $*" >>"$FAKE/calls"\n'
             'exit "$(cat "$FAKE/cmake_status")"',
}
DYNARCH = ('#!/bin/sh\necho "dynarch $*" >>"$FAKE/calls"\n'
           'echo the front\nexit "$(cat "$FAKE/study_status")"\n')


def listed(*names):
    packages = []
    for name in names:
        for line in (ROOT / "deploy/packages" / name).read_text().splitlines():
            word = line.split("#")[0].strip()
            if word:
                packages.append(word)
    return packages


class Machine:
    """A checkout in a folder with a space, and fakes in front of PATH."""

    def __init__(self, folder):
        self.fake = pathlib.Path(folder) / "fake"
        self.checkout = pathlib.Path(folder) / "my checkout"
        shutil.copytree(ROOT / "deploy", self.checkout / "deploy",
                        ignore=shutil.ignore_patterns("__pycache__"))
        (self.fake / "bin").mkdir(parents=True)
        for name, body in FAKES.items():
            self.script(self.fake / "bin" / name, "#!/bin/sh\n" + body + "\n")
        for name in ("apt", "sudo", "cmake", "study"):
            self.set_status(name, 0)
        self.install(listed("run.txt", "test.txt"))
        self.script(self.checkout / "build/release/bin/dynarch", DYNARCH)
        self.open_to_all(pathlib.Path(folder))

    def script(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def set_status(self, name, status):
        (self.fake / f"{name}_status").write_text(f"{status}\n")

    def install(self, packages):
        (self.fake / "installed").write_text("\n".join(packages) + "\n")

    @staticmethod
    def open_to_all(folder):
        for path in [folder, *folder.rglob("*")]:
            mode = path.stat().st_mode
            more = 0o777 if path.is_dir() else 0o666 | (mode & stat.S_IXUSR and
                                                       0o111)
            path.chmod(mode | more)

    def run(self, script, *arguments, user=None):
        (self.fake / "calls").write_text("")
        (self.fake / "calls").chmod(0o666)
        environment = {"PATH": f"{self.fake}/bin:/usr/bin:/bin",
                       "FAKE": str(self.fake), "LC_ALL": "C"}
        return subprocess.run(
            [str(self.checkout / "deploy" / script), *arguments], cwd="/",
            env=environment, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL, user=user, timeout=60)

    def calls(self):
        return (self.fake / "calls").read_text().splitlines()


class ScriptsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.machine = Machine(folder.name)

    def other_user(self):
        """A user id without root's rights; None where we have none anyway."""
        return NOBODY if os.geteuid() == 0 else None

    def test_quickstart_touches_no_apt_when_all_is_installed(self):
        run = self.machine.run("quickstart.sh")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertFalse([c for c in self.machine.calls() if "apt-get" in c])

    def test_quickstart_configures_builds_and_runs_the_study(self):
        run = self.machine.run("quickstart.sh")
        calls = self.machine.calls()
        self.assertEqual([c.split()[0] for c in calls],
                         ["cmake", "cmake", "dynarch"])
        self.assertIn("-DCMAKE_BUILD_TYPE=Release", calls[0])
        self.assertIn("my checkout/client/examples/digits.yaml", calls[2])
        self.assertIn("--out", calls[2])
        self.assertIn("the front", run.stdout)

    def test_quickstart_says_where_results_lie_and_how_long_it_took(self):
        run = self.machine.run("quickstart.sh")
        self.assertIn(f"Results:  {self.machine.checkout}/out/digits",
                      run.stdout)
        self.assertRegex(run.stdout, r"Seconds per phase: packages \d+ s,"
                                     r"configure \d+ s,build \d+ s,study \d+ s")

    def test_a_failed_step_stops_the_script_with_its_status(self):
        self.machine.set_status("study", 1)
        run = self.machine.run("quickstart.sh")
        self.assertEqual(run.returncode, 1)
        self.assertIn("study: failed", run.stderr)
        self.machine.set_status("cmake", 3)
        run = self.machine.run("quickstart.sh")
        self.assertEqual(run.returncode, 3)
        self.assertEqual(len(self.machine.calls()), 1)

    def test_unknown_arguments_exit_2(self):
        for script in ("quickstart.sh", "test.sh"):
            run = self.machine.run(script, "--fast")
            self.assertEqual(run.returncode, 2, script)
            self.assertEqual(self.machine.calls(), [])

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_root_installs_only_what_is_missing_and_asks_nothing(self):
        self.machine.install([p for p in listed("run.txt") if p != "cmake"])
        run = self.machine.run("quickstart.sh")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(
            self.machine.calls()[:2],
            ["apt-get -q -y update frontend=noninteractive",
             "apt-get -q -y install --no-install-recommends cmake "
             "frontend=noninteractive"])

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_a_failed_installation_stops_before_the_build(self):
        self.machine.install([])
        self.machine.set_status("apt", 100)
        run = self.machine.run("quickstart.sh")
        self.assertEqual(run.returncode, 100)
        self.assertFalse([c for c in self.machine.calls() if "cmake" in c])

    def test_a_user_with_sudo_installs_through_it(self):
        self.machine.install([p for p in listed("run.txt") if p != "mold"])
        run = self.machine.run("quickstart.sh", user=self.other_user())
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertTrue(any(
            c.startswith("sudo -n env DEBIAN_FRONTEND=noninteractive apt-get")
            and c.endswith("install --no-install-recommends mold")
            for c in self.machine.calls()), self.machine.calls())

    def test_a_user_without_sudo_gets_the_line_to_run_and_exit_2(self):
        self.machine.install([p for p in listed("run.txt")
                              if p not in ("cmake", "mold")])
        self.machine.set_status("sudo", 1)
        run = self.machine.run("quickstart.sh", user=self.other_user())
        self.assertEqual(run.returncode, 2)
        self.assertIn("apt-get install --no-install-recommends cmake mold",
                      run.stderr)
        self.assertFalse([c for c in self.machine.calls() if "cmake" in c])

    def test_a_build_of_the_tests_passes_options_on_to_cmake(self):
        self.machine.set_status("cmake", 3)  # stops after the first call
        for flag, folder, option in [
                (None, "build/test", "-DDYNARCH_WERROR=ON"),
                ("--asan", "build/asan", "-DDYNARCH_SANITIZE=address"),
                ("--tsan", "build/tsan", "-DDYNARCH_SANITIZE=thread"),
                ("--nightly", "build/nightly", "-DDYNARCH_WERROR=ON")]:
            arguments = ([flag] if flag else []) + ["-DDYNARCH_REFERENCE_DIR=/r"]
            self.machine.run("test.sh", *arguments)
            (call,) = self.machine.calls()
            self.assertIn(f"{folder} -G Ninja", call)
            self.assertIn(option, call)
            self.assertTrue(call.endswith("-DDYNARCH_REFERENCE_DIR=/r"), call)


class PackageListsTest(unittest.TestCase):
    def test_no_package_is_listed_twice(self):
        packages = listed("run.txt", "test.txt", "extra.txt")
        self.assertEqual(len(packages), len(set(packages)))

    def test_tests_need_nothing_of_extra(self):
        common = set(listed("run.txt", "test.txt"))
        self.assertFalse(common & {"python3-torch", "chromium", "prometheus"})


if __name__ == "__main__":
    unittest.main()
