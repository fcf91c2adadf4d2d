"""A module is imported that is neither in this tree, nor declared, nor given by any distribution known here.

It was renamed, left out of the commit, or never was. Who registers its name on the index runs code wherever
somebody installs it to be rid of the error.
"""

from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.relate.undeclared import MANIFESTS, PATHS, UndeclaredRule
from scanner.rule import Confidence, Finding, Severity


class PhantomImport(UndeclaredRule):
    message = "`{module}` is imported: no manifest declares it, and no module of this tree has its name"
    why = "An agent imports what it expects to be there, and does not run the file."
    instead = (
        "Import the module that is meant; where it is a distribution's, declare that. Install nothing only "
        "because it has the name."
    )
    severity, confidence = Severity.MEDIUM, Confidence.MEDIUM
    preview = True
    languages = MANIFESTS
    paths = PATHS

    def check(self, repository: Repository) -> Iterator[Finding]:
        yield from self.found(repository, is_known=False)
