"""The replay of a whole history: for every line, the commit, path and number that git's own blame gives."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from repositories import ADA, CLAUDE, GRACE, Repository

from scanner.analyse.cache import Cache
from scanner.history import History
from scanner.provenance.patches import Replaced, parse
from scanner.provenance.replay import replay
from scanner.provenance.tree import Group, Tally, tally, tally_range

Origins = dict[str, list[tuple[str, str, int]]]


def opened(repository: Repository) -> History:
    history = History.open(repository.root)
    assert isinstance(history, History)
    return history


def replayed(repository: Repository) -> Origins:
    history = opened(repository)
    whole = replay(history)
    found: Origins = {}
    for path in history.regular_files(history.head):
        stretches = whole.stretches(path)
        assert stretches is not None, path
        found[path] = [
            (one.commit, one.path, one.line + step) for one in stretches for step in range(one.size)
        ]
    return found


def blamed(repository: Repository) -> Origins:
    """The same by `git blame`, file by file."""
    found: Origins = {}
    for path in repository.git("-c", "core.quotePath=off", "ls-files", "-z").split("\0"):
        if not path:
            continue
        rows: list[tuple[str, str, int]] = []
        for line in repository.git(
            "-c", "core.quotePath=off", "blame", "--line-porcelain", "HEAD", "--", path
        ).split("\n"):
            if match := re.match(r"([0-9a-f]{40}) (\d+) \d+", line):
                commit, number = match[1], int(match[2])
            elif line.startswith("filename "):
                rows.append((commit, line[9:], number))
        found[path] = rows
    return found


def lines(*words: str) -> str:
    return "".join(f"{word}\n" for word in words)


TEN = [f"line {number}" for number in range(10)]


def grown(repository: Repository) -> None:
    repository.commit(a_py=lines(*TEN))
    repository.commit(a_py=lines("new", *TEN[:4], "between", *TEN[6:]))


def renamed(repository: Repository) -> None:
    repository.commit(a_py=lines(*TEN))
    repository.git("mv", "a.py", "b.py")
    repository.commit()
    repository.commit(b_py=lines(*TEN, "more"))
    repository.git("mv", "b.py", "c.py")
    repository.write("c.py", lines(*TEN[:8], "other", "more"))
    repository.commit()


def swapped(repository: Repository) -> None:
    repository.commit(a_py=lines(*TEN), b_py=lines("x", "y", "z"))
    for old, new in (("a.py", "t"), ("b.py", "a.py"), ("t", "b.py")):
        repository.git("mv", old, new)
    repository.commit()


def merged(repository: Repository) -> None:
    repository.commit(a_py=lines(*TEN), b_py="b\n")
    repository.git("checkout", "-q", "-b", "topic")
    repository.commit(a_py=lines(*TEN, "from topic"))
    repository.commit(c_py=lines("new", "file"))
    repository.git("checkout", "-q", "main")
    repository.commit(a_py=lines("from main", *TEN))
    repository.merge("topic", "Merge branch 'topic'")


def resolved(repository: Repository) -> None:
    """A merge with a conflict, and lines of its own."""
    repository.commit(a_py=lines(*TEN))
    repository.git("checkout", "-q", "-b", "topic")
    repository.commit(a_py=lines(*TEN[:5], "topic", *TEN[6:]))
    repository.git("checkout", "-q", "main")
    main = repository.commit(a_py=lines(*TEN[:5], "main", *TEN[6:]))
    repository.write("a.py", lines(*TEN[:5], "main", "topic", "both", *TEN[6:]))
    repository.git("add", "-A")
    tree = repository.git("write-tree")
    made = repository.git("commit-tree", tree, "-p", main, "-p", "topic", "-m", "M", **repository.people(ADA))
    repository.git("reset", "-q", "--hard", made)


def written_again(repository: Repository) -> None:
    """A branch that takes lines away and puts them back owns them, though main has them, too."""
    repository.commit(a_py=lines(*TEN))
    repository.git("checkout", "-q", "-b", "topic")
    repository.commit(a_py=lines(*TEN[5:]))
    repository.commit(a_py=lines(*TEN))
    repository.commit(a_py=lines(*TEN, "last"))
    repository.git("checkout", "-q", "main")
    repository.commit(b_py="other\n")
    repository.merge("topic", "Merge branch 'topic'")


def odd_content(repository: Repository) -> None:
    """What looks like a patch, and lines without ends."""
    repository.commit(a_py=lines("-- a/x", "++ b/x", "@@ -1 +1 @@", "diff --git a/x b/x", "--- a/x"))
    repository.commit(a_py=lines("@@ -1 +1 @@", "-- a/y", "diff --git a/x b/x") + "no end")
    repository.commit(a_py=lines("@@ -1 +1 @@", "-- a/y", "diff --git a/x b/x", "no end", "\r", "more"))


def odd_names(repository: Repository) -> None:
    repository.write("ä ö.py", lines(*TEN))
    repository.write("a b/c b/d.py", lines("one", "two"))
    repository.commit()
    repository.write("ä ö.py", lines(*TEN, "x"))
    repository.git("mv", "a b/c b/d.py", "a b/e.py")
    repository.commit()


def empty_and_back(repository: Repository) -> None:
    repository.commit(a_py="", b_py=lines("b"))
    repository.commit(a_py=lines("a"), b_py="")
    repository.git("rm", "-q", "b.py")
    repository.commit()
    repository.commit(b_py=lines("b", "c"))


HISTORIES = [
    grown,
    renamed,
    swapped,
    merged,
    resolved,
    written_again,
    odd_content,
    odd_names,
    empty_and_back,
]


@pytest.mark.parametrize("build", HISTORIES, ids=lambda build: build.__name__)
def test_every_line_has_the_origin_that_blame_gives(
    build: Callable[[Repository], None], tmp_path: Path
) -> None:
    repository = Repository(tmp_path)
    build(repository)
    assert replayed(repository) == blamed(repository)


def wandering(repository: Repository, seed: int, commits: int) -> list[str]:
    """A history of edits, branches, renames and merges, drawn by lot; the commits of main."""
    draw = random.Random(seed)
    repository.commit(a_py=lines(*TEN), b_py=lines(*"uvwxyz"), c_py=lines(*TEN[::-1]))
    main = [repository.git("rev-parse", "HEAD")]
    for step in range(commits):
        branch = f"topic-{step}"
        start = draw.choice(main[-3:])
        repository.git("checkout", "-q", "-b", branch, start)
        for part in range(draw.randint(1, 2)):
            files = sorted(path.name for path in repository.root.glob("*.py"))
            name = draw.choice(files)
            old = (repository.root / name).read_text().split("\n")[:-1]
            at = draw.randint(0, len(old))
            new = (
                old[:at]
                + [f"{step}.{part}.{n}" for n in range(draw.randint(0, 3))]
                + old[at + draw.randint(0, 2) :]
            )
            repository.write(name, lines(*new))
            if draw.random() < 0.15:
                repository.git("add", "-A")
                repository.git("mv", name, f"moved_{step}_{part}.py")
            repository.commit(f"Step {step}", author=draw.choice([ADA, GRACE]))
        repository.git("checkout", "-q", "main")
        if draw.random() < 0.6:
            _merge_if_it_fits(repository, branch)
        else:
            repository.write(f"d_{step % 3}.py", lines(*TEN[: draw.randint(1, 9)], str(step)))
            repository.commit(f"Main {step}\n\n{CLAUDE}")
        main.append(repository.git("rev-parse", "HEAD"))
    return list(dict.fromkeys(main))


def _merge_if_it_fits(repository: Repository, branch: str) -> None:
    try:
        repository.merge(branch, f"Merge branch '{branch}'")
    except AssertionError:
        repository.git("merge", "--abort")


@pytest.mark.parametrize("seed", range(2))
def test_histories_drawn_by_lot(seed: int, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repository")
    main = wandering(repository, seed, 14)
    assert replayed(repository) == blamed(repository)
    (tmp_path / "kept").mkdir()
    with Cache(tmp_path / "kept") as kept, Cache(tmp_path, enabled=False) as nothing:
        for commit in main[::3]:
            repository.git("checkout", "-q", commit)
            assert _plain(tally(opened(repository), kept)) == _plain(tally(opened(repository), nothing))


def _plain(counted: Tally) -> tuple[object, ...]:
    files = {path: dict(groups) for path, groups in counted.files.items()}
    return counted.revision, files, counted.solely, counted.uncounted


def test_a_commit_with_a_missing_object_costs_that_file_only(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit(a_py=lines(*TEN), b_py="one\n")
    repository.commit(a_py=lines(*TEN, "x"), b_py="two\n")
    blob = repository.git("rev-parse", "HEAD:b.py")
    repository.commit(a_py=lines(*TEN, "x", "y"), b_py="three\n")
    (repository.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    whole = replay(opened(repository))
    assert [one.size for one in whole.stretches("a.py") or ()] == [10, 1, 1]
    assert whole.stretches("b.py") is None


def test_a_merge_of_three(tmp_path: Path) -> None:
    """A file comes from the parent that it equals, not from the first that has one of that name."""
    repository = Repository(tmp_path)
    first = repository.commit(a_py=lines(*TEN), b_py="one\n", c_py="one\n")
    for topic, name in (("second", "b.py"), ("third", "c.py")):
        repository.git("checkout", "-q", "-b", topic, "main")
        repository.write(name, "one\ntwo\n")
        repository.commit(topic)
    tips = [repository.git("rev-parse", topic) for topic in ("second", "third")]
    repository.git("checkout", "-q", "main")
    repository.commit("Ours", d_py="d\n")
    repository.git("merge", "-q", "--no-ff", "-m", "Both", "second", "third", **repository.people(ADA))
    found = replay(opened(repository))
    ours = {name: [one.commit for one in found.stretches(name) or ()] for name in ("b.py", "c.py")}
    assert ours == {"b.py": [first, tips[0]], "c.py": [first, tips[1]]}


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_merge_that_takes_the_last_line_away(tmp_path: Path, end: str) -> None:
    repository = Repository(tmp_path)
    repository.commit(a_py=lines(*TEN) + "last" + end)
    repository.git("checkout", "-q", "-b", "topic")
    repository.commit("Topic", a_py=lines("topic", *TEN) + "last" + end)
    repository.git("checkout", "-q", "main")
    repository.commit("Main", a_py=lines(*TEN[:5], "main", *TEN[6:]) + "last" + end)
    repository.git("merge", "-q", "--no-commit", "--no-ff", "topic", **repository.people(ADA))
    repository.commit("Merge", a_py=lines("topic", *TEN[:5], "main", *TEN[6:-1], "merged"))
    found = replay(opened(repository)).stretches("a.py") or ()
    assert sum(one.size for one in found) == 11


def test_what_was_only_renamed_is_known_though_an_object_is_missing(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    first = repository.commit(a_py=lines(*TEN), b_py="one\n")
    repository.git("mv", "a.py", "old a.py")
    repository.commit(b_py="two\n")
    blob = repository.git("rev-parse", "HEAD:b.py")
    (repository.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    whole = replay(opened(repository))
    assert [one.commit for one in whole.stretches("old a.py") or ()] == [first]


def test_commits_to_look_through(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    first = repository.commit(a_py=lines("a=1", "b=2"))
    formatted = repository.commit(a_py=lines("a = 1", "b = 2"))
    (stretch,) = replay(opened(repository), ignored=[formatted]).stretches("a.py") or ()
    assert (stretch.commit, stretch.size) == (first, 2)


def test_a_commit_to_look_through_keeps_what_it_added(tmp_path: Path) -> None:
    """Lines go back to those that they were, as with `git blame --ignore-rev`; what is new stays its own."""
    repository = Repository(tmp_path)
    first = repository.commit(a_py=lines("def total(cart):", "  return sum(cart)", "print(total)"))
    second = repository.commit(a_py=lines("def total(cart):", "  return sum(cart)", "log(total(1))"))
    formatted = repository.commit(
        a_py=lines("def total(cart) :", '    """%#!@"""', "    return sum( cart )", "log( total(1) )")
    )
    found = replay(opened(repository), ignored=[formatted]).stretches("a.py") or ()
    assert [(one.commit, one.line, one.size) for one in found] == [
        (first, 1, 1),
        (formatted, 2, 1),
        (first, 2, 1),
        (second, 3, 1),
    ]


