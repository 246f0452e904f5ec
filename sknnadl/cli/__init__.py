"""The command line."""

from sknnadl.cli.command import main

__all__ = ["main"]
