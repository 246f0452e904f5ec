"""Time `import sknnadl` against `import sklearn.neural_network`.

    python benchmarks/imports.py

Each import has a process of its own, and the two take turns.
"""

import argparse
import subprocess
import sys

from timing import print_header, take_turns

MODULES = "sknnadl", "sklearn.neural_network"


def start(module):
    """Return a call that imports a module in a new process."""
    command = [sys.executable, "-c", f"import {module}"]
    return lambda: subprocess.run(command, check=True)


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=15, help="default: 15")
    options = parser.parse_args()
    seconds = take_turns({name: start(name) for name in MODULES}, options.repeats)
    print_header("import", "seconds", "sknnadl / this")
    for name, its in seconds.items():
        print(f"| {name} | {its:.2f} | {seconds['sknnadl'] / its:.2f} |")


if __name__ == "__main__":
    main()
