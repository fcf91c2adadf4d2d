"""Do the labels of lines agree with a second reading of the same records?

The second reading is slow and simple, and shares no code with the product: its own `git blame
--line-porcelain`, one `git` process for each question, plain string tests instead of tables. Run it as

    python benchmarks/oracle_labels.py REPOSITORY [--lines 300] [--seed 7]

It takes random lines of the tracked text files at HEAD, prints each disagreement with both answers and the
records behind them, and exits 1 if there was any.

With `--files N` it takes whole files instead, as HEAD has them, and holds the replay of the tree against
them: label and commit of every line.

    python benchmarks/oracle_labels.py REPOSITORY --files 300

With `--ranges N` it takes the changes of N pull requests (merges; where there are none, stretches of the
main line), and holds against git's full blame, line by line, what the gate replays of a range and what a
scan's bounded blame says of it.

    python benchmarks/oracle_labels.py REPOSITORY --ranges 50
"""

from __future__ import annotations

import argparse
import collections
import functools
import json
import random
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

AGENT_ADDRESSES = [
    "noreply@anthropic.com",
    "claude@anthropic.com",
    "cursoragent@cursor.com",
    "ai@cursor.sh",
    "codex@openai.com",
    "noreply@openai.com",
    "gemini@google.com",
    "aider@aider.chat",
    "noreply@aider.chat",
    "noreply@aider.dev",
    "openhands@all-hands.dev",
    "amp@ampcode.com",
    "noreply@opencode.ai",
    "qwen-coder@alibabacloud.com",
    "noreply@kiro.dev",
    "noreply@windsurf.com",
    "noreply@codeium.com",
    "agent@warp.dev",
    "antigravity@google.com",
    "grok@x.ai",
    "noreply@lovable.dev",
    "crush@charm.land",
    "junie@jetbrains.com",
    "roomote@roocode.com",
    "copilot@github.com",
]
AGENT_LOGINS = [
    "claude[bot]",
    "claude-code-action[bot]",
    "anthropic-claude[bot]",
    "copilot-swe-agent[bot]",
    "copilot",
    "cursoragent",
    "cursor[bot]",
    "cursoragent[bot]",
    "devin-ai-integration[bot]",
    "chatgpt-codex-connector[bot]",
    "openai-codex[bot]",
    "google-labs-jules[bot]",
    "factory-droid[bot]",
    "opencode-agent[bot]",
    "kiro-agent",
    "amazon-q-developer[bot]",
    "codegen-sh[bot]",
    "gpt-engineer-app[bot]",
    "lovable-dev[bot]",
    "v0[bot]",
    "roomote[bot]",
    "cline[bot]",
    "sweep-ai[bot]",
    "continue[bot]",
    "sourcegraph-cody[bot]",
]
SUGGESTERS = [
    "gemini-code-assist[bot]",
    "coderabbitai[bot]",
    "coderabbitai",
    "greptile-apps[bot]",
    "ellipsis-dev[bot]",
    "sourcery-ai[bot]",
    "qodo-merge-pro[bot]",
    "github-advanced-security[bot]",
]
BOT_ADDRESSES = ["support@dependabot.com", "bot@renovateapp.com", "action@github.com", "actions@github.com"]
BRANCHES = [
    "claude",
    "codex",
    "copilot",
    "cursor",
    "devin",
    "jules",
    "gemini",
    "aider",
    "cline",
    "amp",
    "openhands",
    "droid",
    "terragon",
    "agent",
]
BARE_NAMES = ("claude", "cursor", "codex", "copilot", "windsurf", "gemini", "opencode", "chatgpt", "gpt-")
TOOL_LINES = (
    "claude-session: https://claude.ai/code",
    "agent-logs-url: https://github.com/",
    "made-with: cursor",
)
FOOTERS = ("enerated with [claude code]", "enerated with claude code", "enerated with codex")

Votes = list[tuple[float, str]]


def git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(repository), *arguments], capture_output=True, check=False)
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def pick(repository: Path, count: int, seed: int) -> list[tuple[str, int]]:
    """Random (path, line) pairs, each line of the text files as likely as any other."""
    lines = []
    for path in git(repository, "ls-files", "-z").split("\0"):
        on_disk = repository / path
        if path and on_disk.is_file() and not on_disk.is_symlink():
            content = on_disk.read_bytes()
            if b"\0" not in content:
                lines += [(path, number) for number in range(1, content.count(b"\n") + 1)]
    return random.Random(seed).sample(lines, min(count, len(lines)))


