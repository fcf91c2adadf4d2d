from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("courses/", include("courses.urls")),
    path("account/", include("courses.account_urls")),
    path("api/", include("courses.api_urls")),
]
