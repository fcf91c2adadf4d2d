import json

from django.http import JsonResponse
from django.urls import path

from .components import Profile


def update(request, pk):
    component = Profile.objects.get(pk=pk, owner=request.user)
    for name, value in json.loads(request.body).items():
        setattr(component, name, value)
    component.save()
    return JsonResponse({"ok": True})


urlpatterns = [path("component/<int:pk>", update)]