def porcelain(repository: Path, path: str, rev: str = "HEAD") -> dict[int, tuple[str, str, int]]:
    """For each line: commit, path in that commit, line in that commit."""
    found = {}
    commit, before, after = "", 0, 0
    listed = repository / ".git-blame-ignore-revs"
    ignored = ["--ignore-revs-file", str(listed)] if listed.is_file() else []
    for line in git(repository, "blame", "--line-porcelain", *ignored, rev, "--", path).split("\n"):
        words = line.split(" ")
        if len(words[0]) == 40 and len(words) in (3, 4) and words[1].isdigit():
            commit, before, after = words[0], int(words[1]), int(words[2])
        elif line.startswith("filename "):
            found[after] = (commit, line.removeprefix("filename ").strip('"'), before)
    return found


@functools.lru_cache(maxsize=64)
def painted(repository: Path, ref: str, commit: str) -> dict[tuple[str, int], str]:
    """The lines that a note speaks of, each with `ai` or `human`, the last attestation on top."""
    found, current = {}, ""
    for line in git(repository, "notes", f"--ref={ref}", "show", commit).split("\n"):
        if line == "---":
            break
        if line.startswith("  "):
            key, ranges = line.split()
            for part in ranges.split(","):
                ends = [int(end) for end in part.split("-")]
                answer = "human" if key.startswith("h_") or key == "human" else "ai"
                found.update(((current, number), answer) for number in range(ends[0], ends[-1] + 1))
        else:
            current = line.strip('"')
    return found


@functools.cache
def notes_refs(repository: Path) -> list[str]:
    remotes = git(repository, "for-each-ref", "--format=%(refname)", "refs/notes/ai-remote").split()
    return ["refs/notes/ai", *remotes]


def from_note(repository: Path, commit: str, path: str, number: int) -> str:
    """`ai`, `human`, or nothing, from the last attestation over the line."""
    for ref in notes_refs(repository):
        if answer := painted(repository, ref, commit).get((path, number)):
            return answer
    return ""


def kind(name: str, address: str) -> str:
    """What an identity is: agent, suggestion, bot, or nothing."""
    address, login = address.lower(), ""
    if address.endswith("@users.noreply.github.com"):
        login = address.removesuffix("@users.noreply.github.com").split("+")[-1]
    if name.lower().startswith("copilot autofix") or login in SUGGESTERS:
        return "suggestion"
    if address in AGENT_ADDRESSES or login in AGENT_LOGINS:
        return "agent"
    return "bot" if login.endswith("[bot]") or name.endswith("[bot]") or address in BOT_ADDRESSES else ""


def from_co_author(value: str) -> Votes:
    name, _, rest = value.partition("<")
    address = rest.split(">")[0].strip()
    found = kind(name.strip(), address)
    if found == "agent" or (not address and value.lower().startswith(BARE_NAMES)):
        return [(0.4 if address.lower() == "copilot@github.com" else 0.8, "ai")]
    return [(0.3, "mixed")] if found == "suggestion" else []


def from_message(message: str) -> Votes:
    """Votes of trailers and footers."""
    votes: Votes = []
    for raw in message.split("\n"):
        line = raw.strip().replace("&lt;", "<").replace("&gt;", ">")
        low = line.lower()
        if low.startswith("co-authored-by:"):
            votes += from_co_author(line.partition(":")[2].strip())
        elif low.startswith("assisted-by:"):
            votes.append((0.6, "mixed"))
        elif low.startswith(TOOL_LINES):
            votes.append((0.8, "ai"))
        elif low.startswith("amp-thread-id: https://ampcode.com/"):
            votes.append((0.6, "ai"))
        elif low.startswith("entire-checkpoint:") and "0% agent" not in message:
            votes.append((0.6, "mixed"))
        elif any(footer in low for footer in FOOTERS):
            votes.append((0.7, "ai"))
    return votes


def merges_over(repository: Path, commit: str) -> list[str]:
    """Subjects of the merges that brought a commit in, outermost first."""
    subjects, tip = [], "HEAD"
    while True:
        chain = git(repository, "rev-list", "--first-parent", tip).split()
        if commit in chain:
            return subjects
        # The oldest commit of the chain that contains it, by halving: containment is monotonous.
        newest, oldest = 0, len(chain)
        while oldest - newest > 1:
            middle = (newest + oldest) // 2
            if contains(repository, chain[middle], commit):
                newest = middle
            else:
                oldest = middle
        subjects.append(git(repository, "log", "-1", "--format=%s", chain[newest]).strip())
        sides = git(repository, "log", "-1", "--format=%P", chain[newest]).split()[1:]
        tip = next(side for side in sides if contains(repository, side, commit))


def contains(repository: Path, tip: str, commit: str) -> bool:
    asked = ["git", "-C", str(repository), "merge-base", "--is-ancestor", commit, tip]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def names_agent(subject: str) -> bool:
    """Is this the merge of a branch in an agent's own folder?"""
    words = subject.split(" from ")
    pieces = words[1].split("/") if subject.startswith("Merge pull request #") and len(words) > 1 else []
    return len(pieces) > 2 and pieces[1] in BRANCHES


