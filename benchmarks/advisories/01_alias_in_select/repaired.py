import re
import sqlite3

from django.http import JsonResponse
from django.urls import path
from django.views.decorators.http import require_GET

DATABASE = "reports.db"
ALIASES = {"total": "total", "sum": "sum", "revenue": "revenue"}


@require_GET
def totals(request):
    label = request.GET.get("label", "total")
    if not re.fullmatch(r"[a-z_]+", label) or label not in ALIASES:
        return JsonResponse({"error": "unknown label"}, status=400)
    alias = ALIASES[label]
    connection = sqlite3.connect(DATABASE)
    rows = connection.execute(f'SELECT SUM(amount) AS "{alias}" FROM invoice').fetchall()
    return JsonResponse({"rows": rows})


urlpatterns = [path("totals", totals)]
