import logging

logger = logging.getLogger(__name__)


class AuditMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        logger.info("%s %s", request.method, response.status_code)
        return response


class RateLimitMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.seen = {}

    def __call__(self, request):
        address = request.META["REMOTE_ADDR"]
        self.seen[address] = self.seen.get(address, 0) + 1
        return self.get_response(request)
