import { connect } from "http://127.0.0.1:5000/tocsin.js";

const list = document.getElementById("alarms");
const state = document.getElementById("state");
const language = document.getElementById("language");

function show(id, text) {
  const item = document.createElement("li");
  item.dataset.id = id;
  // As text: an alarm is data, never markup.
  item.textContent = text;
  list.append(item);
}

const connection = connect({
  user: "tiaz",
  topics: ["news"],
  events: ["alarm", "notice"],
  onAlarm: ({ id, event, data }) => show(id, `${event}: ${data}`),
  onWithdrawn: ({ alarm }) => list.querySelector(`[data-id="${alarm}"]`)?.remove(),
  onReset: ({ head }) => show(head, "away for too long: earlier alarms may be missing"),
  onState: ({ phase }) => { state.textContent = phase; },
});

// What is missed while the stream is opened anew comes with it, in the new language.
language.addEventListener("change", () => {
  connection.setLanguages(language.value ? [language.value] : []);
});
