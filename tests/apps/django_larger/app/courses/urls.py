from django.urls import path

from courses import views

urlpatterns = [
    path("", views.catalogue, name="catalogue"),
    path("<int:course_id>/enrol/", views.enrol),
    path("<int:course_id>/discount/", views.enrol_at_a_discount),
    path("homework/", views.hand_in),
    path("homework/<int:homework_id>/", views.homework),
    path("homework/<int:homework_id>/delete/", views.delete_homework),
    path("certificates/<int:certificate_id>/", views.certificate),
    path("progress/", views.progress),
]
