"""`python -m monitor`: hands the command line to `monitor.cli`."""

from __future__ import annotations

import sys

from monitor.cli import main

if __name__ == "__main__":
    sys.exit(main())