@functools.cache
def from_agent_branches(repository: Path) -> frozenset[str]:
    """Every commit that some merge of an agent's branch brought in: a first, wide net."""
    found: set[str] = set()
    for line in git(repository, "log", "--merges", "--format=%H %s", "HEAD").splitlines():
        commit, _, subject = line.partition(" ")
        if names_agent(subject):
            found.update(git(repository, "rev-list", commit, f"^{commit}^1").split())
    return frozenset(found)


def from_branch(repository: Path, commit: str) -> Votes:
    if commit not in from_agent_branches(repository):
        return []
    if any(names_agent(merged) for merged in merges_over(repository, commit)):
        return [(0.4, "mixed")]
    return []


@functools.cache
def from_commit(repository: Path, commit: str) -> Votes:
    """Votes of the message, the author, the committer and the merged branch."""
    show = git(repository, "log", "-1", "--format=%an%x00%ae%x00%cn%x00%ce%x00%P%x00%B", commit)
    author, author_mail, committer, committer_mail, parents, message = show.split("\0")
    votes = from_message(message)
    subject = message.strip().split("\n")[0].strip()
    by_github = committer_mail == "noreply@github.com" and len(parents.split()) < 2
    last_word = subject.split(" ")[-1]
    if by_github and last_word.startswith("(#") and last_word[2:-1].isdigit():
        votes = [(min(sure, 0.6), "mixed") for sure, _ in votes]
    by_author = kind(author, author_mail)
    if author.endswith("(aider)") or by_author in ("agent", "suggestion"):
        votes.append((0.95, "ai"))
    elif by_author == "bot":
        votes.append((0.95, "bot"))
    elif kind(committer, committer_mail) == "agent":
        votes.append((0.4, "mixed"))
    return votes + from_branch(repository, commit)


def second_reading(repository: Path, commit: str, path: str, number: int) -> str:
    """The label of one line by plain reading of everything on record about its commit."""
    votes = list(from_commit(repository, commit))  # the answer is kept; ours is not to change it
    noted = from_note(repository, commit, path, number)
    if noted == "ai":
        votes.append((0.95, "ai"))
    by_ai = sorted(vote for vote in votes if vote[1] in ("ai", "mixed"))
    if by_ai and noted == "human":
        return "mixed"
    if by_ai:
        return "ai" if (by_ai[-1][0], "ai") in by_ai else "mixed"
    if any(label == "bot" for _, label in votes):
        return "bot"
    return noted or "no-evidence"


def compare(repository: Path, chosen: list[tuple[str, int]]) -> tuple[int, collections.Counter[str]]:
    """Print each disagreement; give back how many there were, and how often the oracle gave each label."""
    from scanner.history import History
    from scanner.provenance import blame_lines

    history = History.open(repository)
    wrong, spent = 0, 0.0
    counts: collections.Counter[str] = collections.Counter()
    for path in dict.fromkeys(path for path, _ in chosen):
        start = time.perf_counter()
        ours = {one.line: one.provenance for one in blame_lines(path, history, environment={})}
        spent += time.perf_counter() - start
        blamed = porcelain(repository, path)
        for number in (number for name, number in chosen if name == path):
            expected = second_reading(repository, *blamed[number])
            counts[expected] += 1
            answer = ours[number]
            if answer.label.value != expected:
                wrong += 1
                print(f"{path}:{number}: oracle {expected}, assay {answer.label.value}; {blamed[number]}")
                print(f"    {[(one.kind, one.where, one.proves.value) for one in answer.evidence]}")
    print(f"assay took {spent:.1f} s for all lines of these files", file=sys.stderr)
    return wrong, counts


