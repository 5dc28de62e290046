// The lines to copy: programs that do what is chosen in the page. Every name is quoted for the language it stands in.

import { element, language, text } from "./page-texts.js";

/** A literal of JavaScript, also within a script element of HTML. */
const script = (value) => JSON.stringify(value).replaceAll("<", "\\u003c");

/** The elements of an array of JavaScript. */
const listed = (values) => values.map(script).join(", ");

/** A literal of Python: what JSON escapes in a string means the same there. */
const python = (value) => JSON.stringify(value);

/** An argument of a POSIX shell. */
const shell = (value) => `'${value.replaceAll("'", "'\\''")}'`;

/** Also what encodeURIComponent leaves and a shell or a reader could mistake for the end. */
const component = (value) =>
  encodeURIComponent(value).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** The same, where a shell would not take it apart, without quotes. */
const word = (value) => (/^[\w.:/-]+$/.test(value) ? value : shell(value));

/** The command that makes a token for what is chosen. */
export function tokenCommand({ user, topics }) {
  const listened = topics.map((topic) => ` --subscribe ${word(`topic:${topic}`)}`).join("");
  return `tocsin token --user ${word(user)}${listened} --publish '*' --token-key-file FILE`;
}

/** The address of the stream that is chosen. */
export function streamURL({ base, user, topics, languages }) {
  const query = [
    ...topics.map((topic) => `topic=${component(topic)}`),
    ...(languages ? [`lang=${component(languages).replaceAll("%2C", ",")}`] : []),
  ];
  return `${base}connection/${component(user)}${query.length ? "?" : ""}${query.join("&")}`;
}

/**
 * The programs for `{base, user, topics, languages, names, needsToken}`: each with a name, its kind and its code. A token
 * is never in them, but where it is to be put.
 */
export function programs(choice) {
  const { base, user, topics, languages, names, needsToken } = choice;
  const url = streamURL(choice);
  const streamed = needsToken ? `${script(`${url}${url.includes("?") ? "&" : "?"}access_token=`)}\n    + token` : script(url);
  const placeholder = needsToken ? 'const token = "TOKEN";\n' : "";
  const header = needsToken ? '-H "Authorization: Bearer $TOKEN" ' : "";
  const hello = language === "ko" ? "안녕하세요!" : "Hello!";
  return [
    {
      name: "eventsource", kind: "JavaScript",
      code: `${placeholder}const alarms = new EventSource(
  ${streamed},
);
const show = (event) => console.log(event.type, event.data);
for (const name of [${listed(names)}]) {
  alarms.addEventListener(name, show);
}
`,
    },
    {
      name: "module", kind: "JavaScript",
      code: `${placeholder}const { connect } = await import(
  ${script(`${base}tocsin.js`)}
);
connect({
  server: ${script(base)},
  user: ${script(user)},
${needsToken ? "  token,\n" : ""}${topics.length ? `  topics: [${listed(topics)}],\n` : ""}${
  languages ? `  languages: [${listed(languages.split(",").map((tag) => tag.trim()))}],\n` : ""
}  events: [${listed(names)}],
  onAlarm: ({ id, event, data }) => console.log(id, event, data),
});
`,
    },
    { name: "curl-listen", kind: "shell", code: `curl -N ${header}${shell(url)}\n` },
    {
      name: "curl-publish", kind: "shell",
      code: `curl ${header && `${header}\\\n  `}-H 'Content-Type: application/json' \\
  -d ${shell(JSON.stringify({ user, data: hello }))} \\
  ${shell(`${base}alarms`)}
`,
    },
    {
      name: "flask", kind: "Python",
      code: `${needsToken ? "import os\n\n" : ""}import requests
from flask import Flask

app = Flask(__name__)


@app.post("/reservations")
def reserve():
    alarm = {
        "user": ${python(user)},
        "event": "reservation",
        "translations": {
            "ko": {"message": "예약에 성공했습니다!"},
            "en-US": {"message": "Your reservation is made."},
        },
    }
    url = ${python(`${base}alarms`)}
${needsToken ? `    headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
    answer = requests.post(url, json=alarm, headers=headers, timeout=30)
` : `    answer = requests.post(url, json=alarm, timeout=30)
`}    answer.raise_for_status()
    return answer.json()
`,
    },
  ];
}

/** Shows the programs, with a button each to copy them. Those that are there keep their place and the focus. */
export function showPrograms(container, choice, say) {
  for (const { name, kind, code } of programs(choice)) {
    const known = document.getElementById(`line-${name}`);
    if (known) {
      known.textContent = code;
      continue;
    }
    const title = text(`line-${name}`);
    const shown = element("code", { id: `line-${name}`, translate: false }, code);
    const button = element(
      "button", { type: "button", class: "small", ariaLabel: text("copy-label", { title }) }, text("copy"));
    button.addEventListener("click", async () => {
      await copy(shown);
      button.textContent = text("copied");
      say(text("copied-said", { title }));
      setTimeout(() => { button.textContent = text("copy"); }, 2000);
    });
    const head = element(
      "div", { class: "head" }, element("h3", {}, title), element("span", { class: "kind" }, kind), button);
    container.append(element("article", { class: `card ${name}` }, head, element("pre", {}, shown)));
  }
}

async function copy(shown) {
  try {
    await navigator.clipboard.writeText(shown.textContent);
  } catch {
    // There is no clipboard for pages that are not from this machine and come without TLS: copy as by hand.
    getSelection().selectAllChildren(shown);
    document.execCommand("copy");
  }
}
