// The state of the connection, always in sight, and said when it changes.

import { language, text } from "./page-texts.js";

const sayAlarmsEvery = 10_000;

/** Shows the state of a connection. */
export class StateBar {
  #bar = document.getElementById("state");
  #phase = document.getElementById("phase");
  #detail = document.getElementById("detail");
  #again = document.getElementById("again");
  #countdown = null;
  #say;
  #saidPhase = null;

  constructor(say, connectAgain) {
    this.#say = say;
    this.#again.addEventListener("click", connectAgain);
  }

  show(state) {
    clearInterval(this.#countdown);
    this.#bar.dataset.phase = state.phase;
    const phase = text(`phase-${state.phase}`);
    this.#phase.textContent = phase;
    this.#again.hidden = !["replaced", "closed"].includes(state.phase) && !isRefusedForGood(state);
    this.#showDetail(state);
    // A countdown is not a live region: it would be read out every second.
    if (state.phase === "waiting") this.#countdown = setInterval(() => this.#showDetail(state), 500);
    if (this.#saidPhase !== state.phase) {
      this.#saidPhase = state.phase;
      this.#say(text("said-state", { phase }));
    }
  }

  #showDetail(state) {
    this.#detail.textContent = detail(state);
    this.#detail.lang = isRefusedForGood(state) ? "en" : language;
  }
}

/** No token would help. */
const isRefusedForGood = ({ refusal }) => refusal !== null && ![401, 403].includes(refusal.status);

function detail({ phase, role, opened, retryAt, refusal }) {
  switch (phase) {
    // When a browser tries again by itself it does not say.
    case "connecting": return opened > 0 ? text("retry-now") : "";
    case "open": return text(`role-${role}`);
    case "waiting": {
      const seconds = retryAt === null ? 0 : Math.ceil((retryAt - Date.now()) / 1000);
      return seconds > 0 ? text("retry", { seconds }) : text("retry-now");
    }
    case "refused": return isRefusedForGood({ refusal }) ? refusal.detail : text(`refused-${refusal.status}`);
    case "replaced": return text("replaced-detail");
    default: return "";
  }
}

/** Says what came, for those who hear the page: the first at once, then not more often than they can listen. */
export class Announcements {
  #say;
  #waiting = null;
  #count = 0;
  #last = null;

  constructor(say) { this.#say = say; }

  add(alarm) {
    this.#count += 1;
    this.#last = alarm;
    if (!this.#waiting) this.#tell();
  }

  #tell() {
    const { event, data } = this.#last;
    this.#say(text("said-alarms", { count: this.#count, event, data: data.slice(0, 120) }));
    this.#count = 0;
    this.#waiting = setTimeout(() => {
      this.#waiting = null;
      if (this.#count) this.#tell();
    }, sayAlarmsEvery);
  }
}
