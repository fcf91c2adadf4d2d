"""The one door to git.

A repository is data of a stranger: its `.git/config` may name programs for hooks, file-system monitors,
text conversion, filters, transports and signatures. Nothing of that runs from here: every call goes
through `git.Git`, which overrides those keys, forbids every transport, and never lets git look at
the content of the working tree with filters on. Our own settings win over the repository's because `-c`
is the last word git hears. What the user's own environment and global config say about *trust*
(`safe.directory`) is kept.
"""

from __future__ import annotations

from scanner.history.blame import Blame
from scanner.history.git import GitError
from scanner.history.opening import NOT_A_REPOSITORY, History
from scanner.history.values import Commit, Node, NoHistory, Person, StagedFile, unquote

__all__ = [
    "NOT_A_REPOSITORY",
    "Blame",
    "Commit",
    "GitError",
    "History",
    "NoHistory",
    "Node",
    "Person",
    "StagedFile",
    "unquote",
]
