"""The one door to git: what opens, what does not, what never runs, and what changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from repositories import ADA, Repository

from scanner.history import GitError, History, NoHistory, StagedFile, unquote


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def opened(root: Path) -> History:
    history = History.open(root)
    assert isinstance(history, History), history
    return history


def paths(staged: Iterable[StagedFile]) -> list[str]:
    return [entry.path for entry in staged]


def refused(root: Path) -> NoHistory:
    history = History.open(root)
    assert isinstance(history, NoHistory)
    return history


# What opens


def test_a_repository_is_opened_from_a_folder_inside_it(repository: Repository) -> None:
    head = repository.commit(a_py="x = 1\n")
    (repository.root / "deep" / "er").mkdir(parents=True)

    history = opened(repository.root / "deep" / "er")

    assert history.root == repository.root
    assert (history.head, history.branch(), history.shallow) == (head, "main", False)


def test_a_detached_head_has_no_branch(repository: Repository) -> None:
    head = repository.commit(a_py="x = 1\n")
    repository.git("checkout", "-q", "--detach")

    assert (opened(repository.root).head, opened(repository.root).branch()) == (head, "")


def test_a_repository_without_commits_has_files_but_no_head(repository: Repository) -> None:
    repository.write("a.py", "x = 1\n")
    repository.git("add", "a.py")

    history = opened(repository.root)

    assert (history.head, paths(history.staged()), history.graph()) == ("", ["a.py"], [])
    assert history.changed_lines(None, staged=True) == {"a.py": ((1, 1),)}


def test_a_linked_worktree_is_a_repository_of_its_own(repository: Repository, tmp_path: Path) -> None:
    repository.commit(a_py="x = 1\n")
    repository.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))

    history = opened(tmp_path / "side")

    assert (history.root, history.branch()) == (tmp_path / "side", "side")
    with history.blaming() as blame:
        assert blame("a.py", history.head).startswith(history.head.encode())


def test_a_submodule_is_a_repository_of_its_own(repository: Repository, tmp_path: Path) -> None:
    library = Repository(tmp_path / "library")
    head = library.commit(lib_py="y = 1\n")
    repository.commit(a_py="x = 1\n")
    repository.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.root), "lib"
    )

    assert opened(repository.root / "lib").head == head
    assert opened(repository.root).blobs_at(repository.commit("Add lib"), ["lib", "a.py"]) == {
        "a.py": b"x = 1\n"
    }


def test_sha256_ids_have_64_digits(tmp_path: Path) -> None:
    repository = Repository(tmp_path, "--object-format=sha256")
    repository.write("a.py", "x = 1\n")
    repository.git("add", "a.py")
    assert opened(tmp_path).changed_lines(None, staged=True) == {"a.py": ((1, 1),)}

    head = repository.commit(a_py="x = 1\n")

    assert len(head) == 64
    assert opened(tmp_path).file_at(head, "a.py") == b"x = 1\n"
    assert [node.id for node in opened(tmp_path).graph()] == [head]
    with opened(tmp_path).blaming() as blame:
        assert blame("a.py", head).startswith(head.encode())


# What does not


def test_a_plain_folder_is_no_repository(tmp_path: Path) -> None:
    assert str(refused(tmp_path)) == "not a git repository; run `git init`, or scan a clone"


def test_a_bare_repository_has_nothing_to_scan(tmp_path: Path) -> None:
    Repository(tmp_path / "bare", "--bare")
    assert "bare" in refused(tmp_path / "bare").reason


def test_the_git_folder_itself_is_not_scanned(repository: Repository) -> None:
    assert ".git" in refused(repository.root / ".git").reason


def test_git_may_be_missing(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert refused(repository.root).reason == "git is not installed"


def test_git_is_never_taken_from_the_scanned_folder(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.write("git", "#!/bin/sh\ntouch marker\n")
    (repository.root / "git").chmod(0o755)
    monkeypatch.chdir(repository.root)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.environ['PATH']}")

    opened(repository.root)

    assert not (repository.root / "marker").exists()


def test_a_folder_of_another_user_names_the_remedy(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("git")
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec "{real}" "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", str(wrapper.parent))

    refusal = refused(repository.root)
    assert refusal.remedy == f"run `git config --global --add safe.directory {repository.root}`"

    trust = tmp_path / "gitconfig"
    trust.write_text(f"[safe]\n\tdirectory = {repository.root}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(trust))
    opened(repository.root)


def test_a_working_tree_that_points_elsewhere_is_refused(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    repository.git("config", "core.worktree", str(tmp_path / "elsewhere"))
    assert "core.worktree" in refused(repository.root).reason or "inside" in refused(repository.root).reason


# What never runs


_PROGRAMS = (
    "core.fsmonitor",
    "core.pager",
    "core.sshCommand",
    "core.editor",
    "core.askPass",
    "core.gitProxy",
    "core.alternateRefsCommand",
    "credential.helper",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "gpg.program",
    "gpg.ssh.program",
    "pager.blame",
    "merge.evil.driver",
    "uploadpack.packObjectsHook",
    "remote.origin.uploadpack",
    "alias.blame",
)


def test_nothing_that_a_repository_configures_is_run(repository: Repository, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    evil = f"sh -c 'echo ran >> {marker}; cat'"
    base = repository.commit(a_py="x = 1\n", b_py="y = 1\n")
    repository.write(".gitattributes", "*.py diff=evil filter=evil merge=evil\n")
    for key in _PROGRAMS:
        repository.git("config", key, evil)
    repository.git("config", "filter.evil.required", "true")
    repository.git("config", "log.showSignature", "true")
    repository.git("config", "core.hooksPath", "hooks")
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-commit", "reference-transaction"):
        repository.write(f"hooks/{hook}", f"#!/bin/sh\necho ran >> {marker}\n")
        (repository.root / "hooks" / hook).chmod(0o755)
    repository.write("a.py", "x = 2\n")
    marker.unlink(missing_ok=True)

    history = opened(repository.root)
    with history.blaming() as blame:
        blame("a.py", history.head)
    history.changed_lines(base, staged=False)
    history.changed_lines(None, staged=True)
    (repository.root / "b.py").touch()
    history.changed_lines(None, staged=False)
    history.tracked_files()
    history.staged()
    history.staged_blobs(["a.py"])
    history.blobs_at("HEAD", ["a.py"])
    history.graph()
    history.commits([base])
    history.renamed()
    history.notes("refs/notes/")
    history.remote_url()
    history.branch()
    history.merge_base(base)

    assert not marker.exists()


def test_an_object_that_a_partial_clone_lacks_is_not_fetched(tmp_path: Path) -> None:
    source = Repository(tmp_path / "source")
    source.git("config", "uploadpack.allowFilter", "true")
    old = source.commit(a_py="x = 1\n")
    source.commit(a_py="x = 2\n")
    marker = tmp_path / "marker"
    url = f"file://{source.root}"
    source.git("clone", "-q", "--no-local", "--filter=blob:none", url, str(tmp_path / "partial"))
    partial = tmp_path / "partial"
    subprocess.run(
        ["git", "-C", partial, "config", "remote.origin.uploadpack", f"sh -c 'echo ran >> {marker}'"],
        check=True,
    )

    history = opened(partial)

    assert history.blobs_at(old, ["a.py"]) == {}
    assert history.blobs_at("HEAD", ["a.py"]) == {"a.py": b"x = 2\n"}
    with history.blaming() as blame, pytest.raises(GitError):
        blame("a.py", history.head)
    assert not marker.exists()


def test_replaced_objects_do_not_rewrite_history(repository: Repository) -> None:
    first = repository.commit("One", a_py="x = 1\n")
    second = repository.commit("Two", author="Mallory <mallory@example.org>")
    repository.git("replace", second, first)

    assert opened(repository.root).commits([second])[second].subject == "Two"


# The hook of a partial commit


def test_a_hook_sees_the_index_of_a_partial_commit(repository: Repository, tmp_path: Path) -> None:
    repository.commit(one_py="1\n", two_py="2\n")
    repository.write("one.py", "1\n1\n")
    repository.write("two.py", "2\n2\n")
    repository.git("add", "-A")
    other = Repository(tmp_path / "other")
    other.write("o.py", "0\n")
    other.git("add", "o.py")
    script = tmp_path / "seen.py"
    script.write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent.parent)!r})\n"
        "from scanner.history import History\n"
        f"for folder in ('.', {str(other.root)!r}):\n"
        "    print([one.path for one in History.open(folder).staged()])\n"
    )
    hook = repository.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{script}' > '{tmp_path}/seen'\n")
    hook.chmod(0o755)

    repository.git("commit", "-q", "-m", "One only", "one.py", **repository.people(ADA))

    assert (tmp_path / "seen").read_text() == "['one.py']\n['o.py']\n"


# Files and changes


def test_tracked_files_are_those_git_would_keep(repository: Repository) -> None:
    repository.commit(a_py="", b_py="")
    repository.write(".gitignore", "*.log\n")
    repository.write("noise.log", "")
    repository.write("new ü.py", "")
    (repository.root / "b.py").unlink()

    assert opened(repository.root).tracked_files() == [".gitignore", "a.py", "b.py", "new ü.py"]


def test_what_is_staged_has_both_sides(repository: Repository) -> None:
    text = "".join(f"line {number}\n" for number in range(20))
    repository.commit(old_py=text, gone_py="gone\n", edited_py="1\n")
    repository.git("mv", "old.py", "new.py")
    repository.git("rm", "-q", "gone.py")
    repository.write("edited.py", "2\n")
    repository.write("added.py", "3\n")
    repository.git("add", "-A")

    def content(oid: str) -> str:
        return repository.git("cat-file", "blob", oid) if oid else ""

    seen = {
        one.path: (content(one.old_blob), content(one.blob), one.old_path, one.gone)
        for one in opened(repository.root).staged()
    }

    assert seen == {
        "added.py": ("", "3", "added.py", False),
        "edited.py": ("1", "2", "edited.py", False),
        "gone.py": ("gone", "", "gone.py", True),
        "new.py": (text.strip(), text.strip(), "old.py", False),
    }


def test_staged_blobs_are_of_the_index_not_of_the_disk(repository: Repository) -> None:
    odd = 'a "b"\n\\c\t.py'
    repository.commit(a_py="x = 1\n")
    repository.write(odd, "staged\n")
    os.symlink("a.py", repository.root / "link.py")
    repository.git("add", "-A")
    repository.write(odd, "on disk\n")

    history = opened(repository.root)

    assert paths(history.staged()) == [odd, "link.py"]
    assert history.staged_blobs([odd, "link.py", "a.py", "absent"]) == {odd: b"staged\n", "a.py": b"x = 1\n"}
    assert history.changed_lines(None, staged=True) == {odd: ((1, 1),), "link.py": ((1, 1),)}


def test_paths_are_names_never_patterns(repository: Repository) -> None:
    repository.write("*.py", "star\n")
    repository.commit(a_py="x = 1\n")
    repository.write(":(top)b", "magic\n")
    repository.git("--literal-pathspecs", "add", ":(top)b")

    history = opened(repository.root)

    assert history.blobs_at("HEAD", ["*.py"]) == {"*.py": b"star\n"}
    assert history.staged_blobs([":(top)b"]) == {":(top)b": b"magic\n"}


def test_changed_lines_of_the_index_are_those_of_the_new_side(repository: Repository) -> None:
    repository.commit(a_py="1\n2\n3\n4\n5\n6\n", gone_py="x\n", less_py="1\n2\n")
    repository.write("a.py", "1\ntwo\n3\n4\n5\n6\nseven\neight\n")
    repository.write("less.py", "1\n")
    (repository.root / "gone.py").unlink()
    repository.git("add", "-A")
    repository.write("a.py", "not staged\n")

    changed = opened(repository.root).changed_lines(None, staged=True)

    assert changed == {"a.py": ((2, 2), (7, 8)), "less.py": ()}


def test_lines_that_look_like_headers_of_a_patch_are_lines(repository: Repository) -> None:
    repository.commit(a_py="-- a/x\n@@ -1 +1 @@\n", z_py="1\n")
    repository.write("a.py", "++ b/z.py\n@@ -1 +9,9 @@\n")
    repository.write("z.py", "1\n2\n")
    repository.git("add", "-A")

    assert opened(repository.root).changed_lines(None, staged=True) == {"a.py": ((1, 2),), "z.py": ((2, 2),)}


def test_changed_lines_since_a_branch_point_include_the_disk(repository: Repository) -> None:
    repository.commit(a_py="1\n2\n3\n", b_py="1\n", moved_py="1\n2\n3\n4\n5\n6\n", same_py="1\n")
    repository.git("checkout", "-q", "-b", "topic")
    repository.git("mv", "moved.py", "here.py")
    repository.commit("Topic", a_py="1\n2\n3\n4\n", here_py="1\n2\n3\n4\n5\nsix\n")
    repository.git("checkout", "-q", "main")
    repository.commit("Main goes on", b_py="0\n1\n")
    repository.git("checkout", "-q", "topic")
    repository.write("a.py", "zero\n1\n2\n3\n4\n")
    repository.write("here.py", "1\r\n2\r\n3\r\n4\r\n5\r\nsix\r\n")
    repository.write("new.py", "1\n2\n")
    repository.write("empty.py", "")
    repository.write("same.py", "1\n")

    changed = opened(repository.root).changed_lines("main", staged=False)

    assert changed == {"a.py": ((1, 1), (5, 5)), "empty.py": (), "here.py": ((6, 6),), "new.py": ((1, 2),)}


def test_a_change_undone_on_disk_is_no_change(repository: Repository) -> None:
    base = repository.commit(a_py="1\n")
    repository.commit(a_py="1\n2\n")
    repository.write("a.py", "1\n")

    assert opened(repository.root).changed_lines(base, staged=False) == {}


def test_an_unknown_base_names_the_next_step(repository: Repository) -> None:
    repository.commit(a_py="1\n")
    history = opened(repository.root)
    for ref in ("no-such-branch", "--output=marker", ""):
        with pytest.raises(GitError, match="git fetch"):
            history.merge_base(ref)
    assert not (repository.root / "marker").exists()


def test_a_shallow_clone_knows_its_edge(repository: Repository, tmp_path: Path) -> None:
    repository.commit(a_py="1\n")
    edge = repository.commit(a_py="1\n2\n")
    repository.git("clone", "-q", "--depth=1", f"file://{repository.root}", str(tmp_path / "shallow"))

    history = opened(tmp_path / "shallow")

    assert (history.shallow, history.shallow_commits) == (True, {edge})
    with pytest.raises(GitError, match="names no commit here"):
        history.merge_base("topic")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://github.com/owner/name.git", "https://github.com/owner/name"),
        ("https://user:ghp_token@GitHub.com/owner/name", "https://github.com/owner/name"),
        ("git@github.com:owner/name.git", "https://github.com/owner/name"),
        ("ssh://git@gitlab.example.org:2222/group/sub/name.git", "https://gitlab.example.org/group/sub/name"),
        ("git://example.org/name.git/", "https://example.org/name"),
        ("../elsewhere", ""),
        ("/srv/git/name.git", ""),
        ("file:///srv/git/name.git", ""),
        ("C:/work/name", ""),
        ("https://[broken/name", ""),
    ],
)
def test_the_remote_is_shown_without_credentials(repository: Repository, url: str, shown: str) -> None:
    repository.git("config", "remote.backup.url", "https://example.org/backup")
    repository.git("config", "remote.origin.url", url)
    assert opened(repository.root).remote_url() == shown


def test_a_missing_object_does_not_end_the_reading(repository: Repository) -> None:
    repository.commit(a_py="a\n", b_py="b\n")
    blob = repository.git("rev-parse", "HEAD:a.py")
    (repository.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    history = opened(repository.root)

    assert history.blobs_at("HEAD", ["a.py", "b.py"]) == {"b.py": b"b\n"}
    assert dict(history.blobs(["0" * 40, repository.git("rev-parse", "HEAD:b.py")], limit=1)) == {
        "0" * 40: None,
        repository.git("rev-parse", "HEAD:b.py"): None,
    }


def test_a_commit_is_read_as_it_was_written(repository: Repository) -> None:
    repository.write(".mailmap", "A Person <person@example.org> <158243242+devin@users.noreply.github.com>\n")
    message = "Größe\n\nText\n".encode("latin-1").decode("latin-1")
    oid = repository.commit(message, author="devin <158243242+devin@users.noreply.github.com>")

    commit = opened(repository.root).commits([oid])[oid]

    assert (commit.author.name, commit.subject, commit.body) == ("devin", "Größe", "\nText\n")
    assert opened(repository.root).graph()[0].author == commit.author


# Names


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("plain name.py", "plain name.py"),
        (r'"tab\there"', "tab\there"),
        (r'"quote\"back\\slash"', 'quote"back\\slash'),
        (r'"\303\244"', "ä"),
    ],
)
def test_quoted_paths_are_read_back(printed: str, name: str) -> None:
    assert unquote(printed) == name
