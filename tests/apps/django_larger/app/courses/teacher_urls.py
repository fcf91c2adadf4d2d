from django.urls import path

from courses import views

urlpatterns = [
    path("progress/", views.progress),
]
