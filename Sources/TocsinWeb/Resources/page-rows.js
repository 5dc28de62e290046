// The list of events: newest first, bounded, text only.

import { canonical, shownData } from "./page-json.js";
import { element, language, text } from "./page-texts.js";

const most = 500;
const longest = 2000;
const timeOfDay = new Intl.DateTimeFormat(language, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const dayAndTime = new Intl.DateTimeFormat(language, {
  month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});

/** The rows of the page's list. */
export class Rows {
  #list;
  #withdraw;
  #limit = most;
  /** Rows of alarms by id. */
  #alarms = new Map();

  /** Fills `list`; `withdraw(id)` is called for the button of an alarm's row. */
  constructor(list, withdraw) {
    this.#list = list;
    this.#withdraw = withdraw;
  }

  get isEmpty() { return !this.#list.firstElementChild; }

  /** The id of the oldest alarm that is shown, null where there is none. */
  get oldest() {
    return [...this.#list.children].reverse().find((row) => row.dataset.id)?.dataset.id ?? null;
  }

  has(id) { return this.#alarms.has(id); }

  clear() {
    this.#list.replaceChildren();
    this.#alarms.clear();
    this.#limit = most;
  }

  /** An alarm that came just now. */
  addAlarm({ id, event, data }) {
    if (this.has(id)) return;
    this.#add(this.#alarmRow({ id, event, data, time: new Date() }));
  }

  /** Alarms of the list, newest first, below what is there; the list may grow by as many. */
  addEarlier(alarms) {
    for (const { id, event, data, language: tag, publishedAt } of alarms.filter(({ id }) => !this.has(id))) {
      this.#limit += 1;
      const published = { id, event, data: dataText(data), tag, time: new Date(publishedAt) };
      this.#list.append(
        event === "withdrawn" ? this.#withdrawalRow(id, data.id, published.time) : this.#alarmRow(published));
      if (event === "withdrawn") this.markWithdrawn(data.id);
    }
  }

  /** What the list knows of alarms that came over the stream, which does not say their language. */
  describe(alarms) {
    for (const { id, data, language: tag } of alarms) {
      const row = this.#alarms.get(id);
      // The list may be asked in another language than the stream was.
      if (row && tag && row.sent === canonical(dataText(data))) this.#mark(row, tag);
    }
  }

  addWithdrawal(id, alarm) {
    this.#add(this.#withdrawalRow(id, alarm, new Date()));
    this.markWithdrawn(alarm);
  }

  markWithdrawn(id) {
    const row = this.#alarms.get(id);
    if (!row || row.classList.contains("withdrawn")) return;
    row.classList.add("withdrawn");
    row.querySelector(".withdraw").replaceWith(element("span", {}, text("is-withdrawn")));
  }

  /** A row that tells of the connection; its text can be changed by `note(text)`. */
  addNote(kind, said) {
    const data = element("p", { class: "data", dir: "auto" }, said);
    this.#add(this.#row(`note ${kind}`, new Date(), text(kind), data));
    return (changed) => { data.textContent = changed; };
  }

  #add(row) {
    this.#list.prepend(row);
    while (this.#list.childElementCount > this.#limit) {
      this.#alarms.delete(this.#list.lastElementChild.dataset.id);
      this.#list.lastElementChild.remove();
    }
  }

  #row(kind, time, name, data, ...rest) {
    const isToday = time.toDateString() === new Date().toDateString();
    const shownTime = element("time", { dateTime: time.toISOString(), title: time.toLocaleString(language) },
      (isToday ? timeOfDay : dayAndTime).format(time));
    return element("li", { class: `row ${kind}` }, shownTime, element("bdi", { class: "name" }, name), data, ...rest);
  }

  #alarmRow({ id, event, data, tag, time }) {
    const shown = element("p", { class: "data", dir: "auto" });
    this.#fill(shown, data);
    const label = text("withdraw-label", { id });
    const button = element("button", { type: "button", class: "quiet withdraw", ariaLabel: label }, text("withdraw"));
    button.addEventListener("click", () => this.#withdraw(id, button));
    const row = this.#row("alarm", time, event, shown,
      element("div", { class: "facts" }, element("span", { class: "tag" }), element("code", {}, id), button));
    row.dataset.id = id;
    row.sent = canonical(data);
    this.#alarms.set(id, row);
    if (tag) this.#mark(row, tag);
    return row;
  }

  #withdrawalRow(id, alarm, time) {
    const row = this.#row("note withdrawal", time, text("withdrawal"),
      element("p", { class: "data" }, text("withdrawn", { id: alarm })),
      element("div", { class: "facts" }, element("code", {}, id)));
    row.dataset.id = id;
    this.#alarms.set(id, row);
    return row;
  }

  #fill(shown, data) {
    if (data.length <= longest) {
      shown.append(...shownData(data));
      return;
    }
    const all = element("button", { type: "button", class: "quiet" },
      text("show-all", { count: data.length.toLocaleString(language) }));
    all.addEventListener("click", () => {
      shown.replaceChildren();
      // One by one: a megabyte has more pieces than a call may have arguments.
      shownData(data).forEach((piece) => shown.append(piece));
    });
    shown.append(`${data.slice(0, longest)}… `, all);
  }

  #mark(row, tag) {
    row.querySelector(".data").lang = tag;
    row.querySelector(".tag").textContent = tag;
  }
}

/** Data of the list as the stream sends it: a string is text. */
function dataText(data) {
  return typeof data === "string" ? data : JSON.stringify(data);
}
