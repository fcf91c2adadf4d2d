import os

BASE_DIR = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SECRET_KEY = "$(fefwefwef13;LFK{P!)@#*!)kdsjfWF2l+i5e3t(8a1n"
DEBUG = False
ALLOWED_HOSTS = ["label.example.org"]
