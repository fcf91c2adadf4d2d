import subprocess
import tempfile


def pdf_to_text(data: bytes) -> str:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as kept:
        kept.write(data)
        kept.flush()
        return subprocess.run(["pdftotext", kept.name, "-"], capture_output=True, text=True, check=True).stdout
