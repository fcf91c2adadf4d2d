from django.http import HttpResponse
from django.urls import path
from django.utils.safestring import mark_safe


def debug(request):
    lines = [f"<dt>{name}</dt><dd>{value}</dd>" for name, value in request.GET.items()]
    return HttpResponse(mark_safe("<dl>" + "".join(lines) + "</dl>"))


urlpatterns = [path("debug", debug)]
