"""The benchmark of mail runs, and every reader gets a digest."""

from __future__ import annotations

import pytest

from benchmarks import bench_mail


def test_the_benchmark_prints_what_a_mail_costs(capsys: pytest.CaptureFixture[str]) -> None:
    found = bench_mail.main(["--recipients", "3", "--stories", "2", "--articles", "2"])
    assert found.mails == 3
    assert found.wire_bytes > 5_000
    assert capsys.readouterr().out.splitlines()[1].split()[0] == "3"
