// The page /mine/: the papers that a reader marked, how far the reading is, and ways to take both along.

import { FORMATS, download, factsOf } from "./cite.js";
import { open } from "./search/engine.js";
import { counted, element, grouped } from "./search/results.js";
import { STATES, Store, VERSION, areMarks, control, idAt } from "./track.js";

/**
 * @typedef {import("./track.js").Marks} Marks
 * @typedef {import("./track.js").Mark} Mark
 * @typedef {import("./search/engine.js").Engine} Engine
 * @typedef {{title: string, address: string, topics: {id: string, name: string}[]}} Known
 */

/** What the file says it is. */
const KIND = "marks";
/** How many pages are asked for at once. */
const AT_ONCE = 6;

/** Groups of marks, in the order in which they are shown. @type {[string, string, (mark: Mark) => boolean][]} */
const GROUPS = [
  ["reading", STATES.reading, mark => mark.state === "reading"],
  ["to-read", STATES["to-read"], mark => mark.state === "to-read"],
  ["starred", "Starred", mark => mark.state === undefined],
  ["read", STATES.read, mark => mark.state === "read"],
  ["hidden", STATES.hidden, mark => mark.state === "hidden"],
];
/** What can be taken along. @type {[string, (mark: Mark) => boolean][]} */
const SELECTIONS = [
  ["All but hidden", mark => mark.state !== "hidden"],
  ["Starred", mark => mark.star === true],
  ...[STATES["to-read"], STATES.reading, STATES.read].map((name, at) => /** @type {[string, (mark: Mark) => boolean]} */ (
    [name, mark => mark.state === ["to-read", "reading", "read"][at]]
  )),
];

/**
 * Some marks with others added; of two for one paper the later one stays.
 * @param {Marks} own @param {Marks} others
 */
export function merged(own, others) {
  const all = { ...own }, did = { added: 0, changed: 0, same: 0, older: 0 };
  for (const [id, mark] of Object.entries(others)) {
    const had = own[id];
    const same = had && had.state === mark.state && had.star === mark.star;
    const later = !had || Date.parse(mark.at) > Date.parse(had.at);
    did[!had ? "added" : same ? "same" : later ? "changed" : "older"]++;
    if (later) all[id] = mark;
  }
  return { all, did };
}

/**
 * The marks that a file holds; an error says why there are none.
 * @param {string} text
 * @returns {Marks}
 */
export function marksIn(text) {
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Error("it is no JSON");
  }
  if (found?.papershelf !== KIND) throw new Error("it wasn't exported from such a page");
  if (found.version !== VERSION) throw new Error(`it is of version ${found.version}, and this page reads version ${VERSION}`);
  if (!areMarks(found.papers)) throw new Error("some of its marks are none");
  return found.papers;
}

class Mine {
  /** Ids that aren't on the shelf, whose pages were asked where they lead. @type {Set<string>} */
  #sought = new Set();
  /** The address of a paper below the root, as this site has it. */
  #pattern = "papers/*/";
  /** @type {Map<string, Known> | undefined} */ #known;
  /** @type {{id: string, name: string}[]} */ #topics = [];

