"""assay: a scanner that treats AI-written code as untrusted input."""

__version__ = "0.1.0"
