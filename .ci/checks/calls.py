"""Calls that break determinism, purity or the error policy.

A line may be excused by a comment on it or above: `// allowed: reason`.
"""

import re

from checks.tree import CPP, code_lines

_MATH = (r"exp|exp2|expm1|log|log2|log10|log1p|pow|sin|cos|tan|asin|acos|atan|"
         r"atan2|sinh|cosh|tanh|cbrt|hypot|fma|erf|erfc|tgamma|lgamma")

# (folders, files left out, pattern, what to do instead)
RULES = [
    (("sim/",), (), rf"\bstd::(?:{_MATH})[fl]?\s*\(",
     "libm picks code by processor; use sim/base/math.h"),
    (("sim/",), ("sim/base/math.",), rf"(?:^|[^\w.:>])(?:::)?(?:{_MATH})\s*\(",
     "libm picks code by processor; use sim/base/math.h"),
    (("sim/",), (), r"#\s*include\s*<random>|\bstd::random_device\b|"
     r"\bstd::\w+_distribution\b|\bstd::mt19937",
     "results must not depend on the library; use sim/base/random.h"),
    (("sim/",), (), r"\bstd::(?:ranges::)?(?:shuffle|sample)\b",
     "its order is the library's; draw with sim/base/random.h"),
    (("sim/",), (), r"\babsl::Hash(?:Of)?\b|\bstd::hash\b",
     "differs between runs; use sim/base/digest.h"),
    (("sim/",), (), r"#\s*include\s*<(?:thread|mutex|shared_mutex|atomic|"
     r"future|condition_variable|semaphore|latch|barrier)>|"
     r"\babsl::Mutex\b|\bthread_local\b", "sim/ has no threads"),
    (("sim/",), (), r"#\s*include\s*<(?:chrono|ctime|time\.h|sys/time\.h)>|"
     r"\babsl::(?:Now|GetCurrentTimeNanos)\s*\(|\bclock_gettime\s*\(",
     "sim/ has no clock; take the time as an argument"),
    (("sim/",), (), r"\bgetenv\s*\(", "sim/ reads no environment"),
    (("sim/",), ("sim/io/",), r"#\s*include\s*<(?:fstream|filesystem|cstdio|"
     r"unistd\.h|fcntl\.h)>", "only sim/io reads files"),
    (("sim/", "server/", "worker/", "client/"), (), r"\bassert\s*\(\s*false",
     "what input can cause is a Status"),
    (("sim/", "server/", "worker/", "client/"),
     ("server/main.cc", "worker/main.cc", "client/main.cc"),
     r"(?:^|[^\w.>_])(?:std::|::)?(?:exit|quick_exit)\s*\(",
     "only main.cc ends the process; return a Status"),
    (("server/", "worker/", "client/", "tests/"), (),
     r"\b(?:std::rand|srand|rand)\s*\(",
     "not repeatable; use sim/base/random.h"),
    (("sim/", "server/", "worker/", "client/"), (), r"\bthrow\b",
     "errors are values; return a Status"),
]
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")


def excused(lines, index):
    """Whether this line or the one above says why the call is right."""
    near = lines[max(0, index - 1):index + 1]
    return any(re.search(r"//\s*allowed:\s*\S", line) for line in near)


def check_rules(tree, path, problems):
    rules = [rule for rule in RULES if path.startswith(rule[0]) and
             not path.startswith(tuple(rule[1]) or ("\0",))]
    raw = tree.lines(path)
    for index, line in enumerate(code_lines(tree.text(path))):
        for _, _, pattern, advice in rules:
            found = re.search(pattern, line)
            if found and not excused(raw, index):
                call = found.group(0).strip(" (")
                problems.append(f"{path}:{index + 1}: {call}: {advice}")


def check_unfinished(tree, path, problems):
    for number, line in enumerate(tree.lines(path), 1):
        if UNFINISHED.search(line):
            problems.append(f"{path}:{number}: unfinished work is absent, not "
                            "noted; open an issue instead")


def check(tree):
    problems = []
    folders = ("sim/", "server/", "worker/", "client/", "tests/", "deploy/",
               "cmake/", "proto/")
    for path in tree.matching(folders, CPP):
        check_rules(tree, path, problems)
    suffixes = CPP + (".py", ".sh", ".proto", ".cmake", "CMakeLists.txt")
    for path in tree.matching(folders, suffixes):
        check_unfinished(tree, path, problems)
    return problems


CLEAN = {
    "sim/base/math.cc": "double Exp(double x);  // not std::exp(x)\n",
    "sim/cost/a.cc": 'const char* text = "std::pow(";\nint x = Pow(2, 3);\n'
                     "double log = model.log(3);\nstd::sqrt(2.0);\n",
    "client/main.cc": "int main() { exit(Run()); }\n",
    "client/b.cc": "_exit(1);  // child\n",
    "sim/io/c.cc": "#include <fstream>\n",
    "sim/cost/d.cc": "// allowed: calibration is exempt\nstd::exp(1.0);\n",
}
FAULTS = {
    "libm by std": {"sim/cost/a.cc": "double y = std::pow(x, 2);\n"},
    "libm by its C name": {"sim/cost/a.cc": "double y = exp(x);\n"},
    "<random>": {"sim/cost/a.cc": "#include <random>\n"},
    "shuffle": {"sim/cost/a.cc": "std::shuffle(a, b, c);\n"},
    "absl::Hash": {"sim/cost/a.cc": "absl::Hash<int>()(3);\n"},
    "a thread": {"sim/cost/a.cc": "#include <thread>\n"},
    "a clock": {"sim/cost/a.cc": "auto t = absl::Now();\n"},
    "the environment": {"sim/cost/a.cc": 'std::getenv("HOME");\n'},
    "a file": {"sim/cost/a.cc": "#include <fstream>\n"},
    "assert(false)": {"server/a.cc": "assert(false);\n"},
    "exit": {"server/a.cc": "  std::exit(1);\n"},
    "throw": {"server/a.cc": "  throw 1;\n"},
    "rand": {"tests/a.cc": "int x = rand();\n"},
    "unfinished work": {"server/a.cc": "// TO" + "DO: more\n"},
}
