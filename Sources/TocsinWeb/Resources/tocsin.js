/**
 * Alarms of a Tocsin server in a web page: what EventSource does, and what it leaves to the page.
 *
 *     import { connect } from "http://127.0.0.1:5000/tocsin.js";
 *     connect({ user: "tiaz", languages: ["ko", "en"], onAlarm: ({ data }) => console.log(data) });
 *
 * - Every alarm once and in order, also when the server restarts, a proxy refuses, the language changes while the
 *   stream is open, or the page is loaded again.
 * - One stream for all tabs of a browser that want the same, since over HTTP/1.1 a browser opens no more than six
 *   connections to a host.
 * - Where the server asks for a token, the page's own, or a new one for each stream:
 *
 *     const token = async () => {
 *       const answer = await fetch("/token");
 *       return answer.ok ? answer.text() : "";
 *     };
 *     connect({ user: "tiaz", token, onAlarm });
 *
 *   Lists get it in a header, the stream in its URL, since EventSource cannot set one: there the browser's developer
 *   tools show it, so let it be good for a short time. When it has expired or was revoked the stream goes on with a
 *   new one, within about a second, and nothing is lost. Without `token` the browser sends the cookie `tocsin_token`, if
 *   there is one.
 *
 * No dependencies, no globals, no build step. It is one file, so that a page loads it with one request; its parts stand
 * in the order in which they build on each other: what only computes, the token, the server, a stream, the sharing of
 * one, `connect`.
 */

/**
 * @typedef {object} Options
 * @property {string | URL} [server] URL of the server; default: where this module was loaded from.
 * @property {string} [user] Whose stream; without it a stream of topics only.
 * @property {string[]} [topics] Names; default: none.
 * @property {string[]} [languages] Language ranges (RFC 4647), best first; default: the browser's Accept-Language.
 * @property {string[]} [events] Names of events to listen for, `"message"` too where wanted; default: `["alarm"]`.
 * @property {"now" | "earliest" | string} [after] Where the first stream starts if nothing is remembered: after what
 *   there is now (default), with everything that is kept, or after the alarm of this id. A page that shows a list first
 *   gives the list's `head`, so that nothing falls between the two.
 * @property {Token} [token] What the server is shown; default: nothing, but for cookies.
 * @property {boolean} [share] Whether tabs that want the same have one stream together; default: true. A tab with a token
 *   has a part in it once the server lets that token in, whichever tab's token the stream was opened with.
 * @property {boolean} [remember] Whether a page that is loaded again goes on where it was; default: true.
 * @property {boolean} [withCredentials] Whether cookies go to a server of another origin; default: false.
 * @property {(alarm: {id: string, event: string, data: string}) => void} [onAlarm] `data` is the text as sent.
 * @property {(text: string) => void} [onGreeting] What the server says first to a user, each time a stream opens.
 * @property {(entry: {id: string, alarm: string}) => void} [onWithdrawn] The alarm of id `alarm` holds no longer.
 * @property {(reset: {reason: "expired" | "unknown", head: string}) => void} [onReset] Alarms up to `head` may have
 *   been missed: fetch the list. Later ones follow.
 * @property {(state: State) => void} [onState] Called with the new state whenever anything in it changes.
 */

/**
 * @typedef {string | null | (() => string | Promise<string>)} Token An access token; null for none, so that a cookie
 *   counts; "" for none until `setToken`. A function is called for each new stream, and when one is refused. With "" it
 *   says that there is none at present. Where it throws, returns what cannot be one, or says nothing for 30 seconds, the
 *   state tells it, and it is called again, at growing intervals.
 */

/**
 * @typedef {object} State
 * @property {"connecting" | "open" | "waiting" | "refused" | "replaced" | "closed"} phase `waiting` for the next try;
 *   `refused` when the server says that it will not have this; `replaced` when another stream took this one's place,
 *   after which nothing comes until something is changed.
 * @property {"own" | "leader" | "follower"} role Whether the stream is this page's own, shared with other tabs, or
 *   theirs.
 * @property {null | {from: string, alarms: number}} resumed The id after which the stream went on when it was last
 *   opened, and how many alarms were caught up since; null where it began anew.
 * @property {number} opened How often it was opened.
 * @property {number | null} retryAt When the next try is, while waiting: milliseconds since 1970. While refused, null where
 *   trying again cannot help: a token that is a text stays what it is until `setToken`. A function is asked for another
 *   one, and a cookie may be another, for 401 and 403, at last up to five minutes apart.
 * @property {null | {status: number | null, detail: string}} refusal Why it is refused: the status and what the server
 *   says to it (RFC 9457), which is for developers. 401 is for the token, 403 for what it does not allow. While waiting
 *   for a function that has given no token, the status is null and the detail says why. Else null.
 */

// MARK: What only computes

/** Milliseconds that two tries to connect are apart at most. */
const LONGEST_DELAY = 30_000;
/** The same after a refusal, which seldom ends by itself. */
const LONGEST_REFUSED_DELAY = 300_000;
/** Milliseconds for which a token serves for another stream: a page that begins needs one several times. */
const FRESH = 10_000;
/** Milliseconds that a function has to give one. */
const TOKEN_ANSWER = 30_000;
/** Milliseconds by which the clocks of page and server may differ, where it is to be told that a token has expired. */
const SKEW = 1_000;
/** Milliseconds of silence after which a tab asks whether the one with the stream is still there. */
const QUIET = 5_000;
/** Milliseconds that one has to answer. */
const ANSWER = 3_000;
/** Names that the server keeps to itself, or EventSource uses. */
const RESERVED = ["position", "reset", "replaced", "withdrawn", "open", "error"];

