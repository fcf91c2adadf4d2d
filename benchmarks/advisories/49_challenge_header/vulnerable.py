import re

import requests

CHALLENGE = re.compile('(?:.*,)*[ \t]*([^ \t]+)[ \t]+realm=(["\']?)([^"\']*)\\2', re.I)


def realm(url: str) -> str:
    header = requests.get(url, timeout=5).headers.get("www-authenticate", "")
    found = CHALLENGE.search(header)
    return found[3] if found else ""
