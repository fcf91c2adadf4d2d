"""Attacks by what git reads: configuration, hooks, attributes, references, objects, the index."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct

from repositories import CLAUDE, Repository

from hostile.world import VICTIM, World, attack


def _attributes(world: World, text: str) -> None:
    world.repository.write(".gitattributes", text)
    world.repository.commit("Add attributes")
    os.utime(world.tree / "shop" / "keys.py")


@attack()
def fsmonitor_is_a_program(world: World) -> None:
    world.config("core.fsmonitor", str(world.program(world.tree / "monitor")))


@attack()
def hooks_of_the_tree(world: World) -> None:
    for hook in ("post-index-change", "pre-commit", "reference-transaction", "post-checkout"):
        world.program(world.tree / "hooks" / hook)
    world.config("core.hooksPath", "hooks")


@attack()
def hooks_of_the_git_folder(world: World) -> None:
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-auto-gc"):
        world.program(world.tree / ".git" / "hooks" / hook)


@attack()
def pagers(world: World) -> None:
    for key in (
        "core.pager",
        "pager.blame",
        "pager.diff",
        "pager.log",
        "pager.ls-files",
        "interactive.diffFilter",
    ):
        world.config(key, world.touch)


@attack(arguments=("--diff", "HEAD"))
def external_diff(world: World) -> None:
    world.config("diff.external", world.touch)
    world.config("diff.evil.command", world.touch)
    world.repository.write("shop/keys.py", "import os\n")
    _attributes(world, "*.py diff=evil\n")
    world.repository.write("shop/keys.py", VICTIM)


@attack()
def text_conversion(world: World) -> None:
    world.config("diff.evil.textconv", world.touch)
    world.config("diff.evil.cachetextconv", "true")
    _attributes(world, "*.py diff=evil\n")


@attack()
def filters(world: World) -> None:
    for key in ("clean", "smudge", "process"):
        world.config(f"filter.evil.{key}", world.touch)
    world.config("filter.evil.required", "true")
    (world.tree / ".git" / "info").mkdir(exist_ok=True)
    (world.tree / ".git" / "info" / "attributes").write_text("*.py filter=evil\n")
    os.utime(world.tree / "shop" / "keys.py")


@attack(arguments=("--staged",), code=0, victim=False)
def filters_of_what_is_staged(world: World) -> None:
    world.repository.write("shop/keys.py", "import os\n")
    world.repository.git("add", "shop/keys.py")
    filters(world)


@attack()
def aliases(world: World) -> None:
    for name in ("ls-files", "blame", "rev-parse", "rev-list", "cat-file", "diff-index", "config"):
        world.config(f"alias.{name}", f"!touch {world.marker}")


@attack()
def transports(world: World) -> None:
    """A partial clone that would fetch what it lacks, by programs of its choice."""
    for key in ("core.sshCommand", "core.gitProxy", "core.askPass", "credential.helper"):
        world.config(key, world.touch)
    world.config("remote.origin.url", f"ext::sh -c touch% {world.marker}")
    world.config("remote.origin.promisor", "true")
    world.config("remote.origin.partialclonefilter", "blob:none")
    world.config("remote.origin.uploadpack", world.touch)
    world.config("extensions.partialClone", "origin")
    world.config("core.repositoryformatversion", "1")
    world.repository.write("shop/more.py", "x = 1\n")
    world.repository.commit("Add more")
    blob = world.repository.git("rev-parse", "HEAD:shop/more.py")
    (world.tree / ".git" / "objects" / blob[:2] / blob[2:]).unlink()


@attack()
def signatures(world: World) -> None:
    for key in ("gpg.program", "gpg.ssh.program", "gpg.x509.program", "gpg.ssh.defaultKeyCommand"):
        world.config(key, str(world.program(world.tree / "verify")))
    world.config("log.showSignature", "true")


@attack()
def other_programs(world: World) -> None:
    for key in ("core.editor", "sequence.editor", "core.alternateRefsCommand", "uploadpack.packObjectsHook"):
        world.config(key, world.touch)
    for key in ("merge.evil.driver", "difftool.evil.cmd", "web.browser", "browser.evil.cmd", "man.evil.cmd"):
        world.config(key, world.touch)


@attack()
def included_configuration(world: World) -> None:
    evil = world.tree / "evil.config"
    evil.write_text(
        f"[core]\n\tfsmonitor = {world.program(world.tree / 'monitor')}\n\tpager = {world.tree}/monitor\n"
    )
    world.config("include.path", str(evil))
    world.config(f"includeIf.gitdir:{world.tree}/.path", str(evil))


@attack()
def configuration_of_the_worktree(world: World) -> None:
    world.config("extensions.worktreeConfig", "true")
    program = world.program(world.tree / "monitor")
    (world.tree / ".git" / "config.worktree").write_text(
        f"[core]\n\tfsmonitor = {program}\n\thooksPath = {world.tree}\n"
    )


@attack(said="scan the working tree instead")
def a_work_tree_elsewhere(world: World) -> None:
    world.config("core.worktree", str(world.outside))


@attack()
def objects_of_another_repository(world: World) -> None:
    other = Repository(world.outside / "other")
    other.commit("Secret", secret_py="x = 1\n")
    info = world.tree / ".git" / "objects" / "info"
    info.mkdir(exist_ok=True)
    (info / "alternates").write_text(f"{other.root}/.git/objects\n{world.outside}/nothing\n/dev/zero\n")


@attack()
def replaced_commits(world: World) -> None:
    honest = world.repository.git("rev-parse", "HEAD")
    other = world.repository.commit("Replaced", author="Eve <eve@example.org>")
    world.repository.git("replace", "-f", honest, other)


@attack()
def grafted_commits(world: World) -> None:
    head = world.repository.git("rev-parse", "HEAD")
    (world.tree / ".git" / "info").mkdir(exist_ok=True)
    (world.tree / ".git" / "info" / "grafts").write_text(f"{head} {head}\n")


@attack()
def commits_to_ignore_that_are_not_there(world: World) -> None:
    world.config("blame.ignoreRevsFile", "/nowhere/at/all")
    world.repository.write(".git-blame-ignore-revs", "not a commit\n-h\n--output=x\n\x1b[2J\n")
    world.repository.commit("Ignore")


@attack()
def references_named_like_options(world: World) -> None:
    head = world.repository.git("rev-parse", "HEAD")
    for name in ("--upload-pack=touch", "-h", "--output=evil", "HEAD", "@{upstream}"):
        path = world.tree / ".git" / "refs" / "heads" / name
        path.write_text(f"{head}\n")
    (world.tree / ".git" / "HEAD").write_text("ref: refs/heads/--output=evil\n")


@attack()
def a_branch_that_turns_the_text(world: World) -> None:
    world.repository.git("checkout", "-q", "-b", "feature/\u202egnp.exe")


@attack()
def two_things_called_head(world: World) -> None:
    world.repository.git("update-ref", "refs/tags/HEAD", "HEAD")
    world.repository.git("update-ref", "refs/heads/HEAD", "HEAD")


def _index(entries: list[tuple[int, str, bytes]]) -> bytes:
    """An index of git, version 2, of (mode, object id, path)."""
    body = b"DIRC" + struct.pack(">II", 2, len(entries))
    for mode, oid, path in sorted(entries, key=lambda entry: entry[2]):
        stats = struct.pack(">10I", 0, 0, 0, 0, 0, 0, mode, 0, 0, 0)
        entry = stats + bytes.fromhex(oid) + struct.pack(">H", min(len(path), 0xFFF)) + path
        body += entry + b"\0" * (8 - len(entry) % 8)
    return body + hashlib.sha1(body).digest()


def _with_index(world: World, *more: tuple[int, str, bytes]) -> None:
    blob = world.repository.git("rev-parse", "HEAD:shop/keys.py")
    (world.tree / ".git" / "index").write_bytes(_index([(0o100644, blob, b"shop/keys.py"), *more]))


@attack()
def an_index_that_leads_out(world: World) -> None:
    blob = world.repository.git("rev-parse", "HEAD:shop/keys.py")
    paths = (
        b"../outside/secret.py",
        b"shop/../../outside/secret.py",
        os.fsencode(world.outside) + b"/secret.py",
    )
    _with_index(world, *((0o100644, blob, path) for path in paths))


@attack()
def an_index_of_odd_modes(world: World) -> None:
    blob = world.repository.git("rev-parse", "HEAD:shop/keys.py")
    head = world.repository.git("rev-parse", "HEAD")
    _with_index(
        world,
        (0o160000, head, b"library"),
        (0o120000, blob, b"link.py"),
        (0o100777, blob, b"wide.py"),
        (0o100644, "00" * 20, b"nothing.py"),
    )


@attack(said="git's list of files could not be read")
def an_index_of_noise(world: World) -> None:
    (world.tree / ".git" / "index").write_bytes(b"DIRC\0\0\0\x02\xff\xff\xff\xff" + b"\x1b[2J" * 1000)


@attack()
def a_tracked_file_behind_a_link(world: World) -> None:
    world.repository.commit("Add a file", secret_py="x = 1\n")
    world.repository.write("linked/secret.py", "x = 1\n")
    world.repository.commit("Add a folder")
    shutil.rmtree(world.tree / "linked")
    (world.tree / "linked").symlink_to(world.outside)


@attack()
def a_submodule_that_updates_itself(world: World) -> None:
    world.repository.write(
        ".gitmodules",
        f'[submodule "x"]\n\tpath = x\n\turl = --upload-pack=touch\n\tupdate = !touch {world.marker}\n',
    )
    head = world.repository.git("rev-parse", "HEAD")
    world.repository.git("update-index", "--add", "--cacheinfo", f"160000,{head},x")
    world.repository.git("commit", "-q", "-m", "Add x", **world.repository.people("Eve <eve@example.org>"))


@attack()
def a_repository_inside(world: World) -> None:
    inner = Repository(world.tree / "inner")
    inner.commit("Inner", a_py="x = 1\n")
    inner.git("config", "core.fsmonitor", str(world.program(world.tree / "inner" / "monitor")))


@attack()
def a_git_file_that_points_elsewhere(world: World) -> None:
    shutil.move(world.tree / ".git", world.root / "gitdir")
    (world.tree / ".git").write_text(f"gitdir: {world.root / 'gitdir'}\n")
    world.program(world.root / "gitdir" / "hooks" / "post-index-change")


@attack()
def a_git_file_of_nonsense(world: World) -> None:
    shutil.rmtree(world.tree / ".git")
    (world.tree / ".git").write_text("gitdir: --upload-pack=touch \x1b[2J\n" * 100)


@attack()
def a_bare_repository_in_the_tree(world: World) -> None:
    """What `safe.bareRepository` is about: a folder that looks like a git folder."""
    Repository(world.tree / "lib.git", "--bare")
    with (world.tree / "lib.git" / "config").open("a") as stream:
        stream.write(f"[core]\n\tfsmonitor = {world.program(world.tree / 'monitor')}\n")
    world.repository.write("lib.git/a.py", "x = 1\n")


@attack(
    environment=(
        ("GIT_EXTERNAL_DIFF", "./run"),
        ("GIT_PAGER", "./run"),
        ("GIT_SSH", "./run"),
        ("GIT_EDITOR", "./run"),
    )
)
def programs_of_the_environment_in_the_tree(world: World) -> None:
    world.program(world.tree / "run")


@attack(
    environment=(
        ("GIT_DIR", "evil"),
        ("GIT_WORK_TREE", "/"),
        ("GIT_OBJECT_DIRECTORY", "/nowhere"),
        ("GIT_INDEX_FILE", "/nowhere"),
    )
)
def places_of_the_environment(world: World) -> None:
    (world.tree / "evil").mkdir()


@attack()
def authors_with_escapes(world: World) -> None:
    world.repository.write("shop/more.py", 'import os\nK = os.getenv("MAIL_PASSWORD", "letmein1")\n')
    world.repository.commit(
        f"\x1b]0;owned\x07 ::error::owned\n\n{CLAUDE}\nReviewed-by: \x1b[31m<b>Eve\u202e</b> <e@x.org>\n",
        author="\x1b[2J\u202e::error::Eve|<img src=x> <eve@example.org>",
    )


@attack()
def a_huge_message(world: World) -> None:
    world.repository.write("shop/more.py", 'import os\nK = os.getenv("MAIL_PASSWORD", "letmein1")\n')
    world.repository.commit(
        "Work\n\n" + "Co-Authored-By: " + " " * 2_000_000 + "x\n" + "Assisted-by: a " * 50_000
    )


@attack()
def trailers_by_the_thousand(world: World) -> None:
    world.repository.write("shop/more.py", 'import os\nK = os.getenv("MAIL_PASSWORD", "letmein1")\n')
    world.repository.commit("Work\n\n" + f"{CLAUDE}\nReviewed-by: {'a' * 300} <{'b' * 300}@x>\n" * 20_000)


def _note(world: World, body: str) -> None:
    world.repository.write("shop/more.py", 'import os\nK = os.getenv("MAIL_PASSWORD", "letmein1")\n')
    head = world.repository.commit("Work")
    world.repository.note("ai", head, body)


@attack()
def a_huge_note(world: World) -> None:
    _note(world, "shop/more.py\n" + "  s_0123456789abcd::t_0 1-999999999\n" * 100_000 + "---\n{}")


@attack()
def a_note_that_names_places_outside(world: World) -> None:
    _note(world, '../outside/secret.py\n  abcdef0 1-2\n/etc/passwd\n  abcdef0 1-2\n---\n{"prompts": {}}')


@attack()
def a_note_of_deep_json(world: World) -> None:
    _note(world, "shop/more.py\n  abcdef0123456789 1-2\n---\n" + '{"prompts":' * 100_000)


@attack()
def a_note_of_wrong_types(world: World) -> None:
    _note(
        world,
        'shop/more.py\n  abcdef0123456789 1-2\n---\n{"prompts": {"abcdef0123456789": {"agent_id": '
        '{"tool": ["\\u001b[2J"], "model": {"a": 1e999}, "id": null}}}, "schema_version": 1'
        + "0" * 5000
        + "}",
    )


@attack()
def notes_about_nothing(world: World) -> None:
    for ref in ("ai", "agent-trace", "whogitit", "commits"):
        world.repository.note(ref, world.repository.git("rev-parse", "HEAD:shop/keys.py"), "\x00\x1b[2J")
        world.repository.note(ref, world.repository.git("rev-parse", "HEAD"), "{" * 50_000)


@attack()
def traces_of_wrong_types(world: World) -> None:
    ranges = '{"start_line": -1e400, "end_line": "x"}'
    conversation = '{"ranges": [' + ranges + '], "contributor": 3}'
    record = '{"version": [], "files": [{"path": "../x", "conversations": [' + conversation + "]}]}"
    world.repository.write(".agent-trace/traces.jsonl", f"{record}\n" * 10_000 + "[" * 100_000)
    world.repository.commit("Trace")
    world.repository.note("agent-trace", world.repository.git("rev-parse", "HEAD"), record)


@attack()
def a_history_without_its_root(world: World) -> None:
    world.repository.commit("More")
    parent = world.repository.git("rev-parse", "HEAD~1")
    (world.tree / ".git" / "objects" / parent[:2] / parent[2:]).unlink()
