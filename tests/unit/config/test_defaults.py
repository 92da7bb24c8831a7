"""Where the delivered configuration lies."""

from __future__ import annotations

from pathlib import Path

from monitor.config.defaults import default_folder


def test_a_checkout_has_the_default_configuration_beside_the_package():
    assert default_folder() == Path.cwd()
