"""A large dependency for a job that a few lines, or what is already there, would do.

Every dependency has to be installed, updated and watched for advisories, on every machine, for ever.
"""

from scanner.relate.heavyweight import HeavyweightRule
from scanner.rule import Confidence, Severity


class HeavyweightForTrivial(HeavyweightRule):
    severity, confidence = Severity.MEDIUM, Confidence.HIGH
    seen = True
