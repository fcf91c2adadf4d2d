import logging

from .models import User

logger = logging.getLogger(__name__)


def send_reset_mail(user: User) -> None:
    logger.info("mail to user %s", user.id)
