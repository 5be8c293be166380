// What a result shows: the title, the summary or the passage that matches, topics and tags; with the matches marked.

import { pieces, words } from "./folding.js";

/**
 * @typedef {import("./engine.js").Result} Result
 * @typedef {import("./engine.js").Found} Found
 */

/** How many letters of a passage are shown. */
const SHOWN = 220;

/** What each paper's page says, read once. @type {Map<string, Promise<{summary: string, abstract: string}>>} */
const pages = new Map();

/**
 * A text in which the words that were found are marked.
 * @param {string} text
 * @param {Set<string>} found
 */
export function marked(text, found) {
  const fragment = document.createDocumentFragment();
  pieces(text).forEach((piece, at) => {
    if (at % 2 && words(piece).some(([word]) => found.has(word))) {
      const mark = document.createElement("mark");
      mark.textContent = piece;
      fragment.append(mark);
    } else fragment.append(piece);
  });
  return fragment;
}

/**
 * The part of a text that holds most of the words that were found.
 * @param {string} text
 * @param {Set<string>} found
 */
export function passage(text, found) {
  if (text.length <= SHOWN) return text;
  const cut = pieces(text);
  /** @type {{at: number, said: string}[]} */ const hits = [];
  let at = 0;
  cut.forEach((piece, number) => {
    const said = number % 2 ? words(piece).map(([word]) => word).find(word => found.has(word)) : undefined;
    if (said) hits.push({ at, said });
    at += piece.length;
  });
  let start = 0, most = 0;
  hits.forEach(({ at: from }, number) => {
    const near = hits.slice(number).filter(hit => hit.at < from + SHOWN - 20);
    const different = new Set(near.map(hit => hit.said)).size + near.length / 100;
    if (different > most) [start, most] = [from, different];
  });
  start = start < 40 ? 0 : text.indexOf(" ", start - 40) + 1;
  const end = start + SHOWN < text.length ? text.lastIndexOf(" ", start + SHOWN) : text.length;
  return (start ? "… " : "") + text.slice(start, end) + (end < text.length ? " …" : "");
}

/** @param {string} address of a paper's page */
function pageAt(address) {
  let reading = pages.get(address);
  if (!reading) {
    reading = fetch(address).then(async answer => {
      if (!answer.ok) throw new Error(`${answer.status} for ${address}`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const text = (/** @type {Element | null | undefined} */ part) => part?.textContent?.trim() ?? "";
      return {
        summary: text(page.querySelector(".papershelf-summary")),
        abstract: text(page.getElementById("abstract")?.nextElementSibling),
      };
    });
    reading.catch(() => pages.delete(address));
    pages.set(address, reading);
  }
  return reading;
}

/**
 * What a paper says of what was asked: the summary, unless the abstract has a word that it and the title lack.
 * @param {Result} result
 * @param {Found} found
 */
async function saying({ address, title }, { words: marks, meant }) {
  const { summary, abstract } = await pageAt(address).catch(() => ({ summary: "", abstract: "" }));
  const known = new Set(words(`${title} ${summary}`).map(([word]) => word)), further = new Set(words(abstract).map(([word]) => word));
  const adds = meant.some(forms => none(known, forms) && !none(further, forms));
  return adds || !summary ? passage(abstract, marks) : summary;
}

/** What is done when something comes near to what a reader sees. @type {WeakMap<Element, () => void>} */
const awaited = new WeakMap();
const seen = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    awaited.get(target)?.();
  }
}, { rootMargin: "50%" });

/** Whether two sets have nothing in common. @param {Set<string>} one @param {Set<string>} other */
const none = (one, other) => ![...other].some(word => one.has(word));

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} [children]
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, attributes = {}, children = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/**
 * The lines of a result: its title, what it says, and its topics and tags. What it says stands on its page, which is asked for
 * when the line is near to being seen.
 * @param {Result} result
 * @param {Found} found
 */
export function lines(result, found) {
  const marks = found.words;
  const text = element("span", { class: "papershelf-result__text" });
  awaited.set(text, () => void saying(result, found).then(said => text.replaceChildren(marked(said, marks))));
  seen.observe(text);
  const quiet = element("span", { class: "papershelf-result__labels" });
  const topics = result.topics.map(({ name }) => element("i", {}, [marked(name, marks)]));
  const tags = result.tags.map(({ name }) => marked(name, marks));
  [...topics, ...tags].forEach((label, at) => quiet.append(at ? " · " : "", label));
  return { title: element("span", { class: "papershelf-result__title" }, [marked(result.title, marks)]), text, quiet };
}

/** A number with its thousands parted, as `toLocaleString` writes it after loading what it knows of all languages. @param {number} number */
export function grouped(number) {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

const KINDS = { topic: "Topic", tag: "Tag", list: "List", page: "Page" };

/** What a place is, and of a section where it stands. @param {import("./engine.js").Place} place */
export function kindOf({ kind, of }) {
  return [KINDS[kind], ...(of ? [of] : [])].join(" · ");
}

/**
 * @param {number} number
 * @param {string} [one]
 */
export function counted(number, one = "paper") {
  return `${grouped(number)} ${number === 1 ? one : `${one}s`}`;
}
