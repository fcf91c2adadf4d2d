"""What `assay verify` runs inside the project's own interpreter: a plugin for pytest.

Nothing but the standard library, nothing newer than Python 3.8, and nothing of assay: this folder is copied
to a place of its own, and named in `PYTHONPATH`. Nothing of assay imports it.
"""
