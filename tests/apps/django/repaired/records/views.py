import json

from django.contrib.auth.decorators import login_required
from django.http import HttpResponseForbidden, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST
from rest_framework import viewsets
from rest_framework.decorators import action, api_view, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from .models import Appointment, Patient, Prescription
from .permissions import IsDoctor
from .serializers import AppointmentSerializer, PatientSerializer, PrescriptionSerializer


class PatientViewSet(viewsets.ModelViewSet):
    serializer_class = PatientSerializer
    permission_classes = [IsAuthenticated, IsDoctor]

    def get_queryset(self):
        return Patient.objects.filter(doctor=self.request.user)


class AppointmentViewSet(viewsets.ModelViewSet):
    serializer_class = AppointmentSerializer
    permission_classes = [IsAuthenticated]

    def get_queryset(self):
        return Appointment.objects.filter(doctor=self.request.user)

    @action(detail=True, methods=["post"])
    def cancel(self, request, pk=None):
        self.get_object().delete()
        return Response(status=204)


class PrescriptionViewSet(viewsets.ModelViewSet):
    queryset = Prescription.objects.all()
    serializer_class = PrescriptionSerializer
    permission_classes = [IsAuthenticated, IsDoctor]


@api_view(["GET"])
@permission_classes([IsAuthenticated])
def patient_summary(request, patient_id):
    patient = get_object_or_404(Patient, pk=patient_id, doctor=request.user)
    return Response({"name": patient.name, "born": patient.born})


@api_view(["POST"])
@permission_classes([IsAuthenticated])
def book(request):
    appointment = Appointment.objects.create(
        doctor=request.user,
        patient_id=request.data["patient"],
        start=request.data["start"],
    )
    return Response({"id": appointment.pk}, status=201)


@login_required
@require_POST
def new_prescription(request):
    prescription = Prescription.objects.create(doctor=request.user, drug=json.loads(request.body)["drug"], amount=1)
    return JsonResponse({"id": prescription.pk})


@login_required
@require_POST
def discard_appointment(request, appointment_id):
    appointment = get_object_or_404(Appointment, pk=appointment_id)
    if appointment.doctor != request.user:
        return HttpResponseForbidden()
    appointment.delete()
    return JsonResponse({}, status=204)


@login_required
@require_POST
def move_appointment(request, appointment_id):
    appointment = get_object_or_404(Appointment, pk=appointment_id, doctor=request.user)
    appointment.start = request.POST["start"]
    appointment.save()
    return JsonResponse({"id": appointment.pk})
