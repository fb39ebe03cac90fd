"""Take a report and start its case, as `varna report` does: `python starter.py report.json`, or from standard input."""

import sys

from cli import app

if __name__ == "__main__":
    app(args=["report", *(sys.argv[1:] or ["-"])])
