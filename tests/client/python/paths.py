"""Where the programs and the data under test lie; makes them importable."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAMS = ROOT / "client" / "python"
EXAMPLES = ROOT / "client" / "examples"

sys.path.insert(0, str(PROGRAMS))
