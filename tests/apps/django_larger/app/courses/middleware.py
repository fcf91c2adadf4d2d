from django.http import HttpResponse


class TermMiddleware:
    """Says which term it is, to every template."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.term = "winter"
        return self.get_response(request)


class SecurityHeadersMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response: HttpResponse = self.get_response(request)
        response["Content-Security-Policy"] = "default-src 'self'"
        response["Referrer-Policy"] = "same-origin"
        return response
