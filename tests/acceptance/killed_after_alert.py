"""The program up to an alert that is composed and not delivered; then it is killed.

python -m tests.acceptance.killed_after_alert CONFIG
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from monitor.app import load_configuration, open_runtime


async def main(config: Path) -> None:
    """Never comes back."""
    async with open_runtime(load_configuration(config, {})) as runtime:
        await runtime.prepare()
        await runtime.digests()
        await runtime.deliver()
        await runtime.collect()
        await runtime.digests()
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
