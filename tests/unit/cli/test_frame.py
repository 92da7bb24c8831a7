"""The command line's frame: quick help, plain errors, exit codes."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from monitor.cli import COMMANDS, main, module_of

ROOT = Path(__file__).parents[3]


def test_every_command_has_its_module_and_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    for name, summary in COMMANDS.items():
        module = import_module(module_of(name))
        assert callable(module.run)
        with pytest.raises(SystemExit) as left:
            main([name, "--help"])
        assert left.value.code == 0
        assert " ".join(summary.split())[1:20] in " ".join(capsys.readouterr().out.split())


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from monitor.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'sqlalchemy', 'sqlmodel', 'pydantic', 'aiohttp', 'numpy', 'rich', 'feedparser', 'asyncio'}\n"
        "print('LOADED', sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.rstrip().endswith("LOADED []")


def test_a_wrong_configuration_is_two_and_names_the_cure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--config", str(tmp_path / "nowhere")]) == 2
    assert "monitor init DIR" in capsys.readouterr().err


def test_health_says_that_nothing_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "my")]) == 0
    assert main(["health", "--config", str(tmp_path / "my" / "config")]) == 1
    assert "not running" in capsys.readouterr().out


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text()
    missing = [name for name in COMMANDS if f"`monitor {name}" not in readme]
    assert missing == []
