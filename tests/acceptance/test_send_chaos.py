"""A whole outbox against a server that fails four times in ten: nothing lost, nothing changed, repeats explained.

The suite takes a part; `python -m tests.acceptance.chaos_harness --count 300 --chaos 0.4` is the whole of it.
"""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.chaos_harness import naive, ours


async def test_nothing_is_lost_nothing_changed_and_only_the_uncertain_is_repeated_once(tmp_path: Path) -> None:
    report = await ours(tmp_path, count=45, chaos=0.4, seed=7)

    assert not report.problems, str(report)
    assert report.uncertain, "the server was not misbehaved enough to prove anything"
    assert report.refused, "nor refused enough"


async def test_a_sender_that_tries_again_after_any_error_sends_twice() -> None:
    """The floor: what the phases are for."""
    assert (await naive(count=40, chaos=0.4, seed=7)).repeated