# Counting


def labels(counted: Tally) -> dict[str, int]:
    found: dict[str, int] = {}
    for group, number in counted.total.items():
        found[group.label] = found.get(group.label, 0) + number
    return found


def test_a_tree_is_counted_by_group(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit(a_py=lines("one", "two"))
    repository.commit(f"Add\n\n{CLAUDE}", a_py=lines("one", "two", "three"), b_py=lines("b"))
    with Cache(tmp_path, enabled=False) as cache:
        counted = tally(opened(repository), cache)
    by_claude = Group("ai", "Claude Code", "claude-opus-4-6", "none", "trailer", "2023-11")
    silent = Group("no-evidence", tier="none", month="2023-11")
    assert counted.files == {"a.py": {by_claude: 1, silent: 2}, "b.py": {by_claude: 1}}
    assert counted.solely == {"b.py"}


def test_a_range_has_only_its_own_lines(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    base = repository.commit(f"Add\n\n{CLAUDE}", a_py=lines(*TEN))
    repository.git("checkout", "-q", "-b", "topic")
    repository.commit(a_py=lines("x", *TEN[:3], *TEN[5:]))
    repository.commit(f"More\n\n{CLAUDE}", a_py=lines("x", *TEN[:3], "y", "z", *TEN[5:]))
    assert labels(tally_range(opened(repository), base, "HEAD")) == {"ai": 2, "no-evidence": 1}


def test_a_note_added_later_counts(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repository")
    commit = repository.commit(a_py=lines(*TEN))
    with Cache(tmp_path) as cache:
        assert labels(tally(opened(repository), cache)) == {"no-evidence": 10}
        repository.note("ai", commit, "a.py\n  s_0123456789abcd 1-4\n---\n{}")
        assert labels(tally(opened(repository), cache)) == {"ai": 4, "no-evidence": 6}


# Patches


def test_a_combined_patch_tells_the_parents_apart() -> None:
    patch = (
        b"\ndiff --combined a.py\nindex 1,2..3\n--- a/a.py\n--- a/a.py\n+++ b/a.py\n"
        b"@@@ -2,1 -2,1 +2,2 @@@\n- main\n -topic\n++both\n++more"
    )
    (found,) = parse(patch)
    assert found.replaced == ([Replaced(1, 1, 1, 2)], [Replaced(1, 1, 1, 2)])
