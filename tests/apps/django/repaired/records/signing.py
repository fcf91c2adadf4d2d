import hashlib
import hmac

from django.conf import settings


def checked(body, signature):
    expected = hmac.new(settings.WEBHOOK_KEY.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)
