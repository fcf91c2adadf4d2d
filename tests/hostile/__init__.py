"""Repositories that attack whoever scans them: one function, one attack."""
