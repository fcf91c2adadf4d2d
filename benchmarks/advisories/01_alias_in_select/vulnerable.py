import sqlite3

from django.http import JsonResponse
from django.urls import path
from django.views.decorators.http import require_GET

DATABASE = "reports.db"


@require_GET
def totals(request):
    alias = request.GET.get("label", "total")
    connection = sqlite3.connect(DATABASE)
    rows = connection.execute(f'SELECT SUM(amount) AS "{alias}" FROM invoice').fetchall()
    return JsonResponse({"rows": rows})


urlpatterns = [path("totals", totals)]
