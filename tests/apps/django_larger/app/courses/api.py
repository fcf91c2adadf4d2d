import json

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.viewsets import ModelViewSet, ReadOnlyModelViewSet

from courses.models import Course, Enrolment, Homework
from courses.permissions import IsTeacher
from courses.serializers import CourseSerializer, HomeworkSerializer


class CourseViewSet(ReadOnlyModelViewSet):
    queryset = Course.objects.all()
    serializer_class = CourseSerializer
    permission_classes = [AllowAny]


class HomeworkViewSet(ModelViewSet):
    serializer_class = HomeworkSerializer
    permission_classes = [IsAuthenticated]

    def get_queryset(self):
        return Homework.objects.filter(student=self.request.user)


class MarkViewSet(ModelViewSet):
    queryset = Homework.objects.all()
    serializer_class = HomeworkSerializer
    permission_classes = [IsTeacher]


@api_view(["POST"])
@permission_classes([IsAuthenticated])
def enrol_from_another_school(request):
    made = Enrolment.objects.create(**request.data)
    return Response({"id": made.pk}, status=201)


@csrf_exempt
def payment_webhook(request):
    event = json.loads(request.body)
    Enrolment.objects.filter(pk=event["enrolment"]).update(paid=True)
    return HttpResponse(status=204)
