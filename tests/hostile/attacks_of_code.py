"""Attacks by what stands in the files: text that acts on its reader, and text that never ends."""

from __future__ import annotations

import json

from hostile.world import World, attack


def _file(world: World, name: str, content: str | bytes) -> None:
    world.repository.write(name, content)
    world.repository.commit(f"Add {name}")


@attack()
def code_with_escapes(world: World) -> None:
    _file(
        world,
        "a.py",
        'import os\nK = os.getenv("MAIL_PASSWORD", "let\x1b[2J\x1b]0;owned\x07me")  # \x9b31m\n',
    )


@attack()
def code_that_turns_the_text(world: World) -> None:
    _file(world, "a.py", 'import os\nK = os.getenv("MAIL_PASSWORD", "let\u202eme\u2066")  # \u200b\u2028\n')


@attack()
def code_of_commands(world: World) -> None:
    line = 'K = os.getenv("MAIL_PASSWORD", "::error::x ##vso[x]y")  # ::set-output name=x::y\n'
    _file(world, "a.py", f"import os\n::stop-commands::x = 1\n{line}".replace("::stop-commands::x = 1\n", ""))


@attack()
def code_of_markup(world: World) -> None:
    text = "<script>alert(1)</script> | ![x](http://evil.example/x) </details> `` ``` ]]> "
    _file(world, "a.py", f'import os\nK = os.getenv("MAIL_PASSWORD", "{text}")  # {text}\n')


@attack()
def names_of_variables_that_act(world: World) -> None:
    _file(world, "a.py", 'import os\nK = os.getenv("\x1b[2J_PASSWORD|<b>`x`\u202e", "letmein1")\n')


@attack()
def secrets_to_be_masked(world: World) -> None:
    key = "sk_live_" + "9aZ3kQ7xW1mB5vT8rY2c"
    _file(
        world,
        "a.py",
        f'import os\nK = os.getenv("MAIL_PASSWORD", "hunter2-masked")\nOLD = "hunter2-masked"\n'
        f'STRIPE = "{key}hunter2"\n# {key}hunter2\n',
    )


@attack()
def allow_comments_that_start_again(world: World) -> None:
    _file(world, "a.py", "x = 1  " + "# assay: allow[" * 60_000 + "\n")
    _file(world, "b.py", "".join(f"x = {i}  # assay: allow[fallback-secret] because\n" for i in range(2_000)))


@attack(code=3, said="nested too deeply")
def code_nested_without_bottom(world: World) -> None:
    _file(world, "a.py", "x = " + "(" * 100_000)
    _file(world, "b.py", "x = " + "-" * 100_000 + "1")


@attack(code=3, said="a.py")
def code_of_zeros(world: World) -> None:
    _file(world, "a.py", b"x = 1\n\0\0\0\n" + b"\0" * 100_000)


@attack(code=3, said="a.py")
def code_in_an_odd_encoding(world: World) -> None:
    for number, codec in enumerate(
        ("rot13", "zlib_codec", "unicode_escape", "idna", "no-such-codec", "\x1b[2J")
    ):
        _file(world, f"{'abcdef'[number]}.py", f"# coding: {codec}\nx = '{'a' * 100_000}'\n".encode())


@attack()
def one_line_without_end(world: World) -> None:
    _file(world, "a.py", "x = [" + "é.b(c)," * 100_000 + "]\n")


@attack()
def chains_without_end(world: World) -> None:
    _file(
        world,
        "a.py",
        "import os\nx = os" + ".path" * 900 + "\n" + "".join(f"a{i} = a{i - 1}\n" for i in range(3000)),
    )


@attack()
def strings_without_end(world: World) -> None:
    _file(world, "a.py", 'x = """' + "assay: allow\n" * 100_000 + '"""\n')


@attack()
def numbers_without_end(world: World) -> None:
    _file(world, "a.py", f"x = 0x{'f' * 200_000}\ny = {'9' * 4000}\n")


@attack(code=3, said="a.py")
def a_decimal_without_end(world: World) -> None:
    _file(world, "a.py", f"y = {'9' * 200_000}\n")


@attack(code=3, said="a.py: not analysed: too large")
def a_file_without_end(world: World) -> None:
    (world.tree / "a.py").touch()
    with (world.tree / "a.py").open("r+b") as stream:
        stream.truncate(300_000_000_000)


@attack(code=3, said="a.py: not analysed: too large", arguments=("--staged",), victim=False)
def a_staged_file_without_end(world: World) -> None:
    world.repository.write("a.py", "x = 1\n" * 1_000_000)
    world.repository.write("film.mp4", b"\0" * 20_000_000)
    world.repository.git("add", "a.py", "film.mp4")


@attack(code=3, said=".mcp.json: not analysed: nested too deeply")
def json_without_bottom(world: World) -> None:
    _file(world, ".mcp.json", '{"mcpServers":' * 100_000)


@attack(code=3, said=".mcp.json: not analysed: malformed")
def json_with_a_long_number(world: World) -> None:
    _file(world, ".mcp.json", '{"mcpServers": ' + "9" * 100_000 + "}")


@attack(code=3, said="a.ipynb:1: not analysed: malformed")
def notebooks_of_wrong_types(world: World) -> None:
    cells = [{"cell_type": ["code"], "source": 3}, {"cell_type": "code", "source": [None, {"a": 1}]}, 7, None]
    _file(world, "a.ipynb", json.dumps({"cells": cells, "metadata": [], "nbformat": "x"}))


@attack()
def ten_thousand_files(world: World) -> None:
    for number in range(10_000):
        folder = world.tree / "many" / str(number % 100)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"f{number}.py").write_text("x = 1\n")


@attack(code=3, said="Pipfile: not analysed: malformed")
def manifests_of_nonsense(world: World) -> None:
    _file(
        world,
        "requirements.txt",
        "-r /etc/passwd\n-r requirements.txt\n--index-url http://x\n" + "a" * 200_000,
    )
    _file(world, "setup.cfg", "[metadata\n\0" * 1000)
    _file(world, "Pipfile", "[" * 10_000)
