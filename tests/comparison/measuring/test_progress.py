"""What is told while models are being fitted."""

import re
import sys
import threading

from sknnadl.comparison.measuring.progress import Progress


class Terminal:
    def __init__(self):
        self.written = ""
        self.has_seconds = threading.Event()

    def write(self, text):
        self.written += text
        if text.endswith(" s"):
            self.has_seconds.set()

    def flush(self):
        pass

    def isatty(self):
        return True


def test_a_terminal_sees_the_seconds_and_the_line_is_cleared(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Progress(True, interval=0.001).ticking():
        assert terminal.has_seconds.wait(timeout=60)
    assert re.fullmatch(r"(\r +\d+ s)+\r\x1b\[K", terminal.written)


def test_a_file_sees_lines_alone(capsys):
    progress = Progress(True)
    progress.tell("one")
    with progress.ticking():
        pass
    assert capsys.readouterr().err == "one\n"


def test_nothing_is_told_unless_asked(capsys):
    progress = Progress(False)
    progress.tell("one")
    with progress.ticking():
        pass
    assert capsys.readouterr().err == ""
