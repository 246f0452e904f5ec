"""``python -m sknnadl``."""

import sys

from sknnadl.cli import main

if __name__ == "__main__":
    sys.exit(main(prog="python -m sknnadl"))
