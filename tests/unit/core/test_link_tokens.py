from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.link_tokens import claim_in, link_key, read_token, write_token
from monitor.model.links import LinkAction, LinkClaim

KEY, OTHER = link_key(b"k" * 32), link_key(b"o" * 32)

names = st.text(st.characters(blacklist_categories=("Cs",)), max_size=40)
ids = st.integers(0, 2**63 - 1).map(str)
recipients = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=40)
claims = st.one_of(
    st.builds(
        LinkClaim,
        action=st.sampled_from((LinkAction.UNSUBSCRIBE, LinkAction.LESS_OFTEN, LinkAction.MUTE_OUTLET)),
        recipient_id=recipients,
        target=names,
    ),
    st.builds(LinkClaim, action=st.just(LinkAction.MUTE_STORY), recipient_id=recipients, target=ids),
    st.builds(
        LinkClaim,
        action=st.sampled_from((LinkAction.MORE, LinkAction.LESS)),
        recipient_id=recipients,
        target=ids,
        watchlist=names,
    ),
    st.builds(
        LinkClaim,
        action=st.just(LinkAction.VIEW),
        recipient_id=recipients,
        target=st.binary(min_size=10, max_size=10).map(lambda of: "d" + of.hex()),
    ),
)


@settings(deadline=None)
@given(claims)
def test_a_token_says_what_was_claimed_and_always_looks_the_same(claim: LinkClaim) -> None:
    token = write_token(claim, KEY)
    assert token == write_token(claim, KEY)
    assert read_token(token, [KEY]) == claim


@settings(deadline=None)
@given(claims, st.data())
def test_a_token_with_any_bit_flipped_says_nothing(claim: LinkClaim, data: st.DataObject) -> None:
    token = write_token(claim, KEY)
    place, bit = data.draw(st.integers(0, len(token) - 1)), data.draw(st.integers(0, 6))
    forged = token[:place] + chr(ord(token[place]) ^ 1 << bit) + token[place + 1 :]
    assert read_token(forged, [KEY]) is None


@settings(deadline=None)
@given(claims, st.data())
def test_a_token_cut_or_grown_says_nothing(claim: LinkClaim, data: st.DataObject) -> None:
    token = write_token(claim, KEY)
    assert read_token(token[: data.draw(st.integers(0, len(token) - 1))], [KEY]) is None
    assert read_token(token + data.draw(st.text(min_size=1, max_size=5)), [KEY]) is None


@settings(deadline=None)
@given(st.text(max_size=900))
def test_any_other_text_says_nothing(text: str) -> None:
    assert read_token(text, [KEY]) is None


@settings(deadline=None)
@given(claims, claims)
def test_different_claims_have_different_tokens(one: LinkClaim, other: LinkClaim) -> None:
    assert (write_token(one, KEY) == write_token(other, KEY)) == (one == other)


@settings(deadline=None)
@given(claims)
def test_a_token_of_another_installation_says_nothing(claim: LinkClaim) -> None:
    assert read_token(write_token(claim, OTHER), [KEY]) is None


@settings(deadline=None)
@given(claims)
def test_while_keys_change_the_old_one_still_reads(claim: LinkClaim) -> None:
    assert read_token(write_token(claim, OTHER), [KEY, OTHER]) == claim


def test_no_part_of_a_claim_stands_in_clear() -> None:
    claim = LinkClaim(action=LinkAction.MUTE_OUTLET, recipient_id="analyst", target="analyst" * 5)
    one, other = write_token(claim, KEY), write_token(claim, OTHER)
    assert sum(a == b for a, b in zip(one[:-1], other[:-1], strict=True)) < 12


@pytest.mark.parametrize(
    ("claim", "chars"),
    [
        (LinkClaim(action=LinkAction.UNSUBSCRIBE, recipient_id="analyst"), 29),
        (LinkClaim(action=LinkAction.UNSUBSCRIBE, recipient_id="analyst", target="russia-north-korea"), 53),
        (LinkClaim(action=LinkAction.MUTE_STORY, recipient_id="analyst", target=str(2**62)), 40),
        (LinkClaim(action=LinkAction.VIEW, recipient_id="analyst", target="d" + "ab" * 10), 43),
        (
            LinkClaim(
                action=LinkAction.MORE, recipient_id="analyst", target=str(2**62), watchlist="russia-north-korea"
            ),
            64,
        ),
    ],
)
def test_tokens_are_short_enough_for_a_header_line(claim: LinkClaim, chars: int) -> None:
    assert len(write_token(claim, KEY)) == chars


def test_a_token_in_a_mails_subject_is_found_behind_what_mail_programs_add() -> None:
    claim = LinkClaim(action=LinkAction.UNSUBSCRIBE, recipient_id="analyst")
    token = write_token(claim, KEY)
    for subject in (f"unsubscribe {token}", f"Re: AW: unsubscribe {token} (was: spam)", token, f"[list] {token}\r\n x"):
        assert claim_in(subject, [OTHER, KEY]) == claim
    assert claim_in("unsubscribe analyst", [KEY]) is None
    assert claim_in(f"unsubscribe {token[:-1]}", [KEY]) is None


@pytest.mark.parametrize(
    "claim",
    [
        LinkClaim(action=LinkAction.MUTE_STORY, recipient_id="analyst", target="first"),
        LinkClaim(action=LinkAction.MUTE_STORY, recipient_id="analyst", target="007"),
        LinkClaim(action=LinkAction.MORE, recipient_id="analyst", target=str(2**63), watchlist="w"),
        LinkClaim(action=LinkAction.VIEW, recipient_id="analyst", target="7"),
        LinkClaim(action=LinkAction.UNSUBSCRIBE, recipient_id=""),
        LinkClaim(action=LinkAction.UNSUBSCRIBE, recipient_id="analyst", watchlist="w"),
    ],
)
def test_what_no_digest_can_claim_gets_no_token(claim: LinkClaim) -> None:
    with pytest.raises(ValueError, match=r"link|id of"):
        write_token(claim, KEY)
