"""A shop that takes reservations and tells each reader in their own language, through Tocsin."""
import os
import time
import uuid

import requests
from flask import Flask, jsonify, render_template, request

TOCSIN = os.environ.get("TOCSIN_SERVER", "http://127.0.0.1:5000").rstrip("/")
# Seconds before each try to publish: Tocsin may be restarting.
PAUSES = (0, 0.5, 1, 2)

app = Flask(__name__)


def publish(alarm):
    """Publishes an alarm and returns its id.

    Sending again is safe since the alarm has a key: one that Tocsin knows already is not sent twice.
    """
    for pause in PAUSES:
        time.sleep(pause)
        try:
            answer = requests.post(f"{TOCSIN}/alarms", json=alarm, timeout=5)
        except (requests.ConnectionError, requests.Timeout) as error:
            app.logger.warning("publishing failed: %s", error)
            continue
        if answer.status_code != 503:
            answer.raise_for_status()
            return answer.json()["id"]
        app.logger.warning("publishing failed: %s", answer.text)
    return None


@app.get("/")
def page():
    return render_template("page.html", tocsin=TOCSIN)


@app.post("/reservations")
def reserve():
    """Takes a reservation, `{"id": "<uuid>"}`.

    The page makes the id, so that one sent twice is the same reservation.
    """
    body = request.get_json()
    try:
        reservation = uuid.UUID(body["id"])
    except (TypeError, KeyError, ValueError, AttributeError):
        return jsonify(error="id must be a UUID"), 400
    # A real shop would write it into its database here.
    alarm = publish({
        "user": "tiaz",
        "translations": {
            "ko": {"message": "예약에 성공했습니다!"},
            "en-US": {"message": "Your reservation is made."},
            "ja": {"message": "予約が完了しました。"},
        },
        "key": f"reservation-{reservation}",
    })
    if alarm is None:
        return jsonify(error="the alarm could not be sent; try again"), 503
    return jsonify(reservation=str(reservation), alarm=alarm), 201
