"""Who includes and links whom: the table of ARCHITECTURE.md.

A row `| sim/cost | sim/base, sim/graph |` lets sim/cost include its own files
and those; `sim` stands for all of sim/, `(not sim/io)` takes one away. Also:
third-party headers that belong to one place, and link lists against the table.
"""

import re

from checks.tree import CPP

CODE_FOLDERS = ("sim/", "server/", "worker/", "client/")
MARKED = re.compile(r"<!-- include-table -->(.*?)<!-- /include-table -->",
                    re.DOTALL)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
GENERATED = re.compile(r"dynarch/v1/(\w+?)(\.grpc)?\.pb\.h$")

# Header pattern -> folders or files that may include it, and why.
PLACES = [
    (r"sqlite3\.h$", ("server/store/",), "SQLite stays behind server/store"),
    (r"prometheus/", ("server/monitoring/",),
     "Prometheus stays behind server/monitoring"),
    (r"(grpc/|grpcpp/|dynarch/v1/\w+\.grpc\.pb\.h$)",
     ("server/service/", "worker/connection/", "client/connection/"),
     "gRPC headers are slow to compile; keep them behind a connection"),
    (r"onnx/", ("sim/io/onnx",), "ONNX stays in sim/io/onnx_import.cc"),
    (r"yaml-cpp/", ("sim/io/",), "YAML stays in sim/io"),
    (r"pugixml\.hpp$", ("sim/io/sdf3_",), "XML stays in sim/io/sdf3_*"),
]
# Only these convert between protos and the domain.
PROTO_IN_SIM = ("sim/wire/", "sim/io/")
PROTO_HEADER = r"(google/protobuf/|dynarch/v1/.*\.pb\.h$)"


def table_of(tree):
    """{module: (allowed modules, excluded modules)}; {} without a table."""
    if "ARCHITECTURE.md" not in tree.paths:
        return {}
    found = MARKED.search(tree.text("ARCHITECTURE.md"))
    table = {}
    for line in found.group(1).splitlines() if found else []:
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 2 or cells[0] == "module" or cells[0].startswith("-"):
            continue
        excluded = re.findall(r"\(not ([\w/]+)\)", cells[1])
        allowed = re.sub(r"\(not [\w/]+\)", "", cells[1])
        table[cells[0]] = ([a.strip() for a in allowed.split(",") if a.strip()],
                           excluded)
    return table


def module_of(path):
    """sim/cost for sim/cost/a.cc, sim/evaluator for files of sim/ itself."""
    parts = path.split("/")
    if parts[0] != "sim":
        return parts[0]
    return "/".join(parts[:2]) if len(parts) > 2 else "sim/evaluator"


def permits(table, module, other):
    allowed, excluded = table[module]
    if other == module:
        return True
    if other in excluded:
        return False
    return any(other == a or other.startswith(a + "/") for a in allowed)


def check_include(tree, table, path, quote, header):
    """The message for one include, or None."""
    for pattern, places, reason in PLACES:
        if re.match(pattern, header) and not path.startswith(places):
            return f"{header} may be included only in {' '.join(places)}: {reason}"
    if (path.startswith("sim/") and re.match(PROTO_HEADER, header) and
            not path.startswith(PROTO_IN_SIM)):
        return f"{header}: only sim/wire and sim/io know protobuf"
    generated = GENERATED.match(header)
    if generated:
        proto = f"proto/dynarch/v1/{generated.group(1)}.proto"
        if proto not in tree.paths:
            return f"{header} is generated from {proto}, which does not exist"
        other = "proto"
    elif quote == '"' and header.startswith(CODE_FOLDERS + ("tests/",)):
        if header not in tree.paths:
            return f"{header} does not exist; paths start at the root"
        other = module_of(header)
    else:
        return None
    module = module_of(path)
    if not permits(table, module, other):
        return (f"{module} may not include {other} ({header}); "
                "see the table in ARCHITECTURE.md")
    return None


def check_links(tree, table):
    """DEPS of dynarch_library(NAME sim_cost ...) against the same table."""
    problems = []
    names = {module.replace("/", "_"): module for module in table}
    for path in tree.matching(CODE_FOLDERS, ("CMakeLists.txt", ".cmake")):
        for call in re.finditer(r"dynarch_library\(\s*NAME\s+(\w+)([^)]*)\)",
                                tree.text(path)):
            module = names.get(call.group(1))
            for dep in re.findall(r"\bsim_\w+", call.group(2)):
                other = names.get(dep)
                if module and other and not permits(table, module, other):
                    line = tree.text(path)[:call.start()].count("\n") + 1
                    problems.append(f"{path}:{line}: {call.group(1)} may not "
                                    f"link {dep}; see ARCHITECTURE.md")
    return problems


def check(tree):
    table = table_of(tree)
    if not table:
        return ["ARCHITECTURE.md:1: no table between <!-- include-table --> "
                "and <!-- /include-table -->"]
    problems = []
    for path in tree.matching(CODE_FOLDERS, CPP):
        if module_of(path) not in table:
            problems.append(f"{path}:1: {module_of(path)} has no row in the "
                            "table of ARCHITECTURE.md")
            continue
        for number, line in enumerate(tree.lines(path), 1):
            found = INCLUDE.match(line)
            trouble = found and check_include(tree, table, path, *found.groups())
            if trouble:
                problems.append(f"{path}:{number}: {trouble}")
    return problems + check_links(tree, table)


CLEAN = {
    "ARCHITECTURE.md":
        "<!-- include-table -->\n| module | may include |\n|---|---|\n"
        "| sim/base | |\n| sim/cost | sim/base |\n| sim/io | proto, sim/base |\n"
        "| sim/evaluator | sim/base, sim/cost |\n"
        "| worker | proto, sim (not sim/io) |\n<!-- /include-table -->\n",
    "proto/dynarch/v1/network.proto": "",
    "sim/base/a.h": "#include <vector>\n",
    "sim/cost/b.h": '#include "sim/base/a.h"\n#include "absl/status/status.h"\n',
    "sim/cost/CMakeLists.txt": "dynarch_library(NAME sim_cost DEPS sim_base)\n",
    "sim/io/c.cc": '#include "dynarch/v1/network.pb.h"\n',
    "sim/evaluator.h": '#include "sim/cost/b.h"\n',
    "worker/d.cc": '#include "sim/cost/b.h"\n',
}
FAULTS = {
    "an upward include": {"sim/base/a.h": '#include "sim/cost/b.h"\n'},
    "a module without a row": {"sim/new/e.h": ""},
    "an excluded module": {"worker/d.cc": '#include "sim/io/c.cc"\n'},
    "a path that does not exist": {"worker/d.cc": '#include "sim/base/z.h"\n'},
    "a proto that does not exist":
        {"sim/io/c.cc": '#include "dynarch/v1/nothing.pb.h"\n'},
    "protobuf in the domain":
        {"sim/cost/b.h": "#include <google/protobuf/message.h>\n"},
    "XML outside its reader": {"sim/io/c.cc": "#include <pugixml.hpp>\n"},
    "SQLite outside the store": {"worker/d.cc": "#include <sqlite3.h>\n"},
    "gRPC outside a connection": {"worker/d.cc": "#include <grpcpp/grpcpp.h>\n"},
    "an upward link":
        {"sim/base/CMakeLists.txt":
             "dynarch_library(\n  NAME sim_base\n  DEPS sim_cost)\n"},
    "a table that is gone": {"ARCHITECTURE.md": "no table\n"},
}
