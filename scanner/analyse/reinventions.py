"""What is written by hand again and again, though the standard library or a well-known library has it: a
table of data.

A `Kind` is recognised by shape (code that a whole function must be, or an expression that it must hold, with
names in capitals standing for anything) or by signs (what a function is named, calls, says and is built of),
where the ways to write it are too many to list. `instead` lists what replaces it, the standard library first.
"""

from __future__ import annotations

from scanner.frozen import frozen


@frozen
class Standard:
    """A call of the standard library, and the Python that first has it."""

    call: str
    since: tuple[int, int] = (3, 0)


@frozen
class Library:
    """A call of a distribution, of use where a project declares that."""

    call: str
    distribution: str


@frozen
class Signs:
    """All of these have to be met by one function. Regular expressions, unless they are sets of names."""

    calls: frozenset[str] = frozenset()  # last parts of what is called
    says: tuple[str, ...] = ()  # each is found in some string or number
    different: int = 1  # so many strings that the first of these is found in
    nodes: frozenset[str] = frozenset()  # classes of nodes and operators
    names: tuple[str, ...] = ()  # for each of these, some variable or attribute is called so
    lacks: frozenset[str] = frozenset()  # classes of nodes that it must not hold
    without: str = ""  # nothing called, and no name, is called so
    decorated: str = ""
    parameters: int = 0  # at least
    most: int = 24  # statements


@frozen
class Kind:
    """One thing that is reinvented. `named` lists beginnings of words, of which the function's name has one;
    `triggers` are literals and dotted callees that make a function of any other name worth a look."""

    id: str
    named: str
    instead: tuple[Standard | Library, ...]
    shapes: tuple[str, ...] = ()  # the statements of a whole function
    holds: tuple[str, ...] = ()  # an expression, or one statement, somewhere in it
    signs: tuple[Signs, ...] = ()
    triggers: tuple[object, ...] = ()
    unnamed: str = ""  # an expression: functions of such a name do something else on purpose
    sequences: bool = False  # of elements: slices of strings and bytes are another thing
    plain: str = ""  # the capital that stands for a name only, with nothing done to it


def _calls(text: str) -> frozenset[str]:
    return frozenset(text.split())


