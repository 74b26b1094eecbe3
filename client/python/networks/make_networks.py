#!/usr/bin/python3
"""Writes the networks of the catalogue.

    client/python/networks/make_networks.py [NAME...] [--out DIR]

Without names: all of them. DIR is sim/catalog/networks of the checkout unless
given. Needs nothing but Python's standard library.
"""

import argparse
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from networks import (bert, branchynet, cascade, classic, eenet,  # noqa: E402
                      mlperf_tiny, mobilenet, msdnet, parameters, routing,
                      skipping, spatial, temporal, tokens, width)

FAMILIES = [mlperf_tiny, mobilenet, classic, branchynet, msdnet, bert, eenet,
            cascade, skipping, width, routing, parameters, tokens, spatial,
            temporal]
ROOT = pathlib.Path(__file__).resolve().parents[3]


def every_network():
    """Networks by name, in the order of the families."""
    made = [make() for family in FAMILIES for make in family.NETWORKS]
    by_name = {net.name: net for net in made}
    if len(by_name) != len(made):
        raise ValueError("two networks have one name")
    return by_name


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--out", type=pathlib.Path,
                        default=ROOT / "sim" / "catalog" / "networks")
    arguments = parser.parse_args()
    networks = every_network()
    unknown = [name for name in arguments.names if name not in networks]
    if unknown:
        parser.error(f"no network {unknown[0]}; there are: "
                     + ", ".join(networks))
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or networks:
        (arguments.out / f"{name}.yaml").write_text(networks[name].yaml())


if __name__ == "__main__":
    main()
