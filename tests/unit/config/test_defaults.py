"""Where the delivered configuration lies."""

from __future__ import annotations

from pathlib import Path

from monitor.config.defaults import default_folder


def test_a_checkout_has_the_default_configuration_beside_the_package():
    assert default_folder() == Path.cwd()


def test_an_installed_package_carries_it_inside(write, tmp_path):
    for root in ("monitor/defaults", "."):
        write("", f"{root}/config/monitor.yaml")
        write("", f"{root}/seeds/manifest.yaml")
    assert default_folder(tmp_path / "monitor") == tmp_path / "monitor" / "defaults"


def test_a_package_without_it_says_so(tmp_path, problems_of):
    (problem,) = problems_of(lambda: default_folder(tmp_path / "monitor"))
    assert problem.message == "the default configuration is not there."
