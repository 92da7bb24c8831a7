"""`make demo`: the product in half a minute, without network; see the folder beside this file."""

from __future__ import annotations

import sys

from demo.play import main

if __name__ == "__main__":
    sys.exit(main())
