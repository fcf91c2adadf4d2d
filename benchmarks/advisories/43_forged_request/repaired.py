from flask import Flask, redirect, request
from flask_login import LoginManager, current_user, login_required
from flask_wtf.csrf import CSRFProtect

app = Flask(__name__)
csrf = CSRFProtect(app)
login_manager = LoginManager(app)


@app.post("/me/email")
@login_required
def change_email():
    current_user.email = request.form["email"]
    current_user.save()
    return redirect("/me")
