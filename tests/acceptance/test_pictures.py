"""The pages that the README's pictures are drawn of are what the product makes of a made-up fortnight."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_the_fortnight_is_told_in_both_languages_with_its_volume_and_a_story_that_went_on(tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": str(tmp_path), "PYTHONPATH": str(REPOSITORY)}  # no browser there
    command = [sys.executable, str(REPOSITORY / "scripts" / "pictures.py"), "--folder", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    indonesian, english = ((tmp_path / f"{tag}.txt").read_text(encoding="utf-8") for tag in ("id", "en"))
    assert "5 berita dalam 24 jam terakhir; biasanya pada akhir pekan: 2 sehari." in indonesian
    assert "5 stories in the last 24 hours; usual for a weekend day: 2." in english
    # One event in three articles of two languages, headed in the reader's.
    assert ". Jembatan kereta Khasan dibuka lagi, kereta barang Rusia masuk Korea Utara\n" in indonesian
    assert ". Russia and North Korea reopen Khasan rail bridge to freight after flood repairs\n" in english
    for text, heading in ((indonesian, "Perkembangan berita"), (english, "News of stories that you have")):
        assert text.index(heading) < text.index("Россия и КНДР согласовали цены")
        assert "Делегация КНДР прибыла в Хабаровск" in text
