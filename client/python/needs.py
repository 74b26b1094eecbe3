"""One clear message when a package that only some users need is absent."""

import importlib
import sys

# Python module -> Debian package that brings it.
DEBIAN_PACKAGES = {
    "torch": "python3-torch",
    "sklearn": "python3-sklearn",
    "onnx": "python3-onnx",
    "numpy": "python3-numpy",
}


def absent(modules):
    """Returns those of `modules` (names) that cannot be imported, in order."""
    missing = []
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError:
            missing.append(module)
    return missing


def require(program, *modules):
    """Exits 2 with one message unless every one of `modules` can be imported.

    The message names the Debian packages, and the interpreter, because a
    second Python in front of Debian's does not see Debian's packages.
    """
    missing = absent(modules)
    if not missing:
        return
    packages = " ".join(DEBIAN_PACKAGES[module] for module in missing)
    fail(program, f"{', '.join(missing)} cannot be imported by "
         f"{sys.executable}; install Debian's packages "
         f"(apt-get install {packages}) and run this with /usr/bin/python3")


def fail(program, message):
    """Writes `program: message` to stderr and exits 2 (the input is wrong)."""
    print(f"{program}: {message}", file=sys.stderr)
    sys.exit(2)
