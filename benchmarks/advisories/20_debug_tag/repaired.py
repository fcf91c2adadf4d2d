from django.http import HttpResponse
from django.urls import path
from django.utils.html import format_html_join


def debug(request):
    lines = format_html_join("", "<dt>{}</dt><dd>{}</dd>", request.GET.items())
    return HttpResponse("<dl>" + lines + "</dl>")


urlpatterns = [path("debug", debug)]
