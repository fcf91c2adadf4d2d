import logging

import requests

logger = logging.getLogger(__name__)


def sign_in(account: str, user: str, password: str, passcode: str) -> str:
    logger.debug("signing in %s", user)
    answer = requests.post(
        f"https://{account}.example.org/session",
        json={"user": user, "password": password, "passcode": passcode},
        timeout=30,
    )
    return answer.json()["token"]
