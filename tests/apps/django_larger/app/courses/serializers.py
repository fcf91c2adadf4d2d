from rest_framework import serializers

from courses.models import Course, Homework


class CourseSerializer(serializers.ModelSerializer):
    class Meta:
        model = Course
        fields = ["id", "title", "price"]


class HomeworkSerializer(serializers.ModelSerializer):
    class Meta:
        model = Homework
        fields = ["id", "text", "grade"]
        read_only_fields = ["grade"]