KINDS: tuple[Kind, ...] = (
    # ------------------------------------------------------------------------------------ itertools
    Kind(
        "batched",
        "chunk batch split slice group page part segment divide block bulk",
        (Standard("itertools.batched", (3, 12)), Library("more_itertools.chunked", "more-itertools")),
        shapes=(
            "return [XS[I:I + N] for I in range(0, len(XS), N)]",
            "return [XS[I:min(I + N, len(XS))] for I in range(0, len(XS), N)]",
            "return [list(XS[I:I + N]) for I in range(0, len(XS), N)]",
            "L = len(XS)\nreturn [XS[I:min(I + N, L)] for I in range(0, L, N)]",
            "I = 0\nwhile I < len(XS):\n    yield XS[I:I + N]\n    I += N",
            "B = []\nfor X in XS:\n    B.append(X)\n    if len(B) == N:\n        yield B\n        B = []\n"
            "if B:\n    yield B",
            "B = []\nfor X in XS:\n    B.append(X)\n    if len(B) >= N:\n        yield B\n        B = []\n"
            "if B:\n    yield B",
            "B = []\nfor X in XS:\n    if len(B) == N:\n        yield B\n        B = []\n    B.append(X)\n"
            "if B:\n    yield B",
            "IT = iter(XS)\nwhile C := LIST(islice(IT, N)):\n    yield C",
            "IT = iter(XS)\nwhile C := LIST(itertools.islice(IT, N)):\n    yield C",
            "IT = iter(XS)\nwhile True:\n    C = LIST(islice(IT, N))\n    if not C:\n        END\n"
            "    yield C",
            "IT = iter(XS)\nwhile True:\n    C = LIST(itertools.islice(IT, N))\n    if not C:\n        END\n"
            "    yield C",
            "IT = iter(XS)\nC = LIST(islice(IT, N))\nwhile C:\n    yield C\n    C = LIST(islice(IT, N))",
            "IT = iter(XS)\nreturn iter(lambda: LIST(islice(IT, N)), EMPTY)",
            "IT = iter(XS)\nreturn iter(lambda: LIST(itertools.islice(IT, N)), EMPTY)",
        ),
        sequences=True,
    ),
    Kind(
        "flattened",
        "flat concat merge chain join unnest combine",
        (Standard("itertools.chain.from_iterable", (3, 0)),),
        plain="XS",
        shapes=(
            "return [Y for X in XS for Y in X]",
            "return sum(XS, [])",
            "return reduce(lambda A, B: A + B, XS)",
            "return reduce(lambda A, B: A + B, XS, [])",
            "return reduce(operator.add, XS, [])",
        ),
    ),
    Kind(
        "collapsed",
        "flat unnest collapse",
        (Library("more_itertools.collapse", "more-itertools"),),
        shapes=(
            "for X in XS:\n    if isinstance(X, T):\n        yield from SELF(X)\n    else:\n        yield X",
            "R = []\nfor X in XS:\n    if isinstance(X, T):\n        R.extend(SELF(X))\n    else:\n"
            "        R.append(X)\nreturn R",
        ),
    ),
    Kind(
        "pairwise",
        "pair consecutive adjacent neighbor neighbour successive",
        (Standard("itertools.pairwise", (3, 10)), Library("more_itertools.pairwise", "more-itertools")),
        shapes=(
            "return zip(XS, XS[1:])",
            "return list(zip(XS, XS[1:]))",
            "return zip(XS[:-1], XS[1:])",
            "return list(zip(XS[:-1], XS[1:]))",
            "return [(XS[I], XS[I + 1]) for I in range(len(XS) - 1)]",
            "A, B = tee(XS)\nnext(B, None)\nreturn zip(A, B)",
            "A, B = itertools.tee(XS)\nnext(B, None)\nreturn zip(A, B)",
            "IT = iter(XS)\nP = next(IT)\nfor X in IT:\n    yield P, X\n    P = X",
            "IT = iter(XS)\nP = next(IT, None)\nfor X in IT:\n    yield P, X\n    P = X",
        ),
    ),
    Kind(
        "accumulated",
        "cumul running prefix accumul",
        (Standard("itertools.accumulate", (3, 2)),),
        shapes=(
            "T = 0\nR = []\nfor X in XS:\n    T += X\n    R.append(T)\nreturn R",
            "R = []\nT = 0\nfor X in XS:\n    T += X\n    R.append(T)\nreturn R",
            "T = 0\nfor X in XS:\n    T += X\n    yield T",
            "T = 0.0\nR = []\nfor X in XS:\n    T += X\n    R.append(T)\nreturn R",
            "R = []\nT = 0.0\nfor X in XS:\n    T += X\n    R.append(T)\nreturn R",
        ),
    ),
    Kind(
        "windowed",
        "window ngram gram shingle slid",
        (
            Library("more_itertools.windowed", "more-itertools"),
            Library("toolz.sliding_window", "toolz"),
        ),
        shapes=(
            "return [XS[I:I + N] for I in range(len(XS) - N + 1)]",
            "return [tuple(XS[I:I + N]) for I in range(len(XS) - N + 1)]",
            "return zip(*[XS[I:] for I in range(N)])",
            "return list(zip(*[XS[I:] for I in range(N)]))",
        ),
        sequences=True,
    ),
    Kind(
        "partitioned",
        "partition split separate divide",
        (Library("more_itertools.partition", "more-itertools"),),
        shapes=(
            "A = []\nB = []\nfor X in XS:\n    if P(X):\n        A.append(X)\n    else:\n"
            "        B.append(X)\nreturn A, B",
            "A, B = [], []\nfor X in XS:\n    if P(X):\n        A.append(X)\n    else:\n"
            "        B.append(X)\nreturn A, B",
            "return [X for X in XS if P(X)], [X for X in XS if not P(X)]",
        ),
    ),
    # ------------------------------------------------------------------------------ collections, builtins
    Kind(
        "counted",
        "count freq tally histogram distribution occurr summar",
        (Standard("collections.Counter", (3, 0)),),
        shapes=(
            "D = {}\nfor X in XS:\n    D[K] = D.get(K, 0) + 1\nreturn D",
            "D = {}\nfor X in XS:\n    if K in D:\n        D[K] += 1\n    else:\n        D[K] = 1\nreturn D",
            "D = {}\nfor X in XS:\n    if K not in D:\n        D[K] = 0\n    D[K] += 1\nreturn D",
            "D = {}\nfor X in XS:\n    D.setdefault(K, 0)\n    D[K] += 1\nreturn D",
            "D = defaultdict(int)\nfor X in XS:\n    D[K] += 1\nreturn D",
            "D = defaultdict(int)\nfor X in XS:\n    D[K] += 1\nreturn dict(D)",
            "D = collections.defaultdict(int)\nfor X in XS:\n    D[K] += 1\nreturn D",
            "D = collections.defaultdict(int)\nfor X in XS:\n    D[K] += 1\nreturn dict(D)",
            "D = {}\nfor X in XS:\n    if C:\n        D[K] = D.get(K, 0) + 1\nreturn D",
            "D = {}\nfor X in XS:\n    Y = K\n    D[Y] = D.get(Y, 0) + 1\nreturn D",
            "D = {}\nfor X in XS:\n    Y = K\n    if Y in D:\n        D[Y] += 1\n    else:\n"
            "        D[Y] = 1\nreturn D",
            "return {X: XS.count(X) for X in XS}",
            "return {X: XS.count(X) for X in set(XS)}",
        ),
    ),
    Kind(
        "grouped",
        "group by bucket index categor organis organiz classif",
        (Library("toolz.groupby", "toolz"), Library("more_itertools.map_reduce", "more-itertools")),
        shapes=(
            "D = {}\nfor X in XS:\n    D.setdefault(K, []).append(X)\nreturn D",
            "D = {}\nfor X in XS:\n    Y = K\n    if Y not in D:\n        D[Y] = []\n    D[Y].append(X)\n"
            "return D",
            "D = {}\nfor X in XS:\n    if K not in D:\n        D[K] = []\n    D[K].append(X)\nreturn D",
            "D = defaultdict(list)\nfor X in XS:\n    D[K].append(X)\nreturn D",
            "D = defaultdict(list)\nfor X in XS:\n    D[K].append(X)\nreturn dict(D)",
        ),
    ),
    Kind(
        "deduplicated",
        "uniq dedup distinct duplicat deduplicat",
        (Standard("list(dict.fromkeys(…))", (3, 7)),),
        shapes=(
            "SEEN = set()\nR = []\nfor X in XS:\n    if X not in SEEN:\n        SEEN.add(X)\n"
            "        R.append(X)\nreturn R",
            "SEEN = set()\nR = []\nfor X in XS:\n    if X not in SEEN:\n        R.append(X)\n"
            "        SEEN.add(X)\nreturn R",
            "R = []\nSEEN = set()\nfor X in XS:\n    if X not in SEEN:\n        SEEN.add(X)\n"
            "        R.append(X)\nreturn R",
            "R = []\nSEEN = set()\nfor X in XS:\n    if X not in SEEN:\n        R.append(X)\n"
            "        SEEN.add(X)\nreturn R",
            "R = []\nSEEN = set()\nfor X in XS:\n    if X in SEEN:\n        continue\n    R.append(X)\n"
            "    SEEN.add(X)\nreturn R",
            "SEEN = set()\nfor X in XS:\n    if X not in SEEN:\n        SEEN.add(X)\n        yield X",
            "SEEN = set()\nfor X in XS:\n    if X not in SEEN:\n        yield X\n        SEEN.add(X)",
            "SEEN = set()\nreturn [X for X in XS if not (X in SEEN or SEEN.add(X))]",
            "SEEN = set()\nADD = SEEN.add\nreturn [X for X in XS if not (X in SEEN or ADD(X))]",
            "SEEN = set()\nreturn [X for X in XS if X not in SEEN and not SEEN.add(X)]",
        ),
    ),
    Kind(
        "deduplicated-by-key",
        "uniq dedup distinct duplicat",
        (
            Library("more_itertools.unique_everseen", "more-itertools"),
            Library("toolz.unique", "toolz"),
        ),
        shapes=(
            "SEEN = set()\nR = []\nfor X in XS:\n    Y = K\n    if Y not in SEEN:\n        SEEN.add(Y)\n"
            "        R.append(X)\nreturn R",
            "R = []\nSEEN = set()\nfor X in XS:\n    Y = K\n    if Y not in SEEN:\n        SEEN.add(Y)\n"
            "        R.append(X)\nreturn R",
            "SEEN = set()\nR = []\nfor X in XS:\n    if K not in SEEN:\n        SEEN.add(K)\n"
            "        R.append(X)\nreturn R",
        ),
    ),
    Kind(
        "transposed",
        "transpos column zip",
        (Standard("zip(*…)", (3, 0)),),
        shapes=(
            "return [[R[I] for R in M] for I in range(len(M[0]))]",
            "return [[M[J][I] for J in range(len(M))] for I in range(len(M[0]))]",
        ),
    ),
    Kind(
        "merged",
        "merge combine update extend",
        (Standard("a | b", (3, 9)),),
        shapes=(
            "R = A.copy()\nR.update(B)\nreturn R",
            "R = dict(A)\nR.update(B)\nreturn R",
            "R = {}\nR.update(A)\nR.update(B)\nreturn R",
            "R = copy.copy(A)\nR.update(B)\nreturn R",
        ),
    ),
    # ------------------------------------------------------------------------------------------- math
    Kind(
        "averaged",
        "mean average avg",
        (Standard("statistics.fmean", (3, 8)),),
        shapes=(
            "return sum(XS) / len(XS)",
            "return sum(XS) / float(len(XS))",
            "return float(sum(XS)) / len(XS)",
            "T = 0\nfor X in XS:\n    T += X\nreturn T / len(XS)",
        ),
    ),
    Kind(
        "median",
        "median",
        (Standard("statistics.median", (3, 4)),),
        signs=(
            Signs(
                calls=_calls("sorted len"),
                says=("^2$",),
                nodes=_calls("FloorDiv Mod Div Subscript"),
                without="weight|percentile|quantile|group|mad",
                most=12,
            ),
        ),
    ),
    Kind(
        "deviation",
        "std stdev variance deviation standard",
        (Standard("statistics.pstdev", (3, 4)),),
        shapes=(
            "M = sum(XS) / len(XS)\nV = sum([(X - M) ** 2 for X in XS]) / len(XS)\nreturn V ** 0.5",
            "M = sum(XS) / len(XS)\nV = sum([(X - M) ** 2 for X in XS]) / len(XS)\nreturn math.sqrt(V)",
            "M = sum(XS) / len(XS)\nreturn sqrt(sum([(X - M) ** 2 for X in XS]) / len(XS))",
            "N = len(XS)\nM = sum(XS) / N\nreturn math.sqrt(sum([(X - M) ** 2 for X in XS]) / N)",
            "N = len(XS)\nM = sum(XS) / N\nreturn (sum([(X - M) ** 2 for X in XS]) / N) ** 0.5",
            "M = MEAN(XS)\nreturn math.sqrt(sum([(X - M) ** 2 for X in XS]) / len(XS))",
            "M = MEAN(XS)\nreturn (sum([(X - M) ** 2 for X in XS]) / len(XS)) ** 0.5",
        ),
    ),
    Kind(
        "sample-deviation",
        "std stdev variance deviation standard",
        (Standard("statistics.stdev", (3, 4)),),
        shapes=(
            "M = sum(XS) / len(XS)\nreturn math.sqrt(sum([(X - M) ** 2 for X in XS]) / (len(XS) - 1))",
            "M = sum(XS) / len(XS)\nreturn (sum([(X - M) ** 2 for X in XS]) / (len(XS) - 1)) ** 0.5",
            "N = len(XS)\nM = sum(XS) / N\nreturn math.sqrt(sum([(X - M) ** 2 for X in XS]) / (N - 1))",
            "N = len(XS)\nM = sum(XS) / N\nreturn (sum([(X - M) ** 2 for X in XS]) / (N - 1)) ** 0.5",
            "M = MEAN(XS)\nreturn math.sqrt(sum([(X - M) ** 2 for X in XS]) / (len(XS) - 1))",
            "M = MEAN(XS)\nreturn (sum([(X - M) ** 2 for X in XS]) / (len(XS) - 1)) ** 0.5",
        ),
    ),
    Kind(
        "variance",
        "variance var",
        (Standard("statistics.pvariance", (3, 4)),),
        shapes=(
            "M = sum(XS) / len(XS)\nreturn sum([(X - M) ** 2 for X in XS]) / len(XS)",
            "N = len(XS)\nM = sum(XS) / N\nreturn sum([(X - M) ** 2 for X in XS]) / N",
            "M = MEAN(XS)\nreturn sum([(X - M) ** 2 for X in XS]) / len(XS)",
        ),
    ),
    Kind(
        "gcd",
        "gcd greatest hcf",
        (Standard("math.gcd", (3, 5)),),
        shapes=(
            "while B:\n    A, B = B, A % B\nreturn A",
            "while B != 0:\n    A, B = B, A % B\nreturn A",
            "while B > 0:\n    A, B = B, A % B\nreturn A",
            "return A if B == 0 else SELF(B, A % B)",
            "return A if not B else SELF(B, A % B)",
            "return SELF(B, A % B) if B else A",
            "while B:\n    T = B\n    B = A % B\n    A = T\nreturn A",
        ),
    ),
    Kind(
        "lcm",
        "lcm least lowest",
        (Standard("math.lcm", (3, 9)),),
        plain="GCD",
        shapes=(
            "return A * B // GCD(A, B)",
            "return abs(A * B) // GCD(A, B)",
            "return A // GCD(A, B) * B",
            "return int(A * B / GCD(A, B))",
        ),
    ),
    Kind(
        "factorial",
        "factorial",
        (Standard("math.factorial", (3, 0)),),
        shapes=(
            "return N * SELF(N - 1)",
            "return 1 if C else N * SELF(N - 1)",
            "R = 1\nfor I in range(1, N + 1):\n    R *= I\nreturn R",
            "R = 1\nfor I in range(2, N + 1):\n    R *= I\nreturn R",
        ),
    ),
    Kind(
        "product",
        "prod multipl numel size elements",
        (Standard("math.prod", (3, 8)),),
        shapes=(
            "R = 1\nfor X in XS:\n    R *= X\nreturn R",
            "R = 1.0\nfor X in XS:\n    R *= X\nreturn R",
            "return reduce(lambda A, B: A * B, XS)",
            "return reduce(lambda A, B: A * B, XS, 1)",
            "return functools.reduce(lambda A, B: A * B, XS, 1)",
            "return functools.reduce(lambda A, B: A * B, XS)",
            "return reduce(operator.mul, XS, 1)",
            "return functools.reduce(operator.mul, XS, 1)",
            "return reduce(mul, XS, 1)",
        ),
    ),
    Kind(
        "combinations-counted",
        "comb binom ncr nck choose",
        (Standard("math.comb", (3, 8)),),
        shapes=(
            "return F(N) // (F(K) * F(N - K))",
            "return F(N) / (F(K) * F(N - K))",
            "return F(N) // F(K) // F(N - K)",
            "return int(F(N) / (F(K) * F(N - K)))",
        ),
    ),
    Kind(
        "distance",
        "dist euclid",
        (Standard("math.dist", (3, 8)),),
        shapes=(
            "return math.sqrt(sum([(A - B) ** 2 for A, B in zip(P, Q)]))",
            "return sqrt(sum([(A - B) ** 2 for A, B in zip(P, Q)]))",
            "return sum([(A - B) ** 2 for A, B in zip(P, Q)]) ** 0.5",
            "return math.sqrt((P[0] - Q[0]) ** 2 + (P[1] - Q[1]) ** 2)",
            "return ((P[0] - Q[0]) ** 2 + (P[1] - Q[1]) ** 2) ** 0.5",
        ),
    ),
    Kind(
        "hypotenuse",
        "dist euclid hypot length magnitude",
        (Standard("math.hypot", (3, 0)),),
        shapes=(
            "return math.sqrt((A - B) ** 2 + (C - D) ** 2)",
            "return ((A - B) ** 2 + (C - D) ** 2) ** 0.5",
            "return math.sqrt(A ** 2 + B ** 2)",
            "return math.sqrt(A * A + B * B)",
            "return (A ** 2 + B ** 2) ** 0.5",
            "DX = A - B\nDY = C - D\nreturn math.sqrt(DX * DX + DY * DY)",
        ),
    ),
    Kind(
        "dot-product",
        "dot inner",
        (Standard("math.sumprod", (3, 12)), Library("numpy.dot", "numpy")),
        shapes=(
            "return sum([A * B for A, B in zip(P, Q)])",
            "return sum([P[I] * Q[I] for I in range(len(P))])",
        ),
    ),
    Kind(
        "cosine",
        "cosine cos",
        (
            Library("numpy.dot and numpy.linalg.norm", "numpy"),
            Library("sklearn.metrics.pairwise.cosine_similarity", "scikit-learn"),
        ),
        signs=(
            Signs(
                calls=_calls("sum zip"),
                nodes=_calls("Div Mult"),
                without="^(np|numpy|norm|torch|Counter|get|intersection|set|keys)$",
                most=12,
            ),
        ),
    ),
    Kind(
        "leap-year",
        "leap",
        (Standard("calendar.isleap", (3, 0)),),
        holds=(
            "Y % 4 == 0 and Y % 100 != 0 or Y % 400 == 0",
            "Y % 4 == 0 and (Y % 100 != 0 or Y % 400 == 0)",
            "Y % 400 == 0 or (Y % 4 == 0 and Y % 100 != 0)",
        ),
    ),
    # ---------------------------------------------------------------------------------- copy, functools
    Kind(
        "deep-copied",
        "copy clone deepcopy",
        (Standard("copy.deepcopy", (3, 0)),),
        shapes=(
            "return json.loads(json.dumps(X))",
            "if isinstance(O, dict):\n    return {K: SELF(V) for K, V in O.items()}\n"
            "if isinstance(O, list):\n    return [SELF(X) for X in O]\nreturn O",
            "if isinstance(O, dict):\n    return {K: SELF(V) for K, V in O.items()}\n"
            "elif isinstance(O, list):\n    return [SELF(X) for X in O]\nelse:\n    return O",
            "if isinstance(O, dict):\n    return {K: SELF(V) for K, V in O.items()}\n"
            "elif isinstance(O, list):\n    return [SELF(X) for X in O]\nreturn O",
        ),
    ),
    Kind(
        "memoised",
        "memo cache cached",
        (Standard("functools.cache", (3, 9)),),
        shapes=(
            "C = {}\ndef W(*A):\n    if A not in C:\n        C[A] = F(*A)\n    return C[A]\nreturn W",
            "C = {}\ndef W(*A):\n    if A in C:\n        return C[A]\n    R = F(*A)\n    C[A] = R\n"
            "    return R\nreturn W",
            "C = {}\ndef W(*A, **KW):\n    K = KEY\n    if K not in C:\n        C[K] = F(*A, **KW)\n"
            "    return C[K]\nreturn W",
            "C = {}\ndef W(*A, **KW):\n    K = KEY\n    if K in C:\n        return C[K]\n"
            "    R = F(*A, **KW)\n    C[K] = R\n    return R\nreturn W",
            "C = {}\ndef W(X):\n    if X not in C:\n        C[X] = F(X)\n    return C[X]\nreturn W",
            "C = {}\ndef W(X):\n    if X in C:\n        return C[X]\n    R = F(X)\n    C[X] = R\n"
            "    return R\nreturn W",
        ),
    ),
    Kind(
        "composed",
        "compose pipe",
        (Library("toolz.compose", "toolz"),),
        shapes=(
            "return reduce(lambda F, G: lambda X: F(G(X)), FS)",
            "return functools.reduce(lambda F, G: lambda X: F(G(X)), FS)",
        ),
    ),
    # --------------------------------------------------------------------------------------------- text
    Kind(
        "prefix-removed",
        "strip remove prefix trim without cut chop drop",
        (Standard("str.removeprefix", (3, 9)),),
        shapes=(
            "return S[len(P):] if S.startswith(P) else S",
            "if S.startswith(P):\n    S = S[len(P):]\nreturn S",
            "return S.replace(P, '', 1) if S.startswith(P) else S",
        ),
    ),
    Kind(
        "suffix-removed",
        "strip remove suffix trim without cut chop drop",
        (Standard("str.removesuffix", (3, 9)),),
        shapes=(
            "return S[:-len(P)] if S.endswith(P) else S",
            "return S[:len(S) - len(P)] if S.endswith(P) else S",
            "if S.endswith(P):\n    S = S[:-len(P)]\nreturn S",
            "return S[:-len(P)] if P and S.endswith(P) else S",
        ),
    ),
    Kind(
        "dedented",
        "dedent unindent deindent indent",
        (Standard("textwrap.dedent", (3, 0)),),
        signs=(
            Signs(
                calls=_calls("lstrip min join"),
                nodes=_calls("Subscript"),
                without="^(dedent|cleandoc|tokenize|ast)$",
                most=16,
            ),
        ),
    ),
    Kind(
        "docstring-trimmed",
        "docstring doc trim",
        (Standard("inspect.cleandoc", (3, 0)),),
        signs=(
            Signs(
                calls=_calls("expandtabs splitlines lstrip min join"),
                without="^(dedent|cleandoc)$",
                most=24,
            ),
        ),
    ),
    Kind(
        "html-escaped",
        "",
        (Standard("html.escape", (3, 2)),),
        holds=(
            "X.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')",
            "X.replace('&', '&amp;').replace('>', '&gt;').replace('<', '&lt;')",
        ),
        triggers=("&amp;",),
        unnamed="unescape|markdown|telegram|xml|svg|latex",
    ),
    Kind(
        "html-unescaped",
        "",
        (Standard("html.unescape", (3, 4)),),
        holds=(
            "X.replace('&lt;', '<').replace('&gt;', '>').replace('&amp;', '&')",
            "X.replace('&gt;', '>').replace('&lt;', '<').replace('&amp;', '&')",
            "X.replace('&amp;', '&').replace('&lt;', '<').replace('&gt;', '>')",
            "X.replace('&quot;', Q).replace('&amp;', '&').replace('&lt;', '<').replace('&gt;', '>')",
        ),
        triggers=("&amp;",),
        unnamed="escape_html|xml",
    ),
    Kind(
        "hexadecimal",
        "",
        (Standard("bytes.hex", (3, 8)),),
        holds=(
            "S.join([f'{B:02x}' for B in D])",
            "S.join(['%02x' % B for B in D])",
            "S.join([format(B, '02x') for B in D])",
            "S.join(['{:02x}'.format(B) for B in D])",
            "S.join(['{0:02x}'.format(B) for B in D])",
        ),
        triggers=("02x", "%02x", "{:02x}", "{0:02x}"),
        unnamed="rgb|colou?r",
    ),
    Kind(
        "hexadecimal-read",
        "hex bytes decode parse unhex",
        (Standard("bytes.fromhex", (3, 0)),),
        holds=(
            "bytes([int(S[I:I + 2], 16) for I in range(0, len(S), 2)])",
            "bytearray([int(S[I:I + 2], 16) for I in range(0, len(S), 2)])",
        ),
    ),
    # ---------------------------------------------------------------------------------- formats of text
    Kind(
        "query-string-read",
        "",
        (Standard("urllib.parse.parse_qsl", (3, 0)),),
        holds=(
            "for P in X.split('&'):\n    K, V = P.split('=', 1)\n    D[K] = V",
            "for P in X.split('&'):\n    K, V = P.split('=')\n    D[K] = V",
            "for P in X.split('&'):\n    if '=' in P:\n        K, V = P.split('=', 1)\n        D[K] = V",
            "for P in X.split('&'):\n    if '=' in P:\n        K, V = P.split('=')\n        D[K] = V",
            "for P in X.split('&'):\n    if '=' in P:\n        K, V = P.split('=', 1)\n"
            "        D[U(K)] = U(V)",
            "dict([P.split('=') for P in X.split('&')])",
            "dict([P.split('=', 1) for P in X.split('&')])",
            "{K: V for K, V in [P.split('=') for P in X.split('&')]}",
        ),
        triggers=("&",),
    ),
    Kind(
        "query-string-written",
        "",
        (Standard("urllib.parse.urlencode", (3, 0)),),
        holds=(
            "'&'.join([f'{K}={V}' for K, V in D.items()])",
            "'&'.join(['{}={}'.format(K, V) for K, V in D.items()])",
            "'&'.join(['%s=%s' % (K, V) for K, V in D.items()])",
            "'&'.join([f'{K}={Q(V)}' for K, V in D.items()])",
            "'&'.join([f'{Q(K)}={Q(V)}' for K, V in D.items()])",
            "'&'.join([K + '=' + V for K, V in D.items()])",
        ),
        triggers=("&",),
        unnamed="sign|canonical|hash|hmac|digest|auth|verify|check|data_string",
    ),
    Kind(
        "percent-encoded",
        "",
        (Standard("urllib.parse.quote", (3, 0)),),
        holds=("X.replace(' ', '%20')",),
        triggers=("%20",),
    ),
    Kind(
        "percent-decoded",
        "",
        (Standard("urllib.parse.unquote", (3, 0)),),
        holds=("X.replace('%20', ' ')",),
        triggers=("%20",),
    ),
    Kind(
        "ini-read",
        "ini config cfg properties section",
        (Standard("configparser.ConfigParser", (3, 2)),),
        signs=(
            Signs(
                calls=_calls("startswith endswith strip"),
                says=(r"^\[$", r"^\]$", "^=$"),
                nodes=_calls("For"),
                without="toml|yaml|configparser|desktop",
            ),
        ),
    ),
    Kind(
        "csv-written",
        "csv",
        (Standard("csv.writer", (3, 0)),),
        holds=(
            "F.write(','.join(R) + '\\n')",
            "F.write(','.join([str(X) for X in R]) + '\\n')",
            "F.write(','.join(map(str, R)) + '\\n')",
            "F.append(','.join(R))",
            "F.append(','.join([str(X) for X in R]))",
            "F.append(','.join(map(str, R)))",
        ),
    ),
    Kind(
        "csv-read",
        "csv",
        (Standard("csv.reader", (3, 0)),),
        signs=(
            Signs(
                calls=_calls("split open"),
                says=("^,$",),
                nodes=_calls("For"),
                without="^(csv|DictReader|reader|pandas|pd|read_csv|polars|np|loadtxt|genfromtxt)$",
            ),
            Signs(
                calls=_calls("split splitlines"),
                says=("^,$",),
                nodes=_calls("For"),
                without="^(csv|DictReader|reader|pandas|pd|read_csv|polars|np|loadtxt|genfromtxt)$",
            ),
            Signs(
                calls=_calls("split readlines"),
                says=("^,$",),
                nodes=_calls("For"),
                without="^(csv|DictReader|reader|pandas|pd|read_csv|polars|np|loadtxt|genfromtxt)$",
            ),
        ),
    ),
    Kind(
        "arguments-parsed",
        "main arg opt cli usage",
        (Standard("argparse.ArgumentParser", (3, 2)),),
        signs=(
            Signs(
                says=("^--[a-z]",),
                different=3,
                nodes=_calls("Compare If Subscript"),
                names=("^argv$", "^sys$"),
                without="argparse|ArgumentParser|click|typer|docopt|getopt|fire|optparse|execvp?|call_command"
                "|execute_from_command_line",
                most=60,
            ),
        ),
    ),
    Kind(
        "iso-date-read",
        "",
        (Standard("datetime.date.fromisoformat", (3, 7)),),
        holds=(
            "date(*map(int, S.split('-')))",
            "datetime.date(*map(int, S.split('-')))",
            "date(*[int(X) for X in S.split('-')])",
            "datetime.date(*[int(X) for X in S.split('-')])",
            "datetime(*map(int, S.split('-')))",
        ),
        triggers=("datetime.date", "datetime.datetime"),
    ),
    Kind(
        "iso-date-split",
        "date",
        (Standard("datetime.date.fromisoformat", (3, 7)),),
        shapes=(
            "Y, M, D = S.split('-')\nreturn DATE(int(Y), int(M), int(D))",
            "P = S.split('-')\nreturn DATE(int(P[0]), int(P[1]), int(P[2]))",
            "Y, M, D = map(int, S.split('-'))\nreturn DATE(Y, M, D)",
            "Y, M, D = [int(X) for X in S.split('-')]\nreturn DATE(Y, M, D)",
        ),
    ),
    Kind(
        "zulu-time-read",
        "",
        (Standard("datetime.datetime.fromisoformat", (3, 11)),),
        shapes=(
            "return datetime.fromisoformat(S.replace('Z', '+00:00'))",
            "return datetime.datetime.fromisoformat(S.replace('Z', '+00:00'))",
            "return dt.datetime.fromisoformat(S.replace('Z', '+00:00'))",
            "if S.endswith('Z'):\n    S = S[:-1] + '+00:00'\nreturn datetime.fromisoformat(S)",
            "if S.endswith('Z'):\n    S = S.replace('Z', '+00:00')\nreturn datetime.fromisoformat(S)",
            "if S.endswith('Z'):\n    S = S[:-1] + '+00:00'\nreturn datetime.datetime.fromisoformat(S)",
        ),
        triggers=("+00:00",),
    ),
    Kind(
        "ip-validated",
        "ip",
        (Standard("ipaddress.IPv4Address", (3, 3)),),
        signs=(
            Signs(
                calls=_calls("split len int"),
                says=(r"^\.$", "^255$", "^4$"),
                without="ipaddress|ip_address|inet_aton|inet_pton|cidr|mask",
                most=14,
            ),
        ),
    ),
    # -------------------------------------------------------------------------------- files and processes
    Kind(
        "file-digest",
        "",
        (Standard("hashlib.file_digest", (3, 11)),),
        shapes=(
            "H = ALGORITHM()\nwith open(P, 'rb') as F:\n    for C in iter(lambda: F.read(N), b''):\n"
            "        H.update(C)\nreturn H.hexdigest()",
            "H = ALGORITHM()\nwith open(P, 'rb') as F:\n    while C := F.read(N):\n"
            "        H.update(C)\nreturn H.hexdigest()",
            "H = ALGORITHM()\nwith open(P, 'rb') as F:\n    while True:\n        C = F.read(N)\n"
            "        if not C:\n            break\n        H.update(C)\nreturn H.hexdigest()",
            "H = ALGORITHM()\nwith P.open('rb') as F:\n    for C in iter(lambda: F.read(N), b''):\n"
            "        H.update(C)\nreturn H.hexdigest()",
            "H = ALGORITHM()\nwith P.open('rb') as F:\n    while C := F.read(N):\n"
            "        H.update(C)\nreturn H.hexdigest()",
            "H = ALGORITHM()\nwith P.open('rb') as F:\n    while True:\n        C = F.read(N)\n"
            "        if not C:\n            break\n        H.update(C)\nreturn H.hexdigest()",
            "H = ALGORITHM()\nwith open(P, 'rb') as F:\n    C = F.read(N)\n    while C:\n"
            "        H.update(C)\n        C = F.read(N)\nreturn H.hexdigest()",
            "H = hashlib.new(A)\nwith open(P, 'rb') as F:\n    for C in iter(lambda: F.read(N), b''):\n"
            "        H.update(C)\nreturn H.hexdigest()",
        ),
        triggers=(
            "hashlib.sha256",
            "hashlib.md5",
            "hashlib.sha1",
            "hashlib.sha512",
            "hashlib.new",
            "hashlib.blake2b",
        ),
    ),
    Kind(
        "program-found",
        "",
        (Standard("shutil.which", (3, 3)),),
        signs=(
            Signs(
                calls=_calls("split join access"),
                says=("^PATH$",),
                nodes=_calls("For"),
                names=("^(pathsep|X_OK)$",),
                without="^which$",
            ),
        ),
        triggers=("os.access",),
    ),
    Kind(
        "tree-removed",
        "",
        (Standard("shutil.rmtree", (3, 0)),),
        signs=(
            Signs(
                calls=_calls("walk rmdir remove"),
                nodes=_calls("For"),
                without="^(rmtree|listdir|getsize|stat|endswith|fnmatch|getmtime|islink|exists)$",
                most=10,
            ),
            Signs(
                calls=_calls("walk rmdir unlink"),
                nodes=_calls("For"),
                without="^(rmtree|listdir|getsize|stat|endswith|fnmatch|getmtime|islink|exists)$",
                most=10,
            ),
        ),
        triggers=("os.rmdir",),
    ),
    Kind(
        "folder-made",
        "dir folder path ensure mkdir makedir",
        (Standard("os.makedirs(…, exist_ok=True)", (3, 2)),),
        shapes=(
            "if not os.path.exists(P):\n    os.makedirs(P)",
            "if not os.path.isdir(P):\n    os.makedirs(P)",
            "if not os.path.exists(P):\n    os.makedirs(P)\nreturn P",
            "if not os.path.isdir(P):\n    os.makedirs(P)\nreturn P",
            "if not P.exists():\n    P.mkdir(parents=True)",
            "if not P.exists():\n    P.mkdir(parents=True)\nreturn P",
            "if not os.path.exists(P):\n    os.makedirs(P, exist_ok=True)",
            "if not os.path.exists(P):\n    os.makedirs(P, exist_ok=True)\nreturn P",
            "try:\n    os.makedirs(P)\nexcept OSError as E:\n    if E.errno != errno.EEXIST:\n        raise",
            "try:\n    os.makedirs(P)\nexcept FileExistsError:\n    pass",
            "try:\n    os.makedirs(P)\nexcept OSError:\n    if not os.path.isdir(P):\n        raise",
        ),
    ),
    Kind(
        "constant-time-compare",
        "compar equal constant secure safe timing",
        (Standard("hmac.compare_digest", (3, 3)),),
        holds=(
            "for X, Y in zip(A, B):\n    R |= ord(X) ^ ord(Y)",
            "for X, Y in zip(A, B):\n    R |= X ^ Y",
        ),
    ),
    # ------------------------------------------------------------------------------- contextlib, asyncio
    Kind(
        "folder-changed",
        "",
        (Standard("contextlib.chdir", (3, 11)),),
        shapes=(
            "OLD = GETCWD()\nCHDIR(P)\ntry:\n    yield\nfinally:\n    CHDIR(OLD)",
            "OLD = GETCWD()\ntry:\n    CHDIR(P)\n    yield\nfinally:\n    CHDIR(OLD)",
            "OLD = GETCWD()\nCHDIR(P)\ntry:\n    yield P\nfinally:\n    CHDIR(OLD)",
            "OLD = GETCWD()\nCHDIR(P)\nyield\nCHDIR(OLD)",
        ),
        triggers=("os.chdir",),
    ),
    Kind(
        "output-redirected",
        "redirect capture suppress silen mute quiet stdout output",
        (Standard("contextlib.redirect_stdout", (3, 4)),),
        shapes=(
            "OLD = sys.stdout\nsys.stdout = F\ntry:\n    yield\nfinally:\n    sys.stdout = OLD",
            "OLD = sys.stdout\nsys.stdout = F\ntry:\n    yield F\nfinally:\n    sys.stdout = OLD",
            "OLD = sys.stdout\nF = io.StringIO()\nsys.stdout = F\ntry:\n    yield F\nfinally:\n"
            "    sys.stdout = OLD",
            "with open(os.devnull, 'w') as F:\n    OLD = sys.stdout\n    sys.stdout = F\n    try:\n"
            "        yield\n    finally:\n        sys.stdout = OLD",
        ),
    ),
    Kind(
        "nothing-entered",
        "null noop no dummy empty nothing fake pass",
        (Standard("contextlib.nullcontext", (3, 7)),),
        signs=(Signs(nodes=_calls("Yield"), decorated=r"(^|\.)contextmanager$", most=1),),
    ),
    Kind(
        "errors-suppressed",
        "suppress ignor silen swallow",
        (Standard("contextlib.suppress", (3, 4)),),
        shapes=("try:\n    yield\nexcept E:\n    pass",),
    ),
    Kind(
        "run-in-thread",
        "thread async sync executor blocking",
        (Standard("asyncio.to_thread", (3, 9)),),
        shapes=(
            "return await LOOP.run_in_executor(None, lambda: F(*A, **KW))",
            "return await LOOP.run_in_executor(None, functools.partial(F, *A, **KW))",
            "return await LOOP.run_in_executor(None, partial(F, *A, **KW))",
            "return await LOOP.run_in_executor(None, F, *A)",
            "L = LOOP\nreturn await L.run_in_executor(None, lambda: F(*A, **KW))",
        ),
    ),
    Kind(
        "string-enum",
        "str",
        (Standard("enum.StrEnum", (3, 11)),),
        shapes=("return self.value", "return str(self.value)"),
    ),
    # ------------------------------------------------------------------------------------- algorithms
    Kind(
        "bisected",
        "bisect binary lower upper binsearch",
        (Standard("bisect.bisect_left", (3, 0)),),
        holds=(
            "while LO < HI:\n    MID = (LO + HI) // 2\n    if A[MID] < X:\n        LO = MID + 1\n"
            "    else:\n        HI = MID",
            "while LO < HI:\n    MID = (LO + HI) // 2\n    if A[MID] <= X:\n        LO = MID + 1\n"
            "    else:\n        HI = MID",
            "while LO < HI:\n    MID = (LO + HI) // 2\n    if A[MID] > X:\n        HI = MID\n"
            "    else:\n        LO = MID + 1",
            "while LO <= HI:\n    MID = (LO + HI) // 2\n    if A[MID] == X:\n        return MID\n"
            "    if A[MID] < X:\n        LO = MID + 1\n    else:\n        HI = MID - 1",
            "while LO <= HI:\n    MID = (LO + HI) // 2\n    if A[MID] == X:\n        return MID\n"
            "    elif A[MID] < X:\n        LO = MID + 1\n    else:\n        HI = MID - 1",
            "while LO <= HI:\n    MID = (LO + HI) // 2\n    if A[MID] < X:\n        LO = MID + 1\n"
            "    else:\n        HI = MID - 1",
            "while LO <= HI:\n    MID = (LO + HI) // 2\n    if A[MID] == X:\n        return MID\n"
            "    if A[MID] <= X:\n        LO = MID + 1\n    else:\n        HI = MID - 1",
            "while LO <= HI:\n    MID = (LO + HI) // 2\n    if A[MID] == X:\n        return MID\n"
            "    elif A[MID] <= X:\n        LO = MID + 1\n    else:\n        HI = MID - 1",
            "while LO <= HI:\n    MID = (LO + HI) // 2\n    if A[MID] <= X:\n"
            "        LO = MID + 1\n    else:\n        HI = MID - 1",
            "while LO < HI:\n    MID = LO + (HI - LO) // 2\n    if A[MID] < X:\n"
            "        LO = MID + 1\n    else:\n        HI = MID",
            "while LO < HI:\n    MID = LO + (HI - LO) // 2\n    if A[MID] <= X:\n"
            "        LO = MID + 1\n    else:\n        HI = MID",
            "while LO < HI:\n    MID = LO + (HI - LO) // 2\n    if A[MID] > X:\n        HI = MID\n"
            "    else:\n        LO = MID + 1",
            "while LO <= HI:\n    MID = LO + (HI - LO) // 2\n    if A[MID] == X:\n"
            "        return MID\n    if A[MID] < X:\n        LO = MID + 1\n    else:\n"
            "        HI = MID - 1",
            "while LO <= HI:\n    MID = LO + (HI - LO) // 2\n    if A[MID] == X:\n"
            "        return MID\n    elif A[MID] < X:\n        LO = MID + 1\n    else:\n"
            "        HI = MID - 1",
            "while LO <= HI:\n    MID = LO + (HI - LO) // 2\n    if A[MID] < X:\n"
            "        LO = MID + 1\n    else:\n        HI = MID - 1",
            "while LO <= HI:\n    MID = LO + (HI - LO) // 2\n    if A[MID] == X:\n"
            "        return MID\n    if A[MID] <= X:\n        LO = MID + 1\n    else:\n"
            "        HI = MID - 1",
            "while LO <= HI:\n    MID = LO + (HI - LO) // 2\n    if A[MID] == X:\n"
            "        return MID\n    elif A[MID] <= X:\n        LO = MID + 1\n    else:\n"
            "        HI = MID - 1",
            "while LO <= HI:\n    MID = LO + (HI - LO) // 2\n    if A[MID] <= X:\n"
            "        LO = MID + 1\n    else:\n        HI = MID - 1",
        ),
    ),
    Kind(
        "topologically-sorted",
        "topo dependenc order sort",
        (Standard("graphlib.TopologicalSorter", (3, 9)),),
        signs=(
            Signs(
                calls=_calls("append"),
                nodes=_calls("While For"),
                names=("in_?degree",),
                without="^nx$|networkx|TopologicalSorter|heappush|priority",
                most=40,
            ),
        ),
    ),
    Kind(
        "edit-distance",
        "levenshtein edit",
        (
            Library("rapidfuzz.distance.Levenshtein.distance", "rapidfuzz"),
            Library("Levenshtein.distance", "levenshtein"),
            Library("Levenshtein.distance", "python-levenshtein"),
        ),
        signs=(Signs(calls=_calls("min len"), nodes=_calls("For Subscript"), most=24),),
    ),
    # --------------------------------------------------------------- declared dependencies, by their names
    Kind(
        "retried",
        "",
        (
            Library("tenacity.retry", "tenacity"),
            Library("backoff.on_exception", "backoff"),
            Library("stamina.retry", "stamina"),
            Library("retrying.retry", "retrying"),
        ),
        signs=(
            Signs(
                calls=_calls("range sleep"),
                nodes=_calls("For Try"),
                names=("attempt|retr(y|ies)|tries",),
                lacks=_calls("Yield YieldFrom"),
                without="^(tenacity|backoff|stamina|Retry|Retrying|AsyncRetrying)$|retry_?after|Retry-After",
                most=26,
            ),
            Signs(
                calls=_calls("sleep"),
                nodes=_calls("While Try AugAssign"),
                names=("attempt|retr(y|ies)|tries",),
                lacks=_calls("Yield YieldFrom"),
                without="^(tenacity|backoff|stamina|Retry|Retrying|AsyncRetrying)$|retry_?after|Retry-After",
                most=26,
            ),
        ),
        triggers=("time.sleep", "asyncio.sleep"),
    ),
    Kind(
        "slugified",
        "slug",
        (
            Library("slugify.slugify", "python-slugify"),
            Library("django.utils.text.slugify", "django"),
            Library("inflection.parameterize", "inflection"),
        ),
        signs=(
            Signs(
                calls=_calls("sub lower"),
                says=(r"\[\^",),
                without="slugify|slugify_|exists|filter|query|execute|unique|uuid|uuid4",
                most=9,
            ),
        ),
    ),
    Kind(
        "camel-cased",
        "camel",
        (
            Library("pydantic.alias_generators.to_camel", "pydantic"),
            Library("inflection.camelize", "inflection"),
            Library("humps.camelize", "pyhumps"),
        ),
        plain="S",
        shapes=(
            "P = S.split('_')\nreturn P[0] + ''.join([W.capitalize() for W in P[1:]])",
            "P = S.split('_')\nreturn P[0] + ''.join([W.title() for W in P[1:]])",
            "P = S.split('_')\nreturn P[0].lower() + ''.join([W.capitalize() for W in P[1:]])",
            "P = S.split('_')\nreturn P[0] + ''.join(map(str.capitalize, P[1:]))",
            "F, *P = S.split('_')\nreturn F + ''.join([W.capitalize() for W in P])",
            "F, *P = S.split('_')\nreturn F + ''.join([W.title() for W in P])",
            "return ''.join([W if I == 0 else W.capitalize() for I, W in enumerate(S.split('_'))])",
            "return ''.join([W.capitalize() if I else W for I, W in enumerate(S.split('_'))])",
            "return ''.join([W.capitalize() if I > 0 else W for I, W in enumerate(S.split('_'))])",
        ),
    ),
    Kind(
        "snake-cased",
        "snake underscore",
        (
            Library("pydantic.alias_generators.to_snake", "pydantic"),
            Library("inflection.underscore", "inflection"),
            Library("humps.decamelize", "pyhumps"),
        ),
        plain="S",
        shapes=(
            r"return re.sub('(?<!^)(?=[A-Z])', '_', S).lower()",
            r"return re.sub('([A-Z])', r'_\1', S).lower().lstrip('_')",
            r"return re.sub('([a-z0-9])([A-Z])', r'\1_\2', S).lower()",
            r"return re.sub('([a-z0-9])([A-Z])', r'\1_\2', re.sub('(.)([A-Z][a-z]+)', r'\1_\2', S)).lower()",
            "return ''.join(['_' + C.lower() if C.isupper() else C for C in S]).lstrip('_')",
        ),
    ),
    Kind(
        "date-guessed",
        "date time parse",
        (Library("dateutil.parser.parse", "python-dateutil"), Library("arrow.get", "arrow")),
        holds=(
            "for F in FS:\n    try:\n        return datetime.strptime(S, F)\n    except E:\n        ...",
            "for F in FS:\n    try:\n        return datetime.datetime.strptime(S, F)\n"
            "    except E:\n        ...",
            "for F in FS:\n    try:\n        return datetime.strptime(S, F).date()\n"
            "    except E:\n        ...",
            "for F in FS:\n    try:\n        D = datetime.strptime(S, F)\n        ...\n    except E:\n"
            "        ...",
        ),
    ),
    Kind(
        "months-added",
        "month",
        (
            Library("dateutil.relativedelta.relativedelta", "python-dateutil"),
            Library("pandas.DateOffset", "pandas"),
        ),
        signs=(
            Signs(
                calls=_calls("monthrange"),
                says=("^12$",),
                nodes=_calls("FloorDiv Mod"),
                without="relativedelta",
                most=12,
            ),
        ),
    ),
    Kind(
        "size-humanised",
        "size bytes human format",
        (Library("humanize.naturalsize", "humanize"),),
        signs=(
            Signs(
                says=("^ ?Ki?B$", "^ ?Mi?B$", "^(1024|1000)(\\.0)?$"),
                nodes=_calls("Div"),
                without="humanize|naturalsize",
                most=16,
            ),
        ),
    ),
    Kind(
        "age-humanised",
        "ago age time since relative human elapsed",
        (Library("humanize.naturaltime", "humanize"), Library("django.utils.timesince", "django")),
        signs=(
            Signs(
                says=("min.* ago", "h.* ago", "d.* ago"),
                nodes=_calls("If"),
                without="humanize|naturaltime|timesince",
                most=30,
            ),
        ),
    ),
    Kind(
        "environment-file-read",
        "env dotenv",
        (Library("dotenv.dotenv_values", "python-dotenv"), Library("environ.Env.read_env", "django-environ")),
        signs=(
            Signs(
                calls=_calls("startswith strip"),
                says=("^#$", "^=$"),
                nodes=_calls("For Subscript"),
                without="load_dotenv|dotenv_values|set_key|write|writelines|write_text|find_dotenv|append|add",
                most=24,
            ),
        ),
    ),
    Kind(
        "email-validated",
        "email",
        (
            Library("email_validator.validate_email", "email-validator"),
            Library("django.core.validators.validate_email", "django"),
        ),
        signs=(
            Signs(
                says=(r"@[\[(]",),
                without="validate_email|EmailValidator|findall|finditer|extract|sub|email_validator",
                most=8,
            ),
        ),
    ),
    Kind(
        "tags-stripped",
        "strip remove clean html tag",
        (
            Library("bs4.BeautifulSoup(…).get_text", "beautifulsoup4"),
            Library("django.utils.html.strip_tags", "django"),
        ),
        shapes=(
            "return re.sub('<[^>]+>', R, S)",
            "return re.sub('<[^>]*>', R, S)",
            "return re.sub('<.*?>', R, S)",
            "return re.sub('<[^<]+?>', R, S)",
            "return re.sub('<[^>]+>', R, S).strip()",
            "return re.compile('<.*?>').sub(R, S)",
        ),
    ),
    Kind(
        "deeply-merged",
        "merge update deep",
        (
            Library("mergedeep.merge", "mergedeep"),
            Library("deepmerge.always_merger.merge", "deepmerge"),
            Library("pydash.merge", "pydash"),
        ),
        signs=(
            Signs(
                calls=_calls("isinstance items"),
                nodes=_calls("For If"),
                names=("^dict$",),
                most=14,
            ),
        ),
    ),
)

BY_ID = {kind.id: kind for kind in KINDS}
