// Shows data: JSON so that one can read it, everything else as it is.

import { element } from "./page-texts.js";

const token = /"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s"{}[\],:]+/g;
const widest = 60;

/** Whether this is a text of JSON. */
export function isJSON(data) {
  try {
    JSON.parse(data);
    return true;
  } catch {
    return false;
  }
}

/** Keeps numbers as they are written, where the browser can. */
const exactly = JSON.rawJSON
  ? (_, value, { source }) => (typeof value === "number" ? JSON.rawJSON(source) : value)
  : undefined;

/** The value of a text of JSON. */
export const parsed = (text) => JSON.parse(text, exactly);

/** Whether data looks like an object or array of JSON; a number or a word is as likely a text. */
const isStructure = (data) => /^\s*[{[]/.test(data) && isJSON(data);

/** The same for texts that are written differently and mean the same. */
export function canonical(data) {
  return isStructure(data) ? JSON.stringify(parsed(data)) : data;
}

/**
 * The pieces of data as nodes: an object or array of JSON with line breaks and names marked, else the text.
 *
 * Numbers stay as they were sent, which JavaScript could not keep; what is escaped in strings is shown as meant.
 */
export function shownData(data) {
  if (!isStructure(data)) return [data];
  const tokens = data.match(token).map((piece) => (piece[0] === '"' ? JSON.stringify(JSON.parse(piece)) : piece));
  const broken = brokenAt(tokens);
  const open = [];
  const gap = () => (broken.has(open.at(-1)) ? `\n${"  ".repeat(open.filter((at) => broken.has(at)).length)}` : " ");
  return tokens.map((piece, at) => {
    switch (piece) {
      case "{": case "[":
        open.push(at);
        return isEmpty(tokens, at) ? piece : piece + gap();
      case "}": case "]": {
        const begin = open.pop();
        if (begin === at - 1) return piece;
        return (broken.has(begin) ? `\n${"  ".repeat(open.filter((outer) => broken.has(outer)).length)}` : " ") + piece;
      }
      case ",": return piece + gap();
      case ":": return ": ";
      default: return tokens[at + 1] === ":" ? element("span", { class: "member" }, piece) : piece;
    }
  });
}

const isEmpty = (tokens, at) => tokens[at + 1] === "}" || tokens[at + 1] === "]";

/** Where the objects and arrays begin that do not fit on a line. */
function brokenAt(tokens) {
  const broken = new Set();
  const open = [];
  let width = 0;
  tokens.forEach((piece, at) => {
    if (piece === "{" || piece === "[") open.push({ at, width });
    width += piece.length + 1;
    if (piece === "}" || piece === "]") {
      const begin = open.pop();
      if (width - begin.width > widest) broken.add(begin.at);
    }
  });
  return broken;
}
