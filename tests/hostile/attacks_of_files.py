"""Attacks by names, links, special files, modules that want to be imported, settings and the cache."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3

from hostile.world import World, attack

FINDING = 'import os\nK = os.getenv("MAIL_PASSWORD", "letmein1")\n'


def _named(world: World, *names: str) -> None:
    for name in names:
        world.repository.write(name, FINDING)
    world.repository.commit("Add files")


# Names


@attack()
def names_like_options(world: World) -> None:
    _named(world, "--output=sarif=evil.py", "-rf.py", "--config.py", "--", "-")


@attack(code=2, said="a file is named like an option", arguments=("--hook", "--isolated"), victim=False)
def a_name_that_a_hook_would_obey(world: World) -> None:
    _named(world, "--isolated")


@attack()
def names_of_several_lines(world: World) -> None:
    _named(world, "a\n::error file=x::owned\n.py", "b\r\nc.py", "tab\there.py")


@attack()
def names_with_escapes(world: World) -> None:
    _named(world, "\x1b[2J\x1b]0;owned\x07.py", "bell\x07.py", "\x9b31m.py")


@attack()
def names_that_turn_the_text(world: World) -> None:
    _named(world, "\u202eyp.exe.py", "zero\u200bwidth.py", "line\u2028end.py", "tag\U000e0041.py")


@attack()
def names_that_are_no_text(world: World) -> None:
    for name in (b"\xff\xfe.py", b"half\xc3.py", b"\xed\xa0\x80.py"):
        with open(os.path.join(os.fsencode(world.tree), name), "wb") as stream:
            stream.write(FINDING.encode())
    world.repository.commit("Add files")


@attack()
def names_of_commands(world: World) -> None:
    _named(
        world,
        "::error::owned.py",
        "##vso[task.setvariable]x.py",
        "##[command]x.py",
        "$(touch x).py",
        "`x`.py",
    )


@attack()
def names_of_markup(world: World) -> None:
    _named(
        world,
        "<img src=x onerror=alert(1)>.py",
        "[click](javascript:alert(1)).py",
        "a|b.py",
        "]]>.py",
        "&lt;.py",
    )


@attack()
def names_that_are_addresses(world: World) -> None:
    _named(world, "https:/evil.example/a.py", "file:/etc/a.py", "%2e%2e%2fa.py", "a?b=1#c.py", "C:/x.py")


@attack()
def names_of_other_systems(world: World) -> None:
    _named(world, "..\\outside\\a.py", "con.py", "aux/a.py", "a:b.py", "trailing /a.py", "dot./a.py")


@attack()
def names_that_differ_by_case(world: World) -> None:
    _named(world, "Case.py", "case.py", "CASE.py", "e\u0301.py", "\u00e9.py")


@attack()
def names_like_archives(world: World) -> None:
    _named(world, "lib.zip/a.py", "lib.whl/../lib.whl/a.py", "a.py.zip", "x.tar.gz", "a.egg/b.py")


def _nested(world: World, name: str, times: int) -> None:
    here = os.open(world.tree, os.O_RDONLY)
    for _ in range(times):
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    with open(os.open("a.py", os.O_CREAT | os.O_WRONLY, dir_fd=here), "w") as stream:
        stream.write("x = 1\n")
    os.close(here)


@attack(code=3)
def a_path_longer_than_any(world: World) -> None:
    shutil.rmtree(world.tree / ".git")
    _nested(world, "d" * 200, 30)


@attack()
def folders_deeper_than_a_stack(world: World) -> None:
    shutil.rmtree(world.tree / ".git")
    _nested(world, "d", 1500)


# Links and special files


@attack()
def a_link_to_a_file_outside(world: World) -> None:
    (world.tree / "linked.py").symlink_to(world.outside / "secret.py")
    world.repository.commit("Link")


@attack(arguments=("linked.py", "shop"))
def a_link_outside_that_is_named(world: World) -> None:
    (world.tree / "linked.py").symlink_to(world.outside / "secret.py")


@attack()
def a_link_to_a_folder_outside(world: World) -> None:
    (world.tree / "linked").symlink_to(world.outside)
    world.repository.commit("Link")


@attack()
def links_in_a_plain_folder(world: World) -> None:
    shutil.rmtree(world.tree / ".git")
    (world.tree / "linked").symlink_to(world.outside)
    (world.tree / "linked.py").symlink_to(world.outside / "secret.py")
    (world.tree / "up").symlink_to("..")
    (world.tree / "loop").symlink_to("loop")
    (world.tree / "shop" / "again").symlink_to(world.tree)


@attack()
def a_link_without_end(world: World) -> None:
    (world.tree / "zero.py").symlink_to("/dev/zero")
    (world.tree / "a.py").symlink_to("b.py")
    (world.tree / "b.py").symlink_to("a.py")


@attack()
def a_pipe(world: World) -> None:
    os.mkfifo(world.tree / "pipe.py")
    os.mkfifo(world.tree / "script")


@attack()
def a_socket(world: World) -> None:
    shutil.rmtree(world.tree / ".git")
    here = os.getcwd()
    os.chdir(world.tree)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("s.py")
    os.chdir(here)


@attack()
def a_folder_called_like_a_file(world: World) -> None:
    (world.tree / "shop.py" / "inner.py").mkdir(parents=True)
    (world.tree / "pyproject.toml").mkdir()
    (world.tree / "assay.toml").mkdir()


# Modules that want to be imported


@attack()
def a_package_called_scanner(world: World) -> None:
    for name in (
        "scanner/__init__.py",
        "scanner/cli/__init__.py",
        "scanner/__main__.py",
        "rules/__init__.py",
    ):
        world.python(name)


@attack()
def modules_called_like_ours(world: World) -> None:
    for name in (
        "click",
        "yaml",
        "json",
        "re",
        "ast",
        "sqlite3",
        "libcst",
        "sarif_om",
        "radon",
        "tomllib",
        "encodings",
    ):
        world.python(f"{name}.py")


@attack(environment=(("PYTHONPATH", ""),))
def modules_for_a_python_path_with_an_empty_entry(world: World) -> None:
    for name in ("yaml", "libcst", "sarif_om", "radon", "packaging", "semgrep"):
        world.python(f"{name}.py")


@attack()
def modules_that_start_with_python(world: World) -> None:
    for name in (
        "sitecustomize.py",
        "usercustomize.py",
        "conftest.py",
        "setup.py",
        "noxfile.py",
        "__init__.py",
    ):
        world.python(name)
    world.repository.write("evil.pth", f"import os; open({str(world.marker)!r}, 'w')\n")


@attack()
def programs_called_like_ours(world: World) -> None:
    for name in ("git", "semgrep", "semgrep-core", "osemgrep", "python", "python3", "pysemgrep"):
        world.program(world.tree / name)
        world.program(world.tree / "bin" / name)


@attack(environment=(("PATH", ".:bin::"),))
def programs_on_a_path_into_the_tree(world: World) -> None:
    programs_called_like_ours(world)


@attack(code=3)
def a_codec_of_the_tree(world: World) -> None:
    world.python("evil_codec.py")
    world.python("encodings/evil_codec.py")
    world.repository.write("a.py", "# coding: evil_codec\nx = 1\n")


# Settings


@attack(code=2, said="unknown key `\\x1b[2Jrules`", victim=False)
def settings_with_escapes(world: World) -> None:
    world.repository.write("assay.toml", '"\\u001b[2Jrules" = 1\n')


@attack(code=2, said="unknown key", victim=False)
def settings_that_run_or_write(world: World) -> None:
    world.repository.write("pyproject.toml", '[tool.assay]\noutput = ["sarif=/tmp/x"]\nplugins = ["evil"]\n')


@attack(code=2, said="unknown key `rule-paths`", victim=False)
def settings_that_bring_rules(world: World) -> None:
    world.repository.write("assay.toml", 'rule-paths = ["evil.yaml"]\n')


@attack()
def rules_in_the_tree(world: World) -> None:
    rule = "rules:\n- {id: evil, message: owned, severity: ERROR, languages: [python], pattern: $X}\n"
    for name in (".semgrep.yml", ".semgrep/evil.yml", "rules/evil.yaml", "semgrep.yaml"):
        world.repository.write(name, rule)
    world.python("rules/security/evil.py")
    world.repository.write(".semgrepignore", "*\n")


@attack(code=2, said="`weights` must be none or default", victim=False)
def settings_with_endless_weights(world: World) -> None:
    world.repository.write("assay.toml", 'weights = "/dev/zero"\n')


@attack(code=2, said="`jobs` must lie between", victim=False)
def settings_with_endless_processes(world: World) -> None:
    world.repository.write("assay.toml", "jobs = 1000000\n")


@attack(code=2, said="`max-bytes` must lie between", victim=False)
def settings_with_endless_files(world: World) -> None:
    world.repository.write("assay.toml", "max-bytes = 1000000000000\n")


@attack(code=2, said="`min-rank` must lie between", victim=False)
def settings_that_hide_all(world: World) -> None:
    world.repository.write("assay.toml", "min-rank = nan\n")


@attack()
def settings_of_stars(world: World) -> None:
    stars = "**a*" * 200
    world.repository.write("assay.toml", f'exclude = ["{stars}b"]\nexpect-unreadable = ["{stars}"]\n')
    _named(world, f"{'a' * 200}/{'a' * 200}/{'a' * 200}/{'a' * 200}/x.py")


@attack(code=2, said="not valid TOML", victim=False)
def settings_without_bottom(world: World) -> None:
    world.repository.write("assay.toml", "exclude = " + "[" * 100_000)


@attack(code=2, said="not valid TOML", victim=False)
def settings_with_a_long_number(world: World) -> None:
    world.repository.write("assay.toml", f"jobs = {'9' * 6000}\n")


@attack(code=2, said="are not read", victim=False)
def settings_without_end(world: World) -> None:
    world.repository.write("assay.toml", "# x\n" * 1_000_000)


@attack()
def settings_behind_a_link(world: World) -> None:
    (world.outside / "assay.toml").write_text('exclude = ["**"]\n')
    (world.tree / "assay.toml").symlink_to(world.outside / "assay.toml")


@attack()
def settings_from_a_pipe(world: World) -> None:
    os.mkfifo(world.tree / "assay.toml")
    (world.tree / "pyproject.toml").symlink_to("/dev/zero")


# The cache


@attack(said="did not write; that is not read")
def a_cache_in_the_tree(world: World) -> None:
    folder = world.tree / ".assay_cache"
    folder.mkdir()
    with sqlite3.connect(folder / "results-1.sqlite") as table:
        table.execute("CREATE TABLE results (key TEXT PRIMARY KEY, findings, findings_mac, facts, facts_mac)")
        table.execute("INSERT INTO results VALUES ('x', '[]', '', '[]', '')")
    table.close()
    world.repository.git("add", "-f", ".assay_cache")
    world.repository.commit("Add the cache")


@attack(said="the cache .assay_cache cannot be used (it is a link)")
def a_cache_that_is_a_link(world: World) -> None:
    (world.tree / ".assay_cache").symlink_to(world.outside)


@attack()
def a_cache_of_links(world: World) -> None:
    folder = world.tree / ".assay_cache"
    folder.mkdir()
    for name in ("CACHEDIR.TAG", ".gitignore", "results-1.sqlite", "results-1.sqlite-wal"):
        (folder / name).symlink_to(world.outside / "made-by-the-scan")


@attack(said="the cache .assay_cache cannot be used")
def a_cache_that_is_a_file(world: World) -> None:
    world.repository.write(".assay_cache", "not a folder")


@attack()
def a_pickle_in_the_cache(world: World) -> None:
    pickle = f"cposix\nsystem\n(S'touch {world.marker}'\ntR."
    for name in ("results.pickle", "results.pkl", "results-1.sqlite"):
        world.repository.write(f".assay_cache/{name}", pickle)
