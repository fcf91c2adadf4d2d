"""A large dependency for a small job, in a case that is not proven yet on real code.

Like `heavyweight-for-trivial`, for the libraries and jobs that were only met in its fixtures so far.
"""

from scanner.relate.heavyweight import HeavyweightRule
from scanner.rule import Confidence, Severity


class HeavyweightOnTrial(HeavyweightRule):
    severity, confidence = Severity.MEDIUM, Confidence.LOW
    preview = True
    seen = False
