// What the page says, in the language of the reader, and the elements that it is put in. The English of what stands in
// page.html is there.

const texts = {
  en: {
    "phase-connecting": "Connecting", "phase-open": "Open", "phase-waiting": "Waiting", "phase-replaced": "Replaced",
    "phase-closed": "Closed", "phase-refused": "Refused",
    "role-own": "this tab has a stream of its own", "role-leader": "this tab holds the stream",
    "role-follower": "follows the stream of another tab",
    "retry": "next attempt in {seconds} s", "retry-now": "trying again by itself",
    "replaced-detail": "another stream took this one’s place",
    "refused-401": "a valid token is needed", "refused-403": "the token does not allow it",
    "token-needed": "This server asks for a token.", "token-refused": "The server refused the token:",
    "token-odd": "A token has no spaces and none but ASCII characters.",
    "lines-hint": "These lines follow what is chosen above and work as they are.",
    "lines-hint-token":
      "These lines follow what is chosen above. The token is in the variable TOKEN; in JavaScript put it in place of TOKEN.",
    "said-state": "Connection: {phase}", "said-alarms": "{count} new, the last: {event}: {data}",
    "greeting": "Greeting", "resumed": "Resumed", "withdrawal": "Withdrawn", "reset": "Reset",
    "resumed-none": "after {id}: nothing was missed", "resumed-one": "after {id}: 1 alarm caught up",
    "resumed-more": "after {id}: {count} alarms caught up",
    "withdrawn": "The alarm {id} was withdrawn.", "is-withdrawn": "withdrawn",
    "reset-expired": "The stream was away for longer than alarms are kept. Some may have been missed.",
    "reset-unknown": "The server does not know where the stream was. Alarms may have been missed.",
    "withdraw": "Withdraw", "withdraw-label": "Withdraw the alarm {id}", "show-all": "Show all {count} characters",
    "no-earlier": "There are no earlier ones.", "failed": "The server did not answer.",
    "published": "Published:", "known": "Was published already:",
    "unanswered":
      "No answer came, so it may or may not be stored. Publish again: the same key goes with it, so it arrives once.",
    "field": "Field:", "not-json": "This is not JSON", "tag": "Language tag", "translation": "Text in this language",
    "remove": "Remove {name}", "not-allowed": "No alarm can have the name {name}.",
    "copy": "Copy", "copied": "Copied", "copy-label": "Copy: {title}", "copied-said": "Copied: {title}",
    "line-eventsource": "Listen with EventSource", "line-module": "Listen with tocsin.js",
    "line-curl-listen": "Listen with curl",
    "line-curl-publish": "Publish with curl", "line-flask": "Publish from Flask",
  },
  ko: {
    "skip": "이벤트 목록으로 건너뛰기", "again": "다시 연결", "choice": "무엇을 들을지", "user": "사용자", "languages": "언어",
    "browser": "브라우저", "other": "기타", "languages-label": "언어, 원하는 순서대로", "topics": "토픽", "add": "추가",
    "add-topic": "토픽 추가", "events": "이벤트", "reserve": "예약하기", "list": "이벤트, 최신순",
    "empty": "아직 아무것도 없습니다. 예약하거나 알림을 발행하면 바로 여기에 나타납니다.", "earlier": "이전 알림 보기",
    "names-hint": "브라우저는 이름을 지정해 기다리는 이벤트만 전달합니다. 이 페이지가 기다리는 이름:",
    "listen": "다른 이벤트 이름", "add-name": "이 이벤트 이름도 기다리기", "publish": "발행", "to": "받는 대상", "to-user": "사용자",
    "to-topic": "토픽", "to-everyone": "모두", "address": "이름", "event": "이벤트", "content": "내용", "as-text": "텍스트",
    "as-translations": "번역", "data": "데이터", "add-language": "언어 추가", "lines": "내 프로그램에서 쓰기",
    "lines-hint": "위에서 고른 대로 바뀌며, 그대로 붙여 넣으면 됩니다.", "interface": "인터페이스 (OpenAPI)", "module": "클라이언트 모듈",
    "lines-hint-token": "위에서 고른 대로 바뀝니다. 토큰은 변수 TOKEN에 둡니다. JavaScript에서는 TOKEN 자리에 넣으십시오.",
    "access": "액세스 토큰", "token": "토큰", "use-token": "사용", "forget": "지우기",
    "access-hint": "토큰은 이 탭에만 남습니다. 서버의 키를 가진 이가 다음과 같이 만듭니다:",
    "token-needed": "이 서버는 토큰을 요구합니다.", "token-refused": "서버가 토큰을 거절했습니다:",
    "token-odd": "토큰에는 공백이나 ASCII가 아닌 글자가 들어갈 수 없습니다.",
    "refused-401": "유효한 토큰이 필요합니다", "refused-403": "이 토큰으로는 할 수 없습니다",
    "phase-connecting": "연결 중", "phase-open": "연결됨", "phase-waiting": "대기 중", "phase-replaced": "대체됨",
    "phase-closed": "닫힘", "phase-refused": "거절됨",
    "role-own": "이 탭의 전용 스트림", "role-leader": "이 탭이 스트림을 가지고 있음", "role-follower": "다른 탭의 스트림을 함께 씀",
    "retry": "{seconds}초 뒤 다시 시도", "retry-now": "자동으로 다시 시도하는 중", "replaced-detail": "다른 스트림이 이 자리를 넘겨받았습니다",
    "said-state": "연결 상태: {phase}", "said-alarms": "새 이벤트 {count}개, 마지막: {event}: {data}",
    "greeting": "인사", "resumed": "이어받음", "withdrawal": "철회", "reset": "초기화",
    "resumed-none": "{id} 이후: 놓친 알림 없음", "resumed-one": "{id} 이후: 놓친 알림 1개를 받음",
    "resumed-more": "{id} 이후: 놓친 알림 {count}개를 받음",
    "withdrawn": "알림 {id}이(가) 철회되었습니다.", "is-withdrawn": "철회됨",
    "reset-expired": "알림 보관 기간보다 오래 끊겨 있었습니다. 놓친 알림이 있을 수 있습니다.",
    "reset-unknown": "서버가 어디까지 받았는지 알지 못합니다. 놓친 알림이 있을 수 있습니다.",
    "withdraw": "철회", "withdraw-label": "알림 {id} 철회", "show-all": "전체 {count}자 보기",
    "no-earlier": "더 이전 알림은 없습니다.", "failed": "서버가 응답하지 않았습니다.",
    "published": "발행했습니다:", "known": "이미 발행된 알림입니다:",
    "unanswered": "응답이 오지 않아 저장되었는지 알 수 없습니다. 다시 발행해도 같은 키로 보내므로 한 번만 전달됩니다.",
    "field": "항목:", "not-json": "JSON이 아닙니다", "tag": "언어 태그", "translation": "이 언어의 텍스트",
    "remove": "{name} 제거", "not-allowed": "{name}은(는) 알림의 이름이 될 수 없습니다.",
    "copy": "복사", "copied": "복사됨", "copy-label": "복사: {title}", "copied-said": "복사했습니다: {title}",
    "line-eventsource": "EventSource로 듣기", "line-module": "tocsin.js로 듣기", "line-curl-listen": "curl로 듣기",
    "line-curl-publish": "curl로 발행", "line-flask": "Flask에서 발행",
  },
};

/** The language of the page: the first of the reader's that there is. */
export const language =
  navigator.languages.map((tag) => tag.toLowerCase().split("-")[0]).find((tag) => tag in texts) ?? "en";

/** The text of this key; `{name}` stands for the value of that name. */
export function text(key, values = {}) {
  return texts[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Puts the reader's language in place of the English. */
export function localize() {
  document.documentElement.lang = language;
  const own = texts[language];
  for (const element of document.querySelectorAll("[data-text]")) {
    if (own[element.dataset.text]) element.textContent = own[element.dataset.text];
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    if (own[element.dataset.label]) element.setAttribute("aria-label", own[element.dataset.label]);
  }
}

/** An element with properties and children; texts become text, never markup. */
export function element(name, properties = {}, ...children) {
  const { class: classes, ...rest } = properties;
  const made = Object.assign(document.createElement(name), rest);
  if (classes) made.className = classes;
  made.append(...children);
  return made;
}
