from django.urls import include, path
from rest_framework import routers

from . import views

router = routers.DefaultRouter()
router.register(r"patients", views.PatientViewSet, basename="patient")
router.register(r"appointments", views.AppointmentViewSet, basename="appointment")
router.register(r"prescriptions", views.PrescriptionViewSet)

urlpatterns = [
    path("", include(router.urls)),
    path("summary/<int:patient_id>/", views.patient_summary),
    path("book/", views.book),
    path("prescribe/", views.new_prescription),
    path("appointments/<int:appointment_id>/discard/", views.discard_appointment),
    path("appointments/<int:appointment_id>/move/", views.move_appointment),
]