/**
 * Compares two alarm ids: less than, equal to or greater than 0 as `a` is older than, the same as or newer than `b`.
 *
 * Their numbers have up to 20 digits, which a Number does not hold exactly. `null` is before every id.
 *
 * @param {string | null} a
 * @param {string | null} b
 * @returns {number}
 */
export function compareIds(a, b) {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  const [highA, lowA] = a.split("-");
  const [highB, lowB] = b.split("-");
  return compareDigits(highA, highB) || compareDigits(lowA, lowB);
}

/** Without leading zeros, more digits are more. */
function compareDigits(a, b) {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** The id in a text, which may be `earliest` or nothing: those are before every id. */
function idIn(text) {
  return /^\d+-\d+$/.test(text) ? text : null;
}

/**
 * Up to where a reader that is at `last` has everything once it took `message`.
 *
 * Ids grow, so what does not move it was there already. Only a reset may take it back, after a restored backup; such a
 * server gives no id twice, so nothing comes twice by that.
 */
function positionAfter(last, { kind, id }) {
  if (id === undefined) return last;
  return kind === "reset" || compareIds(id, last) > 0 ? id : last;
}

/**
 * Milliseconds to wait before a try, after `failures`: any part of a span that doubles, so that pages do not come at
 * once.
 */
function backoff(failures, longest = LONGEST_DELAY) {
  return Math.random() * Math.min(longest, 1_000 * 2 ** failures);
}

/** Counts the alarms after a resume that were published before it. */
class CatchUp {
  #head = undefined;
  #ids = [];
  alarms = 0;

  alarm(id) {
    if (this.#head === undefined) this.#ids.push(id);
    else if (compareIds(id, this.#head) <= 0) this.alarms += 1;
  }

  /** Tells the newest id of the time; those that came before it was known are counted now. */
  head(id) {
    if (this.#head !== undefined) return;
    this.#head = id;
    this.#ids.splice(0).forEach(id => this.alarm(id));
  }
}

/**
 * The text of each alarm's data in a list, as a stream would have sent it.
 *
 * Parsing and writing it again would change numbers and the order of members, so JSON is cut out as it stands.
 *
 * @param {string} json `{"alarms":[{…,"data":…},…],…}`
 * @param {{data: unknown}[]} alarms The same, parsed.
 * @returns {string[]}
 */
function dataTexts(json, alarms) {
  const texts = [];
  let depth = 0;
  let start = -1;
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]+|\\.)*"\s*:?|[{}[\],]/g)) {
    if (start >= 0 && depth === 3 && (token === "," || token === "}")) {
      texts.push(json.slice(start, index).trim());
      start = -1;
    }
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    else if (depth === 3 && /^"data"\s*:$/.test(token)) start = index + token.length;
  }
  // A stream sends text line by line, whatever ends its lines.
  return alarms.map(({ data }, at) => (typeof data === "string" ? data.replace(/\r\n?/g, "\n") : texts[at]));
}

// MARK: What the browser has

/** Waits; less when the network is back or `signal` is aborted. */
function pause(milliseconds, signal) {
  return new Promise(resolve => {
    const over = new AbortController();
    const finish = () => {
      clearTimeout(timer);
      over.abort();
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    addEventListener("online", finish, { signal: over.signal });
    signal.addEventListener("abort", finish, { signal: over.signal });
  });
}

/** Waits until `signal` is aborted. */
function end(signal) {
  return new Promise(resolve => (signal.aborted ? resolve() : signal.addEventListener("abort", resolve)));
}

/** The tab's storage, which may be forbidden, or full: then nothing is remembered. */
const storage = {
  get(key) {
    try {
      return sessionStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      sessionStorage.setItem(key, value);
    } catch {
      // Works without.
    }
  },
};

/**
 * An id for `?client=`, by which the server knows that a new stream is in place of an older one.
 *
 * It must be nobody else's, or the two would replace each other; yet a duplicated tab begins with a copy of the
 * storage, and a page may connect twice. So its holder has a Web Lock on it until `signal` is aborted, and who finds it
 * taken makes another. Without Web Locks each page makes one.
 */
async function claimClient(key, signal) {
  const make = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), byte => byte.toString(36)).join("");
  if (!navigator.locks) return make();
  for (let client = storage.get(key) ?? make(); ; client = make()) {
    const isOurs = await new Promise(resolve => {
      const hold = lock => {
        resolve(lock !== null);
        return lock && end(signal);
      };
      // Refused altogether where the page may not have storage either, so that the id is new.
      navigator.locks.request(`tocsin client ${client}`, { ifAvailable: true }, hold).catch(() => resolve(true));
    });
    if (isOurs) {
      storage.set(key, client);
      return client;
    }
  }
}

// MARK: The token

/** There is no token to show, since the function for it gave none; the message has its reason. */
class NoToken extends Error {
  constructor(cause) {
    super(`${cause?.message ?? cause}; the function for the token is called again`);
  }
}

/** The token that requests show: a text, or what a function gives, which is kept until it is refused. */
class TokenSource {
  #source;
  /** A promise of the one that was given last, and when that was. */
  #given = null;
  #givenAt = 0;
  /** Whether the page was told that its function fails, which it does over and over while an application is away. */
  #isReported = false;

  /** @param {Token} source */
  constructor(source) {
    if (source !== null && typeof source !== "function") checkedToken(source);
    this.#source = source;
  }

  /** Whether one is shown; else a cookie may be. */
  get isShown() {
    return this.#source !== null && this.#source !== "";
  }

  /** Whether there may be another one later. */
  get mayChange() {
    return typeof this.#source !== "string";
  }

  /**
   * @param {boolean} isForStream Whether it is to be good for long, and so given just now.
   * @returns {Promise<string>} Empty where there is none.
   * @throws {NoToken}
   */
  get(isForStream) {
    if (isForStream && Date.now() - this.#givenAt > FRESH) this.drop();
    if (this.#given === null) {
      const given = (this.#given = this.#ask());
      this.#givenAt = Date.now();
      given.catch(() => this.#given === given && this.drop());
    }
    return this.#given;
  }

  /** Asks for another one next time. */
  drop() {
    this.#given = null;
  }

  async #ask() {
    if (typeof this.#source !== "function") return checkedToken(this.#source ?? "");
    try {
      const token = checkedToken(await inTime(this.#source(), TOKEN_ANSWER));
      this.#isReported = false;
      return token;
    } catch (error) {
      if (!this.#isReported) reportError(error);
      this.#isReported = true;
      throw new NoToken(error);
    }
  }
}

/** What is promised, unless it takes longer than so many milliseconds. */
async function inTime(promise, milliseconds) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`token: none came in ${milliseconds / 1_000} seconds`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A text that can stand in a header; what is wrong with it is said without it. */
function checkedToken(token) {
  if (typeof token !== "string") throw new TypeError("token: give a text, or a function that returns one");
  const text = token.trim();
  if (!/^[!-~]*$/.test(text)) throw new TypeError("token: an access token has no spaces and none but ASCII characters");
  return text;
}

/** When a token (RFC 7519) expires, in milliseconds since 1970; NaN where it does not say. */
function expiryOf(token) {
  try {
    return 1_000 * JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).exp;
  } catch {
    return NaN;
  }
}

/** Whether a token has expired since then. Where the clock is so wrong that it had before, it tells nothing. */
function hasExpired(token, since) {
  const expiry = expiryOf(token) - SKEW;
  return since < expiry && expiry <= Date.now();
}

// MARK: The server

/** The server's own word that it will not have a request; a proxy's may be over soon. */
class Refusal extends Error {
  constructor({ status, detail }) {
    super(detail);
    this.status = status;
  }

  /** What of an answer is one, or null. @returns {Promise<Refusal | null>} */
  static async in(answer) {
    const isProblem = answer.headers.get("Content-Type")?.startsWith("application/problem+json");
    if (!isProblem || answer.status >= 500 || [408, 429].includes(answer.status)) return null;
    const text = await answer.text();
    return new Refusal({ status: answer.status, detail: text && String(JSON.parse(text).detail) });
  }
}

/** The addresses of a server, and its lists. */
class Server {
  #credentials;
  token;

  constructor(url, withCredentials, token) {
    this.url = new URL(url, location.href);
    if (!this.url.pathname.endsWith("/")) this.url.pathname += "/";
    this.withCredentials = withCredentials;
    this.#credentials = withCredentials ? "include" : "same-origin";
    this.token = token;
  }

  #address(path, parameters) {
    const url = new URL(path, this.url);
    for (const [name, value] of parameters) {
      if (value !== null && value !== "") url.searchParams.append(name, value);
    }
    return url;
  }

  /** @param {string | null} after The id that the stream resumes after; null for everything that is kept. */
  stream(wants, after, client, token) {
    // A new EventSource has no last event id of its own, so it is in the address. When the browser reconnects by itself
    // it sends its header, which is newer and wins.
    return this.#streamAddress(wants, [
      ["client", wants.user === null ? null : client],
      ["last_event_id", after ?? "earliest"],
      ["access_token", token],
    ]);
  }

  #streamAddress({ user, topics, languages }, parameters) {
    return this.#address(user === null ? "events" : `connection/${encodeURIComponent(user)}`, [
      ...topics.map(topic => ["topic", topic]),
      ["lang", languages.join(",")],
      ...parameters,
    ]);
  }

  #ask(url, token, signal, method = "GET") {
    const headers = token === "" ? {} : { Authorization: `Bearer ${token}` };
    return fetch(url, { method, headers, signal, cache: "no-store", credentials: this.#credentials });
  }

  /**
   * Whether the server will not have a stream with this token, which EventSource does not tell.
   *
   * HEAD is answered as a stream would be, opens none, and takes no other's place.
   *
   * @throws where nobody can tell at present.
   */
  async refuses(wants, token, signal) {
    const head = await this.#ask(this.#streamAddress(wants, []), token, signal, "HEAD");
    if (head.status >= 500) throw new Error(`HTTP ${head.status}`);
    return (await Refusal.in(head)) !== null;
  }

  /**
   * Why the server will not have a stream; null where nothing is known against it.
   *
   * HEAD has no body to say why: GET has, where it is refused.
   *
   * @throws where nobody can tell at present.
   */
  async refusal(wants, signal) {
    const token = await this.token.get(true);
    if (!(await this.refuses(wants, token, signal))) return null;
    const answer = await this.#ask(this.#streamAddress(wants, []), token, signal);
    const refusal = await Refusal.in(answer);
    if (refusal === null) await answer.body?.cancel();
    return refusal;
  }

  /** One page of a list; several topics without a user have several lists. */
  async #page({ user, topics, languages }, topic, parameters, signal) {
    const owner = user === null ? `topics/${encodeURIComponent(topic)}` : `users/${encodeURIComponent(user)}`;
    const named = user === null ? [] : topics.map(topic => ["topic", topic]);
    const url = this.#address(`${owner}/alarms`, [...named, ["lang", languages.join(",")], ...parameters]);
    let answer = await this.#ask(url, await this.token.get(), signal);
    if (answer.status === 401 && this.token.isShown && this.token.mayChange) {
      // It may have expired since it was given.
      this.token.drop();
      answer = await this.#ask(url, await this.token.get(), signal);
    }
    if (!answer.ok) throw (await Refusal.in(answer)) ?? new Error(`HTTP ${answer.status}`);
    const json = await answer.text();
    const page = JSON.parse(json);
    const texts = dataTexts(json, page.alarms);
    const entries = page.alarms.map(({ id, event }, at) => ({ id, event, data: texts[at] }));
    return { entries, next: page.next, head: page.head, reset: page.reset };
  }

  /** The id of the newest alarm of all. */
  async head(wants, signal) {
    return (await this.#page(wants, wants.topics[0], [["limit", 1], ["order", "newest"]], signal)).head;
  }

  async *#list(wants, topic, after, signal) {
    for (let next = after ?? ""; next !== null; ) {
      const page = await this.#page(wants, topic, [["after", next]], signal);
      // Before every id, so that it is the first in whatever order lists are merged.
      if (page.reset) yield { id: null, reset: page.reset };
      yield* page.entries;
      next = page.next;
    }
  }

  /** What a stream would have sent after an id, oldest first and each once; `{reset}` where it would have sent that. */
  async *entries(wants, after, signal) {
    const lists = (wants.user === null ? wants.topics : [null]).map(topic => this.#list(wants, topic, after, signal));
    const fronts = await Promise.all(lists.map(list => list.next()));
    for (;;) {
      const open = fronts.filter(front => !front.done).map(front => front.value);
      if (open.length === 0) return;
      const least = open.reduce((a, b) => (compareIds(b.id, a.id) < 0 ? b : a));
      yield least;
      for (const [at, front] of fronts.entries()) {
        if (!front.done && front.value.id === least.id) fronts[at] = await lists[at].next();
      }
    }
  }
}

// MARK: One reader

/**
 * What one page has been given: it takes messages, from a stream or from the tab that has it, and calls the page.
 *
 * Messages are `{kind: "phase", phase, retryAt, refusal}`, `{kind: "open", from}`, `{kind: "head", head}`,
 * `{kind: "greeting", text}` and `{kind: "replaced"}`; and with the id up to which everything is there then,
 * `{kind: "position", id}`, `{kind: "event", id, event, data}` and `{kind: "reset", id, reason}`.
 */
class Reader {
  /** Up to where everything was given to the page: an id, null for the beginning, undefined before it is known. */
  last = undefined;
  /** Whether the first stream goes on from an earlier page. */
  resumes = false;
  state = Object.freeze({
    phase: "connecting", role: "own", resumed: null, opened: 0, retryAt: null, refusal: null,
  });
  #callbacks;
  #onProgress;
  #onReplaced;
  #catchUp = null;

  constructor(callbacks, onProgress, onReplaced) {
    this.#callbacks = callbacks;
    this.#onProgress = onProgress;
    this.#onReplaced = onReplaced;
  }

  #call(name, value) {
    try {
      this.#callbacks[name]?.(value);
    } catch (error) {
      // A fault of the page must not cost it the next alarm.
      reportError(error);
    }
  }

  change(changes) {
    const all = "phase" in changes ? { refusal: null, ...changes } : changes;
    if (Object.keys(all).every(key => this.state[key] === all[key])) return;
    this.state = Object.freeze({ ...this.state, ...all });
    this.#call("onState", this.state);
  }

  moveTo(id) {
    this.last = id;
    this.#onProgress(id);
  }

  #countCaughtUp(count) {
    const before = this.#catchUp?.alarms;
    if (this.#catchUp) count(this.#catchUp);
    if (this.#catchUp?.alarms !== before) {
      this.change({ resumed: Object.freeze({ ...this.state.resumed, alarms: this.#catchUp.alarms }) });
    }
  }

  take(message) {
    const before = this.last;
    const after = positionAfter(before, message);
    if (after !== before) this.moveTo(after);
    else if (message.kind === "event") return;
    switch (message.kind) {
      case "phase":
        return this.change({ phase: message.phase, retryAt: message.retryAt, refusal: message.refusal ?? null });
      case "open": {
        // It begins anew where a reset follows: nobody knows what was missed.
        const isResumed = message.from !== undefined && (this.resumes || this.state.opened > 0);
        this.#catchUp = isResumed ? new CatchUp() : null;
        const resumed = isResumed ? Object.freeze({ from: message.from ?? "earliest", alarms: 0 }) : null;
        return this.change({ phase: "open", retryAt: null, opened: this.state.opened + 1, resumed });
      }
      case "head":
        return this.#countCaughtUp(catchUp => catchUp.head(message.head));
      case "greeting":
        return this.#call("onGreeting", message.text);
      case "event":
        return this.#give(message);
      case "reset":
        return this.#call("onReset", { reason: message.reason, head: message.id });
      case "replaced":
        this.#onReplaced();
        return this.change({ phase: "replaced", retryAt: null });
    }
  }

  #give({ id, event, data }) {
    if (event === "withdrawn") return this.#call("onWithdrawn", { id, alarm: JSON.parse(data).id });
    this.#call("onAlarm", { id, event, data });
    this.#countCaughtUp(catchUp => catchUp.alarm(id));
  }
}

// MARK: A stream

/** An EventSource that is made anew when it is closed for good, until `signal` is aborted; tells `emit` what it has. */
class Stream {
  #server;
  #wants;
  #client;
  #reader;
  #onRefused;
  #emit;
  #signal;
  #failures = 0;
  #opening = new AbortController();
  /** Ends the look at why a stream broke. */
  #looking = new AbortController();

  /** @param {(refusal: Refusal) => void} onRefused Called where the server will not have it. */
  constructor({ server, wants, client, reader, onRefused, signal }, emit) {
    this.#server = server;
    this.#wants = wants;
    this.#client = client;
    this.#reader = reader;
    this.#onRefused = onRefused;
    this.#signal = signal;
    // A callback of the page may end this between two messages.
    this.#emit = message => signal.aborted || emit(message);
    this.#open();
  }

  async #open() {
    const signal = this.#signal;
    let token;
    try {
      token = await this.#server.token.get(true);
    } catch (error) {
      return this.#reopen(error);
    }
    if (signal.aborted) return;
    const source = new EventSource(this.#server.stream(this.#wants, this.#reader.last, this.#client, token), {
      withCredentials: this.#server.withCredentials,
    });
    // With its listeners gone, what a closed source has still queued does not come.
    signal.addEventListener("abort", () => source.close());
    const on = (names, handle) => names.forEach(name => source.addEventListener(name, handle, { signal }));
    const madeAt = Date.now();
    let hasBegun = false;
    let last = null;
    const begin = from => {
      if (hasBegun) return;
      hasBegun = true;
      this.#looking.abort();
      this.#failures = 0;
      this.#emit({ kind: "open", from });
      this.#tellHead();
    };
    on(["error"], () => {
      const isBroken = hasBegun;
      hasBegun = false;
      this.#looking.abort();
      if (source.readyState === EventSource.CLOSED) return this.#reopen();
      this.#emit({ kind: "phase", phase: "connecting", retryAt: null });
      if (isBroken && token !== "") this.#lookAtToken(source, token, madeAt);
    });
    on(["position"], ({ lastEventId }) => {
      last = idIn(lastEventId);
      begin(last);
      this.#emit({ kind: "position", id: last });
    });
    on(["reset"], ({ data, lastEventId }) => {
      begin(undefined);
      last = lastEventId;
      this.#emit({ kind: "reset", id: lastEventId, reason: JSON.parse(data).reason });
    });
    on(["replaced"], () => this.#emit({ kind: "replaced" }));
    const { events } = this.#wants;
    on([...new Set([...events, "withdrawn", "message"])], ({ type, data, lastEventId }) => {
      const id = idIn(lastEventId);
      // A greeting has no id, and EventSource gives the one before: that of the position with which the stream began,
      // or, where a reset follows, any older one.
      if (type === "message" && !(hasBegun && compareIds(id, last) > 0)) {
        return this.#emit({ kind: "greeting", text: data });
      }
      last = id;
      const isWanted = type !== "message" || events.includes(type);
      this.#emit(isWanted ? { kind: "event", id, event: type, data } : { kind: "position", id });
    });
  }

  /**
   * After a break the browser comes back by itself, when the server told it to, so that not all come at once; but with
   * the token in its URL. Where that serves no longer it would only be refused, and nothing is gained by waiting.
   */
  async #lookAtToken(source, token, madeAt) {
    if (this.#signal.aborted) return;
    const looking = (this.#looking = new AbortController());
    const { signal } = looking;
    this.#signal.addEventListener("abort", () => looking.abort(), { signal });
    const isOver = hasExpired(token, madeAt);
    // Tokens are good up to a whole second, so that those of many pages expire together.
    await pause(backoff(isOver ? -1 : 0), signal);
    if (signal.aborted) return;
    // Where nobody can tell, the browser goes on trying.
    const isRefused = isOver || (await this.#server.refuses(this.#wants, token, signal).catch(() => false));
    if (signal.aborted || !isRefused) return;
    source.close();
    this.#openAnew().catch(error => this.#reopen(error));
  }

  /**
   * The browser does not come back by itself after an answer that is no stream: a proxy's 502, or a 401 when the token in
   * its URL has expired.
   */
  async #reopen(error = null) {
    while (!this.#signal.aborted) {
      await waitAndTell(this.#failures++, this.#signal, this.#emit, error);
      try {
        return await this.#openAnew();
      } catch (another) {
        // Away, too: later.
        error = another;
      }
    }
  }

  /** @throws where nobody can tell at present whether the server would have it, or where there is no token. */
  async #openAnew() {
    if (this.#signal.aborted) return;
    this.#server.token.drop();
    const refusal = await this.#server.refusal(this.#wants, this.#signal);
    if (this.#signal.aborted) return;
    if (refusal === null) this.#open();
    else this.#onRefused(refusal);
  }

  /** Tells what had been published when the stream was opened. */
  async #tellHead() {
    this.#opening.abort();
    const { signal } = (this.#opening = new AbortController());
    let head;
    try {
      head = await this.#server.head(this.#wants, signal);
    } catch {
      head = this.#reader.last;
    }
    if (!signal.aborted) this.#emit({ kind: "head", head });
  }
}

/** Waits before the next try, after `failures`, and says so, and why where the page can help it. */
async function waitAndTell(failures, signal, emit, error = null) {
  const delay = backoff(failures);
  const refusal = error instanceof NoToken ? Object.freeze({ status: null, detail: error.message }) : null;
  emit({ kind: "phase", phase: "waiting", retryAt: Date.now() + delay, refusal });
  await pause(delay, signal);
  if (!signal.aborted) emit({ kind: "phase", phase: "connecting", retryAt: null });
}

// MARK: Sharing a stream

/*
 * Tabs that want the same know each other by a Web Lock and a BroadcastChannel of one name. Who holds the lock leads:
 * it has the stream and passes on all that comes. The others follow, and wait for the lock.
 *
 * A leader has a term, greater than those before. Notes on the channel:
 *
 *     {type: "hello"}                              is there a leader?
 *     {type: "lead", term, at, phase, …}           there is, and it has everything up to `at`
 *     {type: "pass", term, before, at, message}    what came, and where this takes a follower from and to
 *
 * A follower whose own place is not `before` missed something and says hello again. What lies between its last alarm
 * and where the leader is, it takes from the list; what the leader passes on meanwhile waits.
 *
 * Nothing of a token is in names or notes but whether there is one, so that a tab without is not given what another's
 * opened. Tabs with tokens are let in by their own, each, before they come here; with which the stream is opened then does
 * not matter, since they want the same. A tab that is refused leaves, and the next one leads with its own token.
 */

/** Has the stream, and tells the others, until `signal` is aborted. */
class Leader {
  #term;
  #reader;
  #post;
  #greeting = null;

  constructor({ term, reader, post, openStream, signal }) {
    this.#term = term;
    this.#reader = reader;
    this.#post = post;
    reader.change({ role: "leader", phase: "connecting", retryAt: null });
    this.announce();
    openStream(async message => {
      // Where only a user's newest stream stays, a tab that took the lead took the stream's place as well. This one is
      // to follow then, and the answer comes after the news that its lock is lost.
      if (message.kind === "replaced") await navigator.locks.query();
      if (!signal.aborted) this.#pass(message);
    }, signal);
  }

  announce() {
    const { phase, retryAt } = this.#reader.state;
    this.#post({ type: "lead", term: this.#term, at: this.#reader.last, phase, retryAt, greeting: this.#greeting });
  }

  #pass(message) {
    if (message.kind === "greeting") this.#greeting = message.text;
    const before = this.#reader.last;
    // What is wrong with the token of this tab is nobody else's business, and may have something of it.
    const { refusal, ...passed } = message;
    // First, since the page may close the connection when it is given the message.
    this.#post({ type: "pass", term: this.#term, before, at: positionAfter(before, message), message: passed });
    this.#reader.take(message);
  }
}

/** Reads what the leader passes on, until `signal` is aborted. */
class Follower {
  #reader;
  #entries;
  #ask;
  #steal;
  #onRefused;
  #signal;
  /** The leader that is followed, 0 for none, and where it is. */
  #term = 0;
  #at = null;
  #queue = [];
  #isTaking = false;
  #timer;

  /**
   * @param {(after: string | null, signal: AbortSignal) => AsyncIterable<object>} entries What the list has.
   * @param {() => void} ask Says hello.
   * @param {() => void} steal Takes the lead from a tab that does not answer.
   * @param {(refusal: Refusal) => void} onRefused Called where the server will not let it have the list.
   */
  constructor({ reader, entries, ask, steal, onRefused, signal }) {
    this.#reader = reader;
    this.#entries = entries;
    this.#ask = ask;
    this.#steal = steal;
    this.#onRefused = onRefused;
    this.#signal = signal;
    reader.change({ role: "follower" });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
    globalThis.document?.addEventListener("visibilitychange", () => this.#isSeen && this.#askForLeader(), { signal });
    this.#askForLeader();
  }

  get #isSeen() {
    return globalThis.document?.visibilityState !== "hidden";
  }

  #askForLeader() {
    clearTimeout(this.#timer);
    // A tab that was frozen holds its lock and says nothing. Only one that is looked at takes it, so that tabs in the
    // background, whose own timers are late, do not take it from each other.
    this.#timer = setTimeout(() => (this.#isSeen ? this.#steal() : this.#askLater()), ANSWER);
    this.#ask();
  }

  #askLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#askForLeader(), QUIET);
  }

  receive(note) {
    const isFollowed = note.term === this.#term;
    if (note.type === "lead") {
      this.#askLater();
      if (isFollowed && note.at === this.#at) return;
      this.#term = note.term;
    } else if (isFollowed && note.before === this.#at) {
      this.#askLater();
    } else {
      if (this.#term !== 0) this.#lose();
      return;
    }
    this.#at = note.at;
    this.#queue.push(note);
    this.#takeQueue();
  }

  #lose() {
    this.#term = 0;
    this.#queue = [];
    this.#askForLeader();
  }

  async #takeQueue() {
    if (this.#isTaking) return;
    this.#isTaking = true;
    while (this.#queue.length > 0 && !this.#signal.aborted) {
      const note = this.#queue.shift();
      if (note.type === "pass") {
        this.#reader.take(note.message);
        continue;
      }
      try {
        await this.#join(note);
      } catch (error) {
        // The list cannot be had: what waits could not be given in order. The next hello begins again.
        if (!this.#signal.aborted) this.#term = 0;
        this.#queue = [];
        if (error instanceof Refusal && !this.#signal.aborted) this.#onRefused(error);
      }
    }
    this.#isTaking = false;
  }

  /** Comes to where the leader was when it wrote the note. */
  async #join({ at, phase, retryAt, greeting }) {
    const reader = this.#reader;
    if (phase === "open") reader.take({ kind: "open", from: reader.last });
    else reader.take({ kind: "phase", phase, retryAt });
    reader.take({ kind: "head", head: at });
    if (greeting !== null) reader.take({ kind: "greeting", text: greeting });
    if (compareIds(reader.last, at) >= 0) return;
    for await (const entry of this.#entries(reader.last, this.#signal)) {
      if (this.#signal.aborted) return;
      if (entry.reset) return reader.take({ kind: "reset", id: at, reason: entry.reset });
      // What is newer the leader passes on; one topic's list may have been read later than another's.
      if (compareIds(entry.id, at) > 0) break;
      reader.take({ kind: "event", ...entry });
    }
    if (!this.#signal.aborted) reader.take({ kind: "position", id: at });
  }
}

/** This tab among those that want the same: it follows, or leads, until `signal` is aborted. */
class Share {
  #name;
  #reader;
  #entries;
  #openStream;
  #onRefused;
  #onNoLocks;
  #signal;
  #channel;
  #term = 0;
  #leader = null;
  #follower = null;
  /** Ends what this tab does as follower or leader. */
  #turn = new AbortController();

  /**
   * @param {(emit: (message: object) => void, signal: AbortSignal) => void} openStream
   * @param {(refusal: Refusal) => void} onRefused Called where the server will not have this tab.
   * @param {() => void} onNoLocks Called where the browser has Web Locks, but not for this page.
   */
  constructor({ name, reader, entries, openStream, onRefused, onNoLocks, signal }) {
    this.#name = name;
    this.#reader = reader;
    this.#entries = entries;
    this.#openStream = openStream;
    this.#onRefused = onRefused;
    this.#onNoLocks = onNoLocks;
    this.#signal = signal;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => this.#receive(data);
    signal.addEventListener("abort", () => {
      this.#turn.abort();
      this.#channel.close();
    });
    this.#follow();
  }

  #post(note) {
    if (!this.#signal.aborted) this.#channel.postMessage(note);
  }

  #receive(note) {
    if (this.#signal.aborted) return;
    if (note.type === "hello") return this.#leader?.announce();
    // One that was frozen while another took the lead may still be talking.
    if (note.term < this.#term) return;
    this.#term = note.term;
    this.#follower?.receive(note);
  }

  #nextTurn() {
    this.#turn.abort();
    this.#turn = new AbortController();
    this.#leader = this.#follower = null;
    return this.#turn.signal;
  }

  #follow() {
    const signal = this.#nextTurn();
    this.#request({ signal });
    this.#follower = new Follower({
      reader: this.#reader,
      entries: this.#entries,
      ask: () => this.#post({ type: "hello" }),
      steal: () => {
        this.#nextTurn();
        this.#request({ steal: true });
      },
      onRefused: this.#onRefused,
      signal,
    });
  }

  /**
   * After a stream was replaced nobody is to open another by itself. Who waits for the lock gives up when it hears of
   * that, which may be later than when it would have the lock.
   */
  #letOthersHear() {
    const isReplaced = this.#reader.state.phase === "replaced";
    return isReplaced && new Promise(resolve => setTimeout(resolve, ANSWER));
  }

  /** Leads when the lock is granted. */
  #request(options) {
    let leader = null;
    const lead = () => {
      if (this.#signal.aborted) return undefined;
      const signal = this.#nextTurn();
      this.#term = Math.max(Date.now(), this.#term + 1);
      const post = note => this.#post(note);
      leader = new Leader({ term: this.#term, reader: this.#reader, post, openStream: this.#openStream, signal });
      this.#leader = leader;
      return end(signal).then(() => this.#letOthersHear());
    };
    navigator.locks.request(this.#name, options, lead).catch(() => {
      if (this.#signal.aborted) return;
      if (leader !== null) {
        // Another tab took the lead when this one did not answer.
        if (this.#leader === leader) this.#follow();
      } else if (!options.signal?.aborted) {
        this.#onNoLocks();
      }
    });
  }
}

// MARK: A connection

/** What {@link connect} returns. */
class Connection {
  #server;
  #wants;
  #after;
  #share;
  #remember;
  #keys = new Set();
  #reader;
  /** Ends everything that is open. */
  #run = new AbortController();
  /** The id for `?client=`, which stays when streams are opened anew, and what gives it back. */
  #client = null;
  #hold = new AbortController();
  #ended = new AbortController();

  /** @param {Options} options */
  constructor({
    server = new URL(".", import.meta.url),
    user = null,
    topics = [],
    languages = [],
    events = ["alarm"],
    after = "now",
    token = null,
    share = true,
    remember = true,
    withCredentials = false,
    ...callbacks
  }) {
    this.#server = new Server(server, withCredentials, new TokenSource(token));
    this.#wants = checkedWants({ user, topics, languages, events });
    if (after !== "now" && after !== "earliest" && idIn(after) === null) {
      throw new TypeError(`after: "${after}" is neither the id of an alarm nor "now" or "earliest"`);
    }
    this.#after = after;
    this.#share = share && Boolean(navigator.locks && globalThis.BroadcastChannel);
    this.#remember = remember;
    this.#keys.add(this.#key);
    this.#reader = new Reader(
      callbacks,
      () => this.#save(),
      () => this.#run.abort(),
    );
    const { signal } = this.#ended;
    // A page that is left gives up its stream and its locks. The browser may keep it and show it again.
    addEventListener("pagehide", () => this.#release(), { signal });
    const returns = ({ persisted }) => persisted && this.state.phase !== "replaced" && this.#restart();
    addEventListener("pageshow", returns, { signal });
    this.#restart();
  }

  /** What is going on; a new object whenever anything changes. @returns {State} */
  get state() {
    return this.#reader.state;
  }

  /** The id up to which everything was given; null before one is known. @returns {string | null} */
  get lastEventId() {
    return this.#reader.last ?? null;
  }

  /**
   * Goes on in other languages, best first: with the next alarm, nothing lost or given twice.
   *
   * @param {string[]} languages
   */
  setLanguages(languages) {
    this.#change({ languages });
  }

  /** Goes on with other topics. @param {string[]} topics */
  setTopics(topics) {
    this.#change({ topics });
  }

  /**
   * Goes on with another token, after what was given last. Without one, with the cookie that there is now.
   *
   * @param {Token} [token]
   */
  setToken(token = null) {
    const source = new TokenSource(token);
    if (this.#ended.signal.aborted) return;
    this.#server = new Server(this.#server.url, this.#server.withCredentials, source);
    this.#restart();
  }

  /** Goes on with events of one more name. @param {string} name */
  listen(name) {
    this.#change({ events: [...this.#wants.events, name] });
  }

  /** Ends it for good. */
  close() {
    this.#ended.abort();
    this.#release();
    this.#reader.change({ phase: "closed", retryAt: null });
  }

  #change(changes) {
    const wants = checkedWants({ ...this.#wants, ...changes });
    const isSame = JSON.stringify(wants) === JSON.stringify(this.#wants);
    const isStopped = ["refused", "replaced"].includes(this.state.phase);
    if (this.#ended.signal.aborted || (isSame && !isStopped)) return;
    this.#wants = wants;
    if (this.#reader.last !== undefined) this.#save();
    this.#restart();
  }

  #release() {
    this.#run.abort();
    this.#hold.abort();
    this.#client = null;
  }

  /** Where the position of who wants this is kept; languages may change from one page to the next. */
  get #key() {
    const { user, topics, events } = this.#wants;
    return `tocsin after ${JSON.stringify([this.#server.url, user, topics, events])}`;
  }

  /** Remembers it for what was wanted before, too: a page that is loaded again may begin with that. */
  #save() {
    if (!this.#remember) return;
    this.#keys.add(this.#key).forEach(key => storage.set(key, this.#reader.last ?? "earliest"));
  }

  /** Begins again after what was given last, when the caller has said all it has to say; after a refusal later. */
  #restart(refusal = null) {
    this.#run.abort();
    const { signal } = (this.#run = new AbortController());
    if (!this.#share) this.#reader.change({ role: "own" });
    if (refusal === null) this.#reader.change({ phase: "connecting", retryAt: null });
    queueMicrotask(() => this.#start(refusal, signal));
  }

  async #start(refusal, signal) {
    if (signal.aborted) return;
    // Cookies are those of all tabs, so that a stream of another is for this one, too.
    if (refusal !== null || this.#server.token.isShown) await this.#enter(refusal, signal);
    if (signal.aborted) return;
    if (this.#reader.last === undefined) await this.#findStart(signal);
    if (signal.aborted) return;
    if (this.#client === null) {
      this.#hold = new AbortController();
      this.#client = claimClient(`tocsin client ${this.#server.url} ${this.#wants.user}`, this.#hold.signal);
    }
    const client = await this.#client;
    if (signal.aborted) return;
    const [server, wants, reader] = [this.#server, this.#wants, this.#reader];
    const onRefused = refusal => this.#restart(refusal);
    const openStream = (emit, signal) => new Stream({ server, wants, client, reader, onRefused, signal }, emit);
    if (!this.#share) {
      openStream(message => reader.take(message), signal);
      return;
    }
    new Share({
      name: `tocsin ${JSON.stringify([server.url, server.withCredentials, server.token.isShown, wants])}`,
      reader,
      entries: (after, signal) => entriesOf(server, wants, after, signal),
      openStream,
      onRefused,
      onNoLocks: () => {
        this.#share = false;
        this.#restart();
      },
      signal,
    });
  }

  /** Comes back when the server lets this page in, as far as one can tell, or `signal` is aborted. */
  async #enter(refusal, signal) {
    const { token } = this.#server;
    for (let failures = 0; !signal.aborted; failures += 1) {
      if (refusal !== null) {
        const { status, message: detail } = refusal;
        const mayEnd = token.mayChange && [401, 403].includes(status);
        const delay = mayEnd ? backoff(failures, LONGEST_REFUSED_DELAY) : null;
        const told = Object.freeze({ status, detail });
        const retryAt = mayEnd ? Date.now() + delay : null;
        this.#reader.change({ phase: "refused", role: "own", retryAt, refusal: told });
        if (!mayEnd) return end(signal);
        await pause(delay, signal);
        token.drop();
      }
      try {
        if (signal.aborted) return;
        refusal = await this.#server.refusal(this.#wants, signal);
        if (signal.aborted) return;
        if (refusal === null) return this.#reader.change({ phase: "connecting", retryAt: null });
      } catch (error) {
        if (signal.aborted) return;
        refusal = null;
        await waitAndTell(failures, signal, message => this.#reader.take(message), error);
      }
    }
  }

  /** Where the first stream starts. It is settled before that is opened: what is published meanwhile comes, too. */
  async #findStart(signal) {
    const remembered = this.#remember ? storage.get(this.#key) : null;
    this.#reader.resumes = idIn(remembered ?? this.#after) !== null;
    const start = remembered ?? this.#after;
    if (start !== "now") return this.#reader.moveTo(idIn(start));
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        const head = await this.#server.head(this.#wants, signal);
        if (!signal.aborted) this.#reader.moveTo(head);
        return;
      } catch (error) {
        if (error instanceof Refusal && !signal.aborted) return this.#restart(error);
        if (!signal.aborted) await waitAndTell(failures, signal, message => this.#reader.take(message), error);
      }
    }
  }
}

/** What a list has of the events that a stream is listened to for. */
async function* entriesOf(server, wants, after, signal) {
  for await (const entry of server.entries(wants, after, signal)) {
    if (entry.reset || entry.event === "withdrawn" || wants.events.includes(entry.event)) yield entry;
  }
}

/** In one form, so that two tabs that want the same say it in the same words. */
function checkedWants({ user, topics, languages, events }) {
  if (user === "" || (user === null && topics.length === 0)) {
    throw new TypeError("nothing to listen to: give a user or a topic");
  }
  const reserved = events.find(name => RESERVED.includes(name));
  if (reserved !== undefined) throw new TypeError(`the server publishes no alarm as "${reserved}": name another event`);
  return { user, topics: [...new Set(topics)].sort(), languages: [...languages], events: [...new Set(events)].sort() };
}

/**
 * Connects the page to the server, and stays connected until `close()` is called or the page is left.
 *
 * @param {Options} options
 * @returns {Connection} with `state`, `lastEventId`, `setLanguages(list)`, `setTopics(list)`, `setToken(token)`,
 *   `listen(name)`, `close()`.
 * @throws {TypeError} for neither a user nor a topic, the name of an event that the server keeps to itself, an `after`
 *   that is no id, a token that cannot be one, and a bad URL.
 */
export function connect(options) {
  return new Connection(options);
}
