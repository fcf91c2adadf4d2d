import zipfile

from lxml import etree


def document_text(path: str) -> str:
    parser = etree.XMLParser(remove_blank_text=True, resolve_entities=False)
    with zipfile.ZipFile(path) as package:
        body = etree.fromstring(package.read("word/document.xml"), parser)
    return "".join(body.itertext())
