// The page: what is chosen, the connection that follows it, and what comes over it.

import { connect } from "./tocsin.js";
import { Chips } from "./page-chips.js";
import { parsed } from "./page-json.js";
import { showPrograms, tokenCommand } from "./page-lines.js";
import { Publisher, PublishForm, reservation, showAnswer, withdraw } from "./page-publish.js";
import { Rows } from "./page-rows.js";
import { Announcements, StateBar } from "./page-state.js";
import { element, localize, text } from "./page-texts.js";
import { Access } from "./page-token.js";

const usualNames = ["alarm", "notice", "reservation", "message"];
const mostNames = 40;
const byId = (id) => document.getElementById(id);
// The page may be under a path of a proxy.
const base = new URL(".", document.baseURI).href;

localize();

// What is chosen is in the address, so that a link can be shared and a reload keeps it.

const query = new URLSearchParams(location.search);
const choice = { user: query.get("user") || "tiaz", languages: query.getAll("lang").join() };
const named = (parameter) => query.getAll(parameter).filter((name) => name);
const topics = new Chips(byId("add-topic"), { values: named("topic"), removable: true, changed: topicsChanged });
const names = new Chips(byId("add-name"), {
  values: usualNames, removable: false, allows: listen, changed: namesChanged,
});
/** Those that were asked for, unlike those that were found. */
const askedNames = new Set(named("event"));

function keepChoice() {
  const kept = new URLSearchParams({ user: choice.user });
  for (const topic of topics.values) kept.append("topic", topic);
  if (choice.languages) kept.set("lang", choice.languages);
  for (const name of askedNames) kept.append("event", name);
  history.replaceState(null, "", `?${kept.toString().replaceAll("%2C", ",")}`);
  showChoice();
}

function showChoice() {
  document.title = `${choice.user} · Tocsin`;
  const chosen = {
    base, user: choice.user, topics: topics.values, languages: choice.languages, names: names.values,
    needsToken: access.isAsked,
  };
  showPrograms(byId("lines"), chosen, say);
  byId("lines-hint").textContent = text(access.isAsked ? "lines-hint-token" : "lines-hint");
  access.showCommand(tokenCommand(chosen));
  publishForm.setUser(choice.user);
}

// The connection.

let connection = null;
let resumedRow = null;

const say = (said) => { byId("said").textContent = said; };
const stateBar = new StateBar(say, open);
const announcements = new Announcements(say);
const rows = new Rows(byId("rows"), withdrawRow);
const access = new Access({ use: (token) => connection.setToken(shown(token)), used: tokenUsed, asked: showChoice });

/** What the connection is to show: without a token none until one is typed, so that it does not try over and over. */
function shown(token) {
  return token ?? "";
}

/** With another one the stream goes on, and what was refused before is over; who forgets it leaves nothing behind. */
function tokenUsed(token) {
  if (token === null) clearRows();
  clearAnswers();
  showChoice();
  lookAtRecent();
}

function open() {
  connection?.close();
  resumedRow = null;
  const opened = connect({
    server: base, user: choice.user, topics: topics.values, languages: languageList(), events: names.values,
    token: shown(access.token),
    onAlarm: ifCurrent(alarmCame),
    onGreeting: ifCurrent((said) => note("greeting", said)),
    onWithdrawn: ifCurrent(({ id, alarm }) => changed(() => rows.addWithdrawal(id, alarm))),
    onReset: ifCurrent(({ reason }) => note("reset", text(`reset-${reason}`))),
    onState: ifCurrent(stateChanged),
  });
  connection = opened;
  stateChanged(opened.state);

  /** What the connection of before still has to say concerns another choice. */
  function ifCurrent(handle) {
    return (value) => {
      if (opened === connection) handle(value);
    };
  }
}

/** Listens for events of one more name; false for a name that no alarm can have. */
function listen(name) {
  try {
    connection.listen(name);
    return true;
  } catch {
    return false;
  }
}

function languageList() {
  return choice.languages.split(",").map((range) => range.trim()).filter((range) => range);
}

function changed(change) {
  change();
  byId("empty").hidden = !rows.isEmpty;
}

function note(kind, said) {
  let setNote;
  changed(() => { setNote = rows.addNote(kind, said); });
  return setNote;
}

function alarmCame(alarm) {
  changed(() => rows.addAlarm(alarm));
  announcements.add(alarm);
  ring();
  lookAtRecentSoon();
}

function ring() {
  byId("bell").classList.remove("ringing");
  requestAnimationFrame(() => byId("bell").classList.add("ringing"));
}