  /** @param {Element} place @param {Store} store */
  constructor(place, store) {
    this.place = place;
    this.store = store;
    this.status = element("p", { role: "status" });
    this.shelf = element("div");
    this.which = element("select", { "aria-label": "Which papers" }, SELECTIONS.map(([name]) => element("option", {}, [name])));
    const cite = FORMATS.map(format => button(format.name, () => void this.#cite(format)));
    this.file = element("input", { type: "file", accept: ".json,application/json", "aria-label": "File of marks to import", hidden: "" });
    this.file.addEventListener("change", () => void this.#import());
    this.tools = element("div", { class: "papershelf-mine__tools" }, [
      element("p", {}, ["Cite ", this.which, " as ", ...cite]),
      element("p", {}, [
        "Marks: ", button("Export", () => this.#export()), button("Import", () => this.file.click()), this.file,
        button("Clear all", () => this.#clear()),
      ]),
    ]);
    place.replaceChildren(this.shelf, this.tools, this.status);
    addEventListener("papershelf-marks", () => this.place.isConnected && this.shelf.isConnected && this.draw());
  }

  /** Learn what is on the shelf, then show the marks; papers that have got other ids are marked by these. */
  async start() {
    this.draw();
    try {
      const engine = await open(this.store.root);
      this.#topics = engine.head.topics.map(([id, name]) => ({ id, name }));
      this.#known = new Map(engine.titles.map((_, number) => {
        const { id, title, address, topics } = engine.result(number);
        return [id, { title, address, topics }];
      }));
      this.#pattern = engine.head.paper;
    } catch {
      this.#say("What is on the shelf can't be loaded: titles are shown as they were when they were marked.");
    }
    this.draw();
  }

  /** Where a paper's page is. @param {string} id */
  #address(id) {
    return this.#known?.get(id)?.address ?? new URL(this.#pattern.replace("*", id), this.store.root).href;
  }

  /** Find what became of papers that aren't on the shelf by their ids: the page of an old id leads to the new one. */
  async #follow() {
    const known = this.#known;
    const lost = known ? Object.keys(this.store.all()).filter(id => !known.has(id) && !this.#sought.has(id)) : [];
    for (const id of lost) this.#sought.add(id);
    /** @type {Map<string, string>} */ const moved = new Map();
    await each(lost, async id => {
      const answer = await fetch(this.#address(id));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const to = /url=(.*)$/.exec(page.querySelector("meta[http-equiv=refresh]")?.getAttribute("content") ?? "")?.[1];
      const now = to && idAt(new URL(to, answer.url).href, this.store.root);
      if (now) moved.set(id, now);
    });
    if (moved.size) this.store.keep(renamed(this.store.all(), moved));
  }

  /** Show the marks as they are now. */
  draw() {
    const marks = this.store.all(), entries = Object.entries(marks);
    const focused = document.activeElement?.closest("[data-paper]")?.getAttribute("data-paper");
    const folds = new Set([...this.shelf.querySelectorAll("details[open]")].map(fold => fold.id));
    const groups = GROUPS.map(([id, name, holds]) => this.#group(id, name, entries.filter(([, mark]) => holds(mark))));
    this.shelf.replaceChildren(...(entries.length ? [this.#progress(marks), ...groups.flat()] : [element("p", {}, ["Nothing is marked yet."])]));
    for (const fold of this.shelf.querySelectorAll("details")) fold.open = folds.has(fold.id);
    if (focused) /** @type {HTMLElement | null} */ (this.shelf.querySelector(`[data-paper="${CSS.escape(focused)}"] .papershelf-mark button:not([hidden])`))?.focus();
    void this.#follow().catch(() => {});
  }

  /** How far the reading is, of all that is to be read and of each topic. @param {Marks} marks */
  #progress(marks) {
    const all = Object.entries(marks), count = (/** @type {(mark: Mark) => boolean} */ holds) => all.filter(([, mark]) => holds(mark)).length;
    const parts = Object.entries(STATES).map(([state, name]) => /** @type {[number, string]} */ ([count(mark => mark.state === state), name.toLowerCase()]));
    const numbers = [...parts, /** @type {[number, string]} */ ([count(mark => mark.star === true), "starred"])]
      .filter(([number]) => number).map(([number, name]) => `${grouped(number)} ${name}`);
    const chosen = all.filter(([, { state }]) => state && state !== "hidden"), read = chosen.filter(([, { state }]) => state === "read");
    const lines = [element("p", {}, [`${counted(all.length)}: ${numbers.join(", ")}.`])];
    if (chosen.length) {
      lines.push(element("p", {}, [
        element("progress", { max: String(chosen.length), value: String(read.length), "aria-label": "Read" }), ` ${read.length} of ${chosen.length} read`,
      ]));
    }
    const topics = this.#topics.flatMap(({ id, name }) => {
      const of = (/** @type {[string, Mark][]} */ some) => some.filter(([paper]) => this.#known?.get(paper)?.topics.some(topic => topic.id === id)).length;
      return of(chosen) ? [element("li", {}, [`${name}: ${of(read)} of ${of(chosen)} read`])] : [];
    });
    const fold = element("details", { id: "mine-topics" }, [element("summary", {}, ["By topic"]), element("ul", {}, topics)]);
    return element("div", {}, [...lines, ...(topics.length ? [fold] : [])]);
  }

  /** @param {string} id @param {string} name @param {[string, Mark][]} marks the latest first */
  #group(id, name, marks) {
    if (!marks.length) return [];
    const items = marks.sort(([, one], [, other]) => Date.parse(other.at) - Date.parse(one.at)).map(([paper, mark]) => {
      const known = this.#known?.get(paper), title = known?.title ?? mark.title ?? paper;
      const gone = this.#known && !known ? [" ", element("small", {}, ["no longer on this shelf"])] : [];
      const item = element("li", { "data-paper": paper }, [element("a", { href: this.#address(paper) }, [title]), ...gone]);
      item.append(control(this.store, paper, title));
      return item;
    });
    const list = element("ul", {}, items);
    if (id === "hidden") return [element("details", { id: "mine-hidden" }, [element("summary", {}, [`${name}: ${counted(marks.length)}`]), list])];
    return [element("h2", { id: `mine-${id}` }, [name]), list];
  }

  /** @param {import("./cite.js").Format} format */
  async #cite(format) {
    const holds = SELECTIONS[this.which.selectedIndex][1];
    const ids = Object.entries(this.store.all()).filter(([, mark]) => holds(mark)).map(([id]) => id).sort();
    if (!ids.length) return this.#say("No paper is marked so.");
    /** @type {Map<string, import("./cite.js").Facts>} */ const found = new Map();
    let done = 0;
    await each(ids, async id => {
      this.#say(`Reading ${++done} of ${ids.length} …`);
      const answer = await fetch(this.#address(id));
      const facts = answer.ok && factsOf(new DOMParser().parseFromString(await answer.text(), "text/html"));
      if (facts) found.set(id, facts);
    });
    const facts = ids.flatMap(id => found.get(id) ?? []), lacking = ids.length - facts.length;
    if (facts.length) download(facts, format, "my-shelf");
    return this.#say(`${counted(facts.length)} written as ${format.name}.${lacking ? ` ${counted(lacking)} can't be read: ${ids.filter(id => !found.has(id)).join(", ")}.` : ""}`);
  }

  #export() {
    const marks = this.store.all();
    const text = JSON.stringify({ papershelf: KIND, version: VERSION, site: this.store.root.href, papers: marks }, undefined, 1);
    const link = element("a", { href: URL.createObjectURL(new Blob([`${text}\n`], { type: "application/json" })), download: "my-shelf.json" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    this.#say(`The marks of ${counted(Object.keys(marks).length)} are written to my-shelf.json.`);
  }

  async #import() {
    const file = this.file.files?.[0];
    if (!file) return;
    try {
      const { all, did } = merged(this.store.all(), marksIn(await file.text()));
      this.store.keep(all);
      this.#say(`From ${file.name}: ${did.added} added, ${did.changed} changed, ${did.same} the same, ${did.older} left as marked here later.`);
    } catch (why) {
      this.#say(`Nothing was imported from ${file.name}: ${why instanceof Error ? why.message : why}.`);
    }
    this.file.value = ""; // so that the same file can be chosen again
  }

  #clear() {
    const count = Object.keys(this.store.all()).length;
    if (!count || !confirm(`Take the marks off ${counted(count)}? Export them first, if they may be needed again.`)) return;
    this.store.keep({});
    this.#say(`${counted(count)} unmarked.`);
  }

  /** @param {string} text */
  #say(text) {
    this.status.textContent = text;
  }
}

/**
 * Marks with some papers under other ids; where such a one is marked already, the later state stays, and any star.
 * @param {Marks} marks @param {Map<string, string>} moved new ids by old ones
 */
export function renamed(marks, moved) {
  const all = { ...marks };
  for (const [from, to] of moved) {
    const mark = all[from], there = all[to];
    if (!mark) continue;
    delete all[from];
    const star = mark.star ?? there?.star, last = there && Date.parse(there.at) >= Date.parse(mark.at) ? there : mark;
    all[to] = { ...last, ...(star && { star }) };
  }
  return all;
}

/** Do something for each of many, a few at once; one that fails stops no other. @param {string[]} ids @param {(id: string) => Promise<void>} task */
async function each(ids, task) {
  const left = [...ids];
  const run = async () => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) await task(id).catch(() => {});
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
}

/** @param {string} name @param {() => void} action */
function button(name, action) {
  const made = element("button", { type: "button", class: "papershelf-mine__button" }, [name]);
  made.addEventListener("click", action);
  return made;
}

/** Show the reader's shelf on its page. @param {Element} place @param {URL} root the site's */
export function mount(place, root) {
  if (place.querySelector(".papershelf-mine__tools, [role=status]")) return;
  const store = new Store(root);
  if (store.works) void new Mine(place, store).start();
  else place.replaceChildren(element("p", { role: "status" }, ["This browser keeps nothing for this site, so that no paper can be marked. Its settings for cookies and site data say why."]));
}