def compare_tree(repository: Path, count: int, seed: int) -> tuple[int, dict[str, int | dict[str, int]]]:
    """Whole files at HEAD against the replay: how many bars were missed, and the figures."""
    from scanner.history import History
    from scanner.provenance.tree import lines_of_tree

    start = time.process_time()
    tree = lines_of_tree(History.open(repository))
    print(f"assay took {time.process_time() - start:.1f} s CPU of its own for the tree", file=sys.stderr)
    listed = [
        line.split(" ", 1) for line in git(repository, "ls-tree", "-r", "-z", "HEAD").split("\0") if line
    ]
    paths = [rest.split("\t", 1)[1] for mode, rest in listed if mode.startswith("100")]
    tally: collections.Counter[str] = collections.Counter()
    causes: collections.Counter[str] = collections.Counter()
    for path in sorted(random.Random(seed).sample(paths, min(count, len(paths)))):
        raw = subprocess.run(
            ["git", "-C", str(repository), "cat-file", "blob", f"HEAD:{path}"],
            capture_output=True,
            check=False,
        ).stdout
        if b"\0" in raw[:8000]:
            continue
        ours = tree.get(path)
        blamed = porcelain(repository, path)
        if raw and not blamed:
            tally["files_that_git_cannot_blame"] += 1  # a clone that lacks objects
            continue
        tally["files"] += 1
        if ours is None or len(ours) != len(blamed):
            tally["files_of_other_length"] += 1
            print(f"{path}: {len(blamed)} lines, ours {None if ours is None else len(ours)}")
            continue
        for number, (commit, before, line) in sorted(blamed.items()):
            label = second_reading(repository, commit, before, line)
            our_label, our_commit = ours[number - 1]
            told = bool({label, our_label} & {"ai", "mixed"})
            tally["lines"] += 1
            tally["label_agrees"] += label == our_label
            tally["commit_agrees"] += commit == our_commit
            tally["ai_lines"] += told
            tally["ai_label_agrees"] += told and label == our_label
            tally["ai_commit_agrees"] += told and commit == our_commit
            if label != our_label or commit != our_commit:
                causes[f"{path}: {commit[:10]} {label}, ours {our_commit[:10]} {our_label}"] += 1
    for text, times in causes.most_common(40):
        print(f"{times} lines of {text}")
    return len(causes), dict(tally)


def ranges_of(repository: Path, count: int, seed: int) -> list[tuple[str, str]]:
    """Random pull requests as (base, head)."""
    draw = random.Random(seed)
    merges = [
        line.split() for line in git(repository, "rev-list", "--merges", "--parents", "HEAD").splitlines()
    ]
    found = []
    for _, first, second, *_ in draw.sample(merges, min(count * 3, len(merges))):
        base = git(repository, "merge-base", first, second).strip()
        if base and 0 < len(git(repository, "rev-list", f"{base}..{second}").split()) <= 60:
            found.append((base, second))
    chain = git(repository, "rev-list", "--first-parent", "HEAD").split()
    while len(found) < count:
        at = draw.randrange(len(chain) - 21)
        found.append((chain[at + draw.randrange(1, 20)], chain[at]))
    return found[:count]


def compare_ranges(repository: Path, count: int, seed: int) -> tuple[int, dict[str, int]]:
    """Changes of pull requests: how many lines differ, and the figures."""
    from scanner.history import History
    from scanner.provenance import blame
    from scanner.provenance.replay import replay

    history = History.open(repository)
    tally: collections.Counter[str] = collections.Counter()
    for base, head in ranges_of(repository, count, seed):
        tally["ranges"] += 1
        young = set(git(repository, "rev-list", f"{base}..{head}").split())
        replayed = replay(history, head, since=base)
        asked = ["diff", "--name-only", "-z", "--no-renames", "--diff-filter=d", base, head]
        for path in filter(None, git(repository, *asked).split("\0")):
            if "\0" in git(repository, "cat-file", "blob", f"{head}:{path}")[:8000]:
                continue  # lines of a picture are nobody's
            expected = {
                number: commit
                for number, (commit, _, _) in porcelain(repository, path, head).items()
                if commit in young
            }
            if not expected:
                continue
            tally["files"] += 1
            tally["lines"] += len(expected)
            with history.blaming() as ask:
                bounded = blame.parse(ask(path, head, since=base))
            told = {number: one.commit for number, one in bounded.items() if not one.older}
            tally["wrong_by_blame"] += sum(told.get(n) != expected.get(n) for n in told.keys() | expected)
            lines = [one.commit for one in replayed.stretches(path) or () for _ in range(one.size)]
            ours = {number: commit for number, commit in enumerate(lines, 1) if commit}
            wrong = sum(ours.get(n) != expected.get(n) for n in ours.keys() | expected)
            tally["wrong_by_replay"] += wrong
            if wrong:
                print(f"{base[:10]}..{head[:10]} {path}: {wrong} of {len(expected)} lines by replay")
    return tally["wrong_by_blame"] + tally["wrong_by_replay"], dict(tally)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repository", type=Path)
    parser.add_argument("--lines", type=int, default=300)
    parser.add_argument("--files", type=int, default=0, help="whole files, against the replay")
    parser.add_argument("--ranges", type=int, default=0, help="the changes of pull requests")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    if options.files:
        wrong, figures = compare_tree(options.repository, options.files, options.seed)
        print(json.dumps(figures))
        return 1 if wrong else 0
    if options.ranges:
        wrong, told = compare_ranges(options.repository, options.ranges, options.seed)
        print(json.dumps(told))
        return 1 if wrong else 0
    chosen = sorted(pick(options.repository, options.lines, options.seed))
    wrong, counts = compare(options.repository, chosen)
    print(json.dumps({"lines": len(chosen), "agree": len(chosen) - wrong, "labels": dict(counts)}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
