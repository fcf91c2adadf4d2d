"""How checks are named, and where tests lie: what a reader of code can go by without running it."""

from __future__ import annotations

from scanner.lazily import regex

_ASSERTING = regex(
    r"_?_?(?:assert|expect|verify|verifies|should|must|ensure|check|validate|compare|snapshot|approve|fail)"
    r"(?:$|_|s_|[A-Z]|s$|ed_|ion|ions)"
    r"|.*_(?:assert|should|expect|verify|check|fail|must)(?:$|s$|_)"
    r"|.*(?:Assert|Should|Expect|Verify|Check)(?:s?$|s?[A-Z])"
    r"|raise_for_status$|check_output$|check_call$|check_returncode$|approx_equal$|typecheck$|fnmatch_lines.*$"
    r"|(?:not_)?to_(?:be|have|contain|equal|match)(?:$|_)|no_fnmatch.*$|re_match_lines.*$|assertoutcome$|doctest.*$|testmod$|testfile$|runtest.*$|run_tests?$"
)
_INPUT_FOLDERS = regex(
    r"(?:^|/)(?:test_?)?(?:fixtures?|data|resources?|samples?|assets?|snippets?|templates?|corpus|golden|inputs?|cases|"
    r"projects?|test_runner_apps|example_scripts|mock_project\w*|dummy\w*|repos|integration/targets"
    r"|ansible_collections)/",
)


def is_input(path: str) -> bool:
    """Is a file in a test folder itself what tests are run on: a sample, a fixture, a dummy project?"""
    return _INPUT_FOLDERS.search(path) is not None


_COLLECTED = regex(r"(?:^|/)(?:test[^/]*|[^/]*_tests?)\.py$")


def is_collectable(path: str) -> bool:
    """Would pytest, unittest or Django's runner look into a file for tests, unless told otherwise?"""
    return _COLLECTED.search(path) is not None and not is_input(path)


# Named like a check, and as often the code under test
_ACCEPTING = regex(r"_*(?:verify|validate|check|ensure|must|compare)(?:$|_|[A-Z])")


def is_accepting(name: str) -> bool:
    """Is a function named like a check that may just as well be what is tested: `validate_name`?"""
    return _ACCEPTING.match(name) is not None


def is_asserting(name: str) -> bool:
    """Is a function named like a check? `assertEqual`, `check_headers`, `expect`, `raise_for_status`."""
    known = _known_names.get(name)
    if known is None:
        known = _known_names[name] = _ASSERTING.match(name) is not None
    return known


_known_names: dict[str, bool] = {}
