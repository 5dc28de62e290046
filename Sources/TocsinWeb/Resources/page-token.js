// The access token: typed into the page, kept for this tab until it is forgotten, and shown with every request.

import { element, text } from "./page-texts.js";

const place = "tocsin page token";

/** The token of this tab, and the part of the page where it is typed, changed and forgotten. */
export class Access {
  #section = document.getElementById("access");
  #field = document.getElementById("token");
  #said = document.getElementById("access-said");
  #forget = document.getElementById("forget");
  #toggle = document.getElementById("show-access");
  #token = stored();
  #isAsked = this.#token !== null;
  #use;
  #used;
  #asked;

  /**
   * @param use Is given a token, or null, and throws where it cannot be one.
   * @param used Is called with it when there is another one.
   * @param asked Is called when it became known whether the server asks for one.
   */
  constructor({ use, used, asked }) {
    this.#use = use;
    this.#used = used;
    this.#asked = asked;
    document.getElementById("access-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#field.addEventListener("input", () => this.#field.setCustomValidity(""));
    this.#forget.addEventListener("click", () => {
      this.#set(null);
      this.#field.focus();
    });
    this.#toggle.addEventListener("click", () => {
      this.#show(this.#section.hidden);
      if (!this.#section.hidden) this.#field.focus();
    });
    this.#showToken();
  }

  /** Null where there is none. */
  get token() { return this.#token; }

  /** Whether the server asks for one, as far as is known. */
  get isAsked() { return this.#isAsked; }

  /** The fields of a request that show it. */
  get fields() { return this.#token === null ? {} : { Authorization: `Bearer ${this.#token}` }; }

  /** Follows the state of the connection: it asks for a token, and is content where the stream is open. */
  follow({ phase, refusal }) {
    if (phase === "refused" && [401, 403].includes(refusal.status)) {
      this.#setAsked(true);
      if (this.#token === null && refusal.status === 401) this.#say(text("token-needed"));
      else this.#say(`${text("token-refused")} `, element("span", { lang: "en" }, refusal.detail));
      this.#show(true);
    } else if (phase === "open") {
      this.#setAsked(this.#token !== null);
      this.#say();
      if (this.#section.contains(document.activeElement)) this.#toggle.focus();
      this.#show(false);
    }
  }

  /** Shows the command that makes a token for what is chosen. */
  showCommand(command) { document.getElementById("access-command").textContent = command; }

  #submit() {
    const token = this.#field.value.trim();
    if (!token) return;
    try {
      this.#set(token);
      this.#field.value = "";
    } catch {
      this.#field.setCustomValidity(text("token-odd"));
      this.#field.reportValidity();
    }
  }

  #set(token) {
    this.#use(token);
    this.#token = token;
    store(token);
    this.#say();
    this.#showToken();
    this.#used(token);
  }

  #setAsked(isAsked) {
    if (this.#isAsked === isAsked) return;
    this.#isAsked = isAsked;
    this.#showToken();
    this.#asked();
  }

  #showToken() {
    this.#toggle.hidden = !this.#isAsked;
    this.#forget.hidden = this.#token === null;
  }

  #show(isShown) {
    this.#section.hidden = !isShown;
    this.#toggle.ariaExpanded = `${isShown}`;
  }

  /** Not twice the same, which would be read out again. */
  #say(...said) {
    const shown = element("p", {}, ...said);
    if (this.#said.textContent !== shown.textContent) this.#said.replaceChildren(...said);
  }
}

function stored() {
  try {
    return sessionStorage.getItem(place);
  } catch {
    return null;
  }
}

/** Where a page may have no storage it is kept until the page is left. */
function store(token) {
  try {
    if (token === null) sessionStorage.removeItem(place);
    else sessionStorage.setItem(place, token);
  } catch {
    // Works without.
  }
}
