"""Gives its signed-in users access tokens for their alarms, and publishes with one of its own."""
import os
import secrets
import time

import jwt
import requests
from flask import Flask, abort, redirect, render_template, request, session

TOCSIN = os.environ.get("TOCSIN_SERVER", "http://127.0.0.1:5000").rstrip("/")
with open(os.environ.get("TOCSIN_TOKEN_KEY_FILE", "token.key"), "rb") as file:
    KEY = file.read().rstrip(b"\r\n")

app = Flask(__name__)
# Sign-ins last until the application ends; a real one keeps its key.
app.secret_key = secrets.token_bytes(32)


def token(seconds, **claims):
    now = int(time.time())
    return jwt.encode({"iat": now, "exp": now + seconds, **claims}, KEY, "HS256")


@app.get("/")
def page():
    return render_template("page.html", tocsin=TOCSIN, user=session.get("user"))


@app.post("/sign-in")
def sign_in():
    # A real application asks for more than a name.
    session["user"] = request.form["user"]
    return redirect("/")


@app.get("/token")
def user_token():
    """A token for who is signed in, and nobody else; short-lived, since the page asks for another when its stream ends."""
    if "user" not in session:
        abort(401)
    return token(300, sub=session["user"]), {"Content-Type": "text/plain", "Cache-Control": "no-store"}


@app.post("/reservations")
def reserve():
    if "user" not in session:
        abort(401)
    alarm = {"user": session["user"], "data": "Your reservation is made.", "key": f"reservation-{secrets.token_hex(8)}"}
    headers = {"Authorization": f"Bearer {token(60, tocsin={'publish': ['*']})}"}
    answer = requests.post(f"{TOCSIN}/alarms", json=alarm, headers=headers, timeout=5)
    answer.raise_for_status()
    return answer.json()
