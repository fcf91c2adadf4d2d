from django.urls import path

from . import views

urlpatterns = [
    path("export/<int:patient_id>/", views.patient_summary),
]
