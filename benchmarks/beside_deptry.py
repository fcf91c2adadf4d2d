"""Our undeclared, borrowed and unused dependencies beside deptry's, with the reason of each difference.

    python benchmarks/beside_deptry.py TREE DEPTRY_JSON [SUBFOLDER]

`DEPTRY_JSON` is what `deptry . -o FILE` wrote for the same tree, or for its subfolder. Each module or
distribution that only deptry names is put into the first class that fits; what fits none is printed by name.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from scanner import distributions
from scanner.analyse.spoken import hashed
from scanner.relate.repository import Repository
from scanner.relate.supply import Supply, folder_of, is_npm, reach
from scanner.scan import survey
from scanner.settings import Settings

KNOWN = distributions.load()
RULES = ("undeclared-import", "unused-dependency", "borrowed-dependency")


def why_not_undeclared(repository: Repository, module: str, below: str) -> str:
    """Why we do not call a module undeclared or borrowed, that deptry does."""
    supply = repository.supply
    places = [
        (facts, item)
        for facts in repository.files.values()
        for item in facts.imports
        if item.target.partition(".")[0] == module and facts.path.startswith(below)
    ]
    if not places:
        return "not imported, as we read it"
    if module in supply._own_names:
        return "a module of the tree itself"
    given = [supply._given_to(facts.path) for facts, _ in places]
    names = {name for _, item in places for name in KNOWN.giving(item.target)}
    declared = {one.name for facts in supply.manifests for one in facts.requires}
    if names & declared or any(supply._is_declared(item.target, facts.path) for facts, item in places):
        return "declared, under another name" if names & declared else "shown by a declared framework"
    if all(item.optional or item.typing_only or hashed(module) in facts.spoken for facts, item in places):
        return "optional, or for type checkers"
    live = [
        pair for pair in places if pair[0].role == "live" and not (pair[1].optional or pair[1].typing_only)
    ]
    if not live:
        return "in tests, examples or documentation only"
    if module in KNOWN.hosts or module in distributions.STDLIB or module.startswith("_"):
        return "of the host or the standard library"
    return "in tooling, or in a module for those who have it" if given else "?"


def why_not_unused(supply: Supply, name: str) -> str:
    """Why we do not call a distribution unused, that deptry does."""
    said = [
        (facts, one)
        for facts in supply.manifests
        for one in facts.requires
        if one.name == name and not is_npm(facts.path)
    ]
    if any(supply._is_imported(name, supply._imported_below("")) for _ in said):
        return "imported, under another name or outside of live code"
    if KNOWN.works_unimported(name):
        return "a tool, plugin, driver, server or stub"
    if all(one.group for _, one in said):
        return "in an extra or a development group"
    if any(one.marker or one.explained for _, one in said):
        return "for some machines only, or explained beside it"
    for facts, _ in said:
        others = {one.name for other in supply.governing(facts.path) for one in other.requires}
        if others & set(KNOWN.serves.get(name, ())):
            return "another dependency uses it by itself"
        brought = reach(others - {name}, supply.locked(facts.path), KNOWN.brings)
        if name in brought or supply.comes_anyway(name, facts.path):
            return "comes in anyway"
    if any(module in supply._own_names for module in KNOWN.modules(name)):
        return "a module of the tree has its name"
    if any(not supply._imported_below("").names.isdisjoint(one.extras) for _, one in said):
        return "its extra is imported"
    if any(supply._is_integrated(name, folder_of(facts.path)) for facts, _ in said):
        return "a part of another library has its name"
    if any(hashed(module.partition(".")[0]) in supply._spoken for module in KNOWN.modules(name)):
        return "imported by name"
    return "?"


def main(tree: str, report: str, below: str = "") -> None:
    settings = Settings(
        root=Path(tree), select=RULES, preview=True, provenance="none", cache=False, semgrep=False
    )
    repository = survey(settings)
    supply = repository.supply
    start = f"{below}/" if below else ""
    missing = [one for one in supply.missing() if one.imported[0][0].path.startswith(start)]
    undeclared = {one.module.partition(".")[0] for one in missing}
    unused = {one.requirement.name for one in supply.unused() if one.manifest.path.startswith(start)}
    theirs: dict[str, set[str]] = {}
    for entry in json.loads(Path(report).read_text()):
        theirs.setdefault(entry["error"]["code"], set()).add(entry["module"])
    modules = theirs.get("DEP001", set()) | theirs.get("DEP003", set())
    spare = {name.lower().replace("_", "-").replace(".", "-") for name in theirs.get("DEP002", set())}
    same = (len(undeclared & modules), len(unused & spare))
    print(
        f"{Path(tree).name}: undeclared or borrowed {len(undeclared)}, deptry {len(modules)}, both {same[0]}"
    )
    print(f"  unused {len(unused)}, deptry {len(spare)}, both {same[1]}")
    reasons = Counter(why_not_undeclared(repository, one, start) for one in modules - undeclared)
    reasons.update(f"unused: {why_not_unused(supply, one)}" for one in spare - unused)
    for reason, count in sorted(reasons.items()):
        print(f"  only deptry: {count:3} {reason}")
    named = [one for one in sorted(modules - undeclared) if why_not_undeclared(repository, one, start) == "?"]
    named += [one for one in sorted(spare - unused) if why_not_unused(supply, one) == "?"]
    if named:
        print(f"  unexplained: {', '.join(named)}")
    ours = sorted(undeclared - modules) + sorted(unused - spare)
    if ours:
        print(f"  only ours: {', '.join(ours)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
