import json

from django.http import JsonResponse
from django.urls import path

from .components import Profile

EDITABLE = ("title", "colour", "about")


def update(request, pk):
    component = Profile.objects.get(pk=pk, owner=request.user)
    data = json.loads(request.body)
    for name in EDITABLE:
        if name in data:
            setattr(component, name, data[name])
    component.save()
    return JsonResponse({"ok": True})


urlpatterns = [path("component/<int:pk>", update)]
