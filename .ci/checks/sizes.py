"""Sizes of files and functions.

A source file of more than 600 lines, or a function of more than 60, states its
reason in a comment `Long because: ...`: a file in its first 20 lines, a function
inside or just above.
"""

import re

from checks.tree import CPP

SOURCES = CPP + (".py", ".sh", ".proto", ".cmake", "CMakeLists.txt")
MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 60
MAX_BYTES = 1_000_000
REASON = re.compile(r"Long because: \S")
NOT_A_FUNCTION = re.compile(
    r"\s*(namespace|class|struct|union|enum|extern|if|for|while|switch|do|else|"
    r"try|case|default|return|\}|#|//)\b")


def functions(lines):
    """(first, last) line numbers of functions, as clang-format lays them out:
    a body ends with the first closing brace at its head's own indentation."""
    for indent in (0, 2):
        head = None
        for number, line in enumerate(lines, 1):
            depth = len(line) - len(line.lstrip(" "))
            if line.strip() and depth == indent and line[indent] not in "}#/":
                head = number
            if line.rstrip() == " " * indent + "}" and head is not None:
                text = "\n".join(lines[head - 1:number])
                if "(" in text and not NOT_A_FUNCTION.match(lines[head - 1]):
                    yield head, number
                head = None
            elif depth == indent and line.strip().startswith("}"):
                head = None


def check_functions(tree, path):
    lines = tree.lines(path)
    for first, last in functions(lines):
        around = lines[max(0, first - 4):last]
        if (last - first + 1 > MAX_FUNCTION_LINES and
                not any(REASON.search(line) for line in around)):
            yield (f"{path}:{first}: a function of {last - first + 1} lines; at "
                   f"most {MAX_FUNCTION_LINES}, or say `Long because: ...`")


def check(tree):
    problems = []
    for path in tree.paths:
        if tree.size(path) > MAX_BYTES:
            problems.append(f"{path}:1: {tree.size(path)} bytes; at most "
                            f"{MAX_BYTES}")
        elif path.endswith(SOURCES):
            lines = tree.lines(path)
            if (len(lines) > MAX_FILE_LINES and
                    not any(REASON.search(line) for line in lines[:20])):
                problems.append(f"{path}:1: {len(lines)} lines; at most "
                                f"{MAX_FILE_LINES}, or say `Long because: ...`")
            if path.endswith(CPP) and not path.startswith("tests/"):
                problems.extend(check_functions(tree, path))
    return problems


_LONG = "int F(int a) {\n" + "  a += 1;\n" * 70 + "}\n"
CLEAN = {
    "sim/a.cc": "int F(int a) {\n" + "  a += 1;\n" * 40 + "}\n\nclass C {\n" +
                "  int x_;\n" * 90 + "};\n",
    "sim/b.cc": "// Long because: one table.\n" + "int x;\n" * 700,
    "sim/c.cc": "// Long because: one switch.\n" + _LONG,
}
FAULTS = {
    "a long file": {"sim/a.cc": "int x;\n" * 601},
    "a long function": {"sim/a.cc": _LONG},
    "a long function with its arguments on two lines":
        {"sim/a.cc": "int F(int a,\n      int b) {\n" + "  ++a;\n" * 70 + "}\n"},
    "a long method":
        {"sim/a.cc": "class C {\n  int F() {\n" + "    ++x_;\n" * 70 +
                     "  }\n  int x_;\n};\n"},
    "a large file": {"client/examples/a.csv": "1,2\n" * 300_000},
}
