import re

from django.http import JsonResponse
from django.urls import path

EMAIL = re.compile(r"^([a-zA-Z0-9_.-]+)+@([a-zA-Z0-9-]+\.)+[a-z]{2,}$")


def subscribe(request):
    if not EMAIL.match(request.POST["email"]):
        return JsonResponse({"error": "not an address"}, status=400)
    return JsonResponse({"ok": True})


urlpatterns = [path("subscribe", subscribe)]
