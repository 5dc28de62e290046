// Publishing: the form, and the reservation of the tutorial.

import { element, text } from "./page-texts.js";

/** The alarm of the button "Make a reservation". */
export const reservation = (user) => JSON.stringify({
  user,
  event: "reservation",
  translations: {
    ko: { message: "예약에 성공했습니다!" },
    "en-US": { message: "Your reservation is made." },
    ja: { message: "ご予約が完了しました。" },
  },
});

/** Publishes alarms, so that none is stored twice: what had no answer goes with the same key when it is sent again. */
export class Publisher {
  #base;
  #access;
  /** Keys by what was sent with them. */
  #unanswered = new Map();

  constructor(base, access) {
    this.#base = base;
    this.#access = access;
  }

  /**
   * @param body An alarm without a key, as JSON.
   * @returns {Promise<{id, known} | {problem} | {unanswered: true}>}
   */
  async publish(body) {
    const key = this.#unanswered.get(body) ?? newKey();
    const answer = await send(this.#base, this.#access, "alarms", {
      method: "POST", headers: { "Content-Type": "application/json", "Idempotency-Key": key }, body,
    });
    if (answer.unanswered) {
      this.#unanswered.set(body, key);
      return answer;
    }
    this.#unanswered.delete(body);
    return answer.problem ? answer : { id: answer.value.id, known: answer.status === 200 };
  }
}

/** Withdraws an alarm: `{value}`, `{problem}` or `{unanswered: true}`. */
export const withdraw = (base, access, id) =>
  send(base, access, `alarms/${encodeURIComponent(id)}`, { method: "DELETE" });

async function send(base, access, path, options) {
  try {
    const headers = { ...options.headers, ...access.fields };
    const response = await fetch(new URL(path, base), { ...options, headers });
    // A server that ends, or a proxy without one, leaves open what became of it.
    if (response.status >= 500) return { unanswered: true };
    if (response.ok) return { status: response.status, value: await response.json() };
    // A proxy refuses in a page of its own.
    const problem = await response.json().catch(() => null);
    return { problem: { title: `HTTP ${response.status} ${response.statusText}`, ...problem } };
  } catch {
    return { unanswered: true };
  }
}

function newKey() {
  const bytes = [...crypto.getRandomValues(new Uint8Array(12))];
  return `page-${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Shows what became of a publish. */
export function showAnswer(place, answer) {
  place.className = `answer ${answer.id ? "good" : "bad"}`;
  if (answer.id) {
    place.replaceChildren(text(answer.known ? "known" : "published"), " ", element("code", {}, answer.id));
  } else if (answer.problem) {
    const { title, detail, pointer } = answer.problem;
    place.replaceChildren(element("strong", { lang: "en" }, title), element("p", { lang: "en" }, detail ?? ""));
    if (pointer) place.append(element("p", {}, text("field"), " ", element("code", {}, pointer)));
  } else {
    place.replaceChildren(text("unanswered"));
  }
}

/** The form to publish whatever one likes. */
export class PublishForm {
  #form = document.getElementById("publish");
  #translations = document.getElementById("translations");
  #answer = document.getElementById("answer");
  #publisher;
  #listen;

  /** `listen(name)` is told the name of each event before it is published. */
  constructor(publisher, listen) {
    this.#publisher = publisher;
    this.#listen = listen;
    for (const tag of ["ko", "en"]) this.#addTranslation(tag);
    document.getElementById("add-language").addEventListener("click", () => {
      this.#addTranslation("").querySelector("input").focus();
    });
    this.#form.addEventListener("change", () => this.#showFields());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#showFields();
  }

  /** Fills in the user, unless something else is addressed. */
  setUser(user) {
    if (this.#chosen("to") === "user") this.#field("address").value = user;
  }

  /** Forgets what was answered last. */
  clearAnswer() {
    this.#answer.replaceChildren();
    this.#mark(null);
  }

  #field(id) { return document.getElementById(id); }

  #chosen(name) { return this.#form.elements[name].value; }

  #showFields() {
    this.#field("address-field").hidden = this.#chosen("to") === "everyone";
    this.#field("data-field").hidden = this.#chosen("content") === "translations";
    this.#field("translations-field").hidden = this.#chosen("content") !== "translations";
    this.#field("data").classList.toggle("code", this.#chosen("content") === "json");
  }

  #addTranslation(tag) {
    const remove = element("button", { type: "button", class: "quiet", ariaLabel: text("remove", { name: tag }) }, "×");
    const row = element("li", {},
      element("input", { class: "tag", value: tag, ariaLabel: text("tag"), spellcheck: false, autocapitalize: "none" }),
      element("input", { class: "text", ariaLabel: text("translation"), lang: tag, dir: "auto" }), remove);
    remove.addEventListener("click", () => {
      row.remove();
      document.getElementById("add-language").focus();
    });
    this.#translations.append(row);
    return row;
  }

  async #submit() {
    this.#mark(null);
    if (this.#chosen("content") === "json") {
      const error = errorOfJSON(this.#field("data").value);
      if (error) {
        this.#show({ problem: { title: text("not-json"), detail: error, pointer: "/data" } });
        return;
      }
    }
    if (this.#field("event").value) this.#listen(this.#field("event").value);
    const button = this.#form.querySelector("[type=submit]");
    button.disabled = true;
    const answer = await this.#publisher.publish(this.#body());
    button.disabled = false;
    button.focus({ preventScroll: true });
    this.#show(answer);
  }

  /** The text of the alarm; put together by hand, so that JSON is sent as it was typed. */
  #body() {
    const to = this.#chosen("to");
    const members = [
      to === "everyone" ? '"everyone":true' : `"${to}":${JSON.stringify(this.#field("address").value)}`,
      `"event":${JSON.stringify(this.#field("event").value)}`,
    ];
    const data = this.#field("data").value;
    switch (this.#chosen("content")) {
      case "text": members.push(`"data":${JSON.stringify(data)}`); break;
      case "json": members.push(`"data":${data}`); break;
      default: members.push(`"translations":{${this.#filled().map(([tag, translation]) =>
        `${JSON.stringify(tag.value)}:${JSON.stringify(translation.value)}`).join()}}`);
    }
    return `{${members.join()}}`;
  }

  #filled() {
    return [...this.#translations.children]
      .map((row) => [...row.querySelectorAll("input")])
      .filter(([, translation]) => translation.value !== "");
  }

  #show(answer) {
    showAnswer(this.#answer, answer);
    this.#mark(answer.problem?.pointer ?? null);
  }

  /** Marks the field at fault, by the pointer of the problem. */
  #mark(pointer) {
    for (const field of this.#form.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
    const [, member, tag] = (pointer ?? "").split("/");
    const field = {
      user: this.#field("address"),
      topic: this.#field("address"),
      event: this.#field("event"),
      data: this.#field("data"),
      translations: this.#filled().map(([field]) => field).find((field) => field.value === unescaped(tag))
        ?? this.#field("add-language"),
    }[member];
    if (!field) return;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", "answer");
    field.focus();
  }
}

/** A part of a JSON pointer (RFC 6901) as the name it stands for. */
function unescaped(part) {
  return part?.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** Why this is not JSON; null where it is. */
function errorOfJSON(data) {
  try {
    JSON.parse(data);
    return null;
  } catch (error) {
    return error.message;
  }
}
