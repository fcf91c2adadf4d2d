from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("records.urls")),
    path("export/", include("records.export_urls")),
    path("accounts/", include("records.account_urls")),
]
