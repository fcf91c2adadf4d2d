from django.urls import include, path
from rest_framework.routers import DefaultRouter

from courses import api

router = DefaultRouter()
router.register("courses", api.CourseViewSet)
router.register("homework", api.HomeworkViewSet, basename="homework")
router.register("marks", api.MarkViewSet, basename="marks")

urlpatterns = [
    path("", include(router.urls)),
    path("enrolments/", api.enrol_from_another_school),
    path("payments/webhook/", api.payment_webhook),
]