function stateChanged(state) {
  stateBar.show(state);
  access.follow(state);
  if (state.phase !== "open" || !state.resumed) return;
  const { from, alarms } = state.resumed;
  const said = text(`resumed-${["none", "one"][alarms] ?? "more"}`, { id: from, count: alarms });
  if (resumedRow?.opened === state.opened) {
    resumedRow.note(said);
  } else {
    resumedRow = { opened: state.opened, note: note("resumed", said) };
  }
}

// The list of alarms: earlier ones, and what the stream does not tell of those that came.

let lookingSoon = null;

function lookAtRecentSoon() {
  lookingSoon ??= setTimeout(() => {
    lookingSoon = null;
    lookAtRecent();
  }, 1000);
}

async function lookAtRecent() {
  const page = await list({ limit: 100 });
  if (!page?.alarms) return;
  rows.describe(page.alarms);
  addNames(page.alarms);
}

/** Adds the names of events that alarms have had; not without end, since each opens the stream anew. */
function addNames(alarms) {
  const added = new Set(alarms.map(({ event }) => event)).difference(new Set([...names.values, "withdrawn"]));
  [...added].slice(0, Math.max(0, mostNames - names.values.length)).forEach((name) => names.add(name));
  if (added.size) showChoice();
}

/**
 * A page of alarms, newest first; `{refused}`, which says why; null where there is no answer, or where it is not asked for
 * any more.
 */
async function list(parameters) {
  const asked = connection;
  const address = new URL(`users/${encodeURIComponent(choice.user)}/alarms`, base);
  address.search = new URLSearchParams([
    ["order", "newest"], ...Object.entries(parameters), ...topics.values.map((topic) => ["topic", topic]),
    ...(choice.languages ? [["lang", choice.languages]] : []),
  ]);
  try {
    const response = await fetch(address, { headers: access.fields });
    if (asked !== connection || response.status >= 500) return null;
    return response.ok ? parsed(await response.text()) : { refused: (await response.json()).detail };
  } catch {
    return null;
  }
}

byId("earlier").addEventListener("click", async () => {
  const after = rows.oldest;
  const page = await list({ limit: 50, ...(after ? { after } : {}) });
  byId("no-earlier").replaceChildren(saidOf(page));
  if (page?.alarms) changed(() => rows.addEarlier(page.alarms));
});

function saidOf(page) {
  if (!page) return text("failed");
  if (page.refused) return element("span", { lang: "en" }, page.refused);
  return page.next ? "" : text("no-earlier");
}

// Publishing.

const publisher = new Publisher(base, access);
const publishForm = new PublishForm(publisher, (event) => addNames([{ event }]));

byId("reserve").addEventListener("click", async () => {
  const answer = await publisher.publish(reservation(choice.user));
  if (answer.id) {
    byId("rows-answer").replaceChildren();
  } else {
    showAnswer(byId("rows-answer"), answer);
  }
});

async function withdrawRow(id, button) {
  button.disabled = true;
  const answer = await withdraw(base, access, id);
  button.disabled = false;
  byId("rows-answer").replaceChildren();
  if (answer.value) {
    byId("scroll").focus({ preventScroll: true });
    rows.markWithdrawn(id);
  } else if (answer.problem) {
    showAnswer(byId("rows-answer"), answer);
  } else {
    byId("rows-answer").textContent = text("failed");
  }
}

// Choosing.

byId("choice").addEventListener("submit", (event) => event.preventDefault());

byId("user").value = choice.user;
byId("user").addEventListener("change", ({ target }) => {
  target.value = target.value.toWellFormed?.() ?? target.value;
  if (!target.value) target.value = choice.user;
  if (target.value === choice.user) return;
  choice.user = target.value;
  startAnew();
});

function topicsChanged() {
  connection.setTopics(topics.values);
  keepChoice();
}

function namesChanged(name) {
  askedNames.add(name);
  keepChoice();
}

function clearRows() {
  changed(() => rows.clear());
  byId("no-earlier").replaceChildren();
}

function clearAnswers() {
  byId("no-earlier").replaceChildren();
  byId("rows-answer").replaceChildren();
  publishForm.clearAnswer();
}

function startAnew() {
  clearRows();
  keepChoice();
  open();
  lookAtRecent();
}

const radios = byId("choice").elements.language;
radios.value = choice.languages;
if (radios.value !== choice.languages) {
  radios.value = "*";
  byId("languages").value = choice.languages;
}
byId("languages").hidden = radios.value !== "*";

byId("language").addEventListener("change", ({ target }) => {
  byId("languages").hidden = radios.value !== "*";
  if (target.value === "*" && target.type === "radio") {
    byId("languages").focus();
    return;
  }
  const languages = radios.value === "*" ? byId("languages").value.trim() : radios.value;
  if (languages === choice.languages) return;
  choice.languages = languages;
  connection.setLanguages(languageList());
  keepChoice();
});

open();
askedNames.forEach((name) => names.add(name));
showChoice();
lookAtRecent();
