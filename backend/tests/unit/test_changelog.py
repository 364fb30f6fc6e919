"""The changelog: its newest version is the package's, every version has its day, breaking changes come first."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise

from src.data_eng.config import BACKEND, REPO_ROOT

HEADING = re.compile(r"^## (\d+\.\d+\.\d+) \((\d{4}-\d{2}-\d{2})\)$")


def headings() -> list[tuple[str, str]]:
    """(version, day) of every section, as written."""
    lines = [line for line in (REPO_ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")]
    matches = [HEADING.match(line) for line in lines]
    assert all(matches), f"headings are '## VERSION (YYYY-MM-DD)': {lines}"
    return [(match[1], match[2]) for match in matches if match is not None]


def test_the_newest_version_is_the_package_s() -> None:
    package = tomllib.loads((BACKEND / "pyproject.toml").read_text())["project"]["version"]
    assert headings()[0][0] == package


def test_versions_go_down_and_no_day_lies_after_that_of_a_newer_one() -> None:
    for (newer, newer_day), (older, older_day) in pairwise(headings()):
        assert tuple(map(int, newer.split("."))) > tuple(map(int, older.split(".")))
        assert newer_day >= older_day


def test_breaking_changes_come_first_in_their_section() -> None:
    for section in (REPO_ROOT / "CHANGELOG.md").read_text().split("\n## ")[1:]:
        body = section.split("\n", 1)[1].strip()
        assert "Breaking" not in body or body.startswith("Breaking")
