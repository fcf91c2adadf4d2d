from functools import wraps

from django.core.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission


class IsTeacher(BasePermission):
    def has_permission(self, request, view):
        return request.user.is_authenticated and request.user.groups.filter(name="teachers").exists()


def require_teacher(view):
    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if not request.user.groups.filter(name="teachers").exists():
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapped
