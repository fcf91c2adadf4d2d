import os
import tempfile


def pdf_to_text(data: bytes) -> str:
    name = tempfile.mktemp(suffix=".pdf")
    with open(name, "wb") as kept:
        kept.write(data)
    output = os.popen("pdftotext " + name + " -").read()
    os.remove(name)
    return output
