"""Profiles in files of their own: read, written, and every mistake at its place."""

from __future__ import annotations

import pytest

from monitor.config.profile_files import load_profile, profile_text
from monitor.config.watchlists import load_watchlist
from monitor.errors import ConfigError
from monitor.model.profiles import Profile, ProfileTerm

WATCHLIST = "name: w\ntitle: {en: Palm oil}\nmatch: sawit\nprofile: %s\n"


def load(folder, profile, **files):
    path = folder / "config" / "watchlists" / "w.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(WATCHLIST % profile, encoding="utf-8")
    (folder / "config" / "profiles").mkdir()
    for name, text in files.items():
        (folder / "config" / "profiles" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_watchlist(path)


def told(folder, profile, **files):
    with pytest.raises(ConfigError) as caught:
        load(folder, profile, **files)
    return [str(problem).replace(f"{folder}/config/", "") for problem in caught.value.problems]


def test_a_watchlist_takes_its_profile_from_a_file_and_it_counts_as_if_written_there(tmp_path):
    named = load(tmp_path / "a", "profiles/palm.yaml", palm="language: id\nterms: {petani sawit: 2.5, EUDR: 1}\n")
    written = load(tmp_path / "b", "{EUDR: 1, petani sawit: 2.5}")
    assert named.profile == {"EUDR": 1.0, "petani sawit": 2.5}
    assert named.version == written.version


@pytest.mark.parametrize(
    ("profile", "files", "problem"),
    [
        ("profiles/plam.yaml", {"palm": "terms: {a b: 1}"}, "w.yaml:4:10: profile: there is no file"),
        ("profiles/plam.yaml", {"palm": "terms: {a b: 1}"}, "profiles/palm.yaml"),
        ("../w.yaml", {}, "w.yaml:4:10: profile: lies outside the configuration folder."),
        ("palm", {}, "w.yaml:4:10: profile: must be a .yaml file, relative to the configuration folder"),
        ("profiles/palm.yaml", {"palm": "terms:\n  sawit: -1\n"}, "profiles/palm.yaml:2:10: terms.sawit"),
        ("profiles/palm.yaml", {"palm": "terms:\n  '!': 1\n"}, "profiles/palm.yaml:2:"),
        ("profiles/palm.yaml", {"palm": "terms: {}\n"}, "profiles/palm.yaml:1:8: terms"),
        ("profiles/palm.yaml", {"palm": "trems: {a b: 1}\n"}, "profiles/palm.yaml:1:1: trems: is an unknown key."),
        ("{sawit: 0}", {}, "w.yaml:4:18: profile.sawit"),
    ],
)
def test_a_mistake_is_told_at_its_place(tmp_path, profile, files, problem):
    problems = told(tmp_path, profile, **files)
    assert any(problem in one for one in problems), problems


def test_terms_that_yaml_reads_as_something_else_stay_terms(tmp_path):
    terms = [
        ProfileTerm(text=text, weight=1.5, documents=3, count=4, expected=0.1, quote="so # it: “is”")
        for text in ("no", "null", "hwasong-11", "2024 kapal", "kim's", "北朝鮮", "on air")
    ]
    profile = Profile(language="id", documents=5, min_documents=3, background="a list", terms=terms)
    path = tmp_path / "profile.yaml"
    path.write_text(profile_text(profile), encoding="utf-8")
    assert load_profile(path) == {term.text: 1.5 for term in terms}
