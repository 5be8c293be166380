// Keeps track of what a reader reads: each paper can be marked and starred, on its page and in listings. The marks are
// kept in this browser alone, under a key that begins with the site's path: sites of one owner share an origin.

/**
 * @typedef {"to-read" | "reading" | "read" | "hidden"} State
 * @typedef {{state?: State, star?: true, at: string, title?: string}} Mark what a paper is marked as, and since when
 * @typedef {Record<string, Mark>} Marks by the papers' ids
 */

/** @type {Record<State, string>} */
export const STATES = { "to-read": "To read", reading: "Reading", read: "Read", hidden: "Hidden" };
export const VERSION = 1;

/** Whether something is marks. @param {any} found @returns {found is Marks} */
export function areMarks(found) {
  return isRecord(found) && Object.entries(found).every(([id, mark]) => /^[a-z0-9-]+$/.test(id) && isRecord(mark)
    && (mark.state === undefined || Object.hasOwn(STATES, mark.state)) && (mark.star === undefined || mark.star === true)
    && typeof mark.at === "string" && !Number.isNaN(Date.parse(mark.at)) && (mark.title === undefined || typeof mark.title === "string"));
}

/** @param {any} found */
const isRecord = found => typeof found === "object" && found !== null && !Array.isArray(found);

/** The marks of a site, as its storage holds them: another tab may change them at any time. */
export class Store {
  /** @param {URL} root the site's */
  constructor(root) {
    this.root = root;
    this.key = `${root.pathname}.papershelf.marks`;
  }

  /** Whether the browser lets us keep anything. */
  get works() {
    try {
      localStorage.setItem(`${this.key}.try`, "");
      localStorage.removeItem(`${this.key}.try`);
      return true;
    } catch {
      return false;
    }
  }

  /** @returns {Marks} */
  all() {
    const text = localStorage.getItem(this.key);
    if (text === null) return {};
    try {
      const { version, papers } = JSON.parse(text);
      if (version === VERSION && areMarks(papers)) return papers;
    } catch {} // as below
    localStorage.setItem(`${this.key}.unreadable`, text); // nothing is lost, were it only for a person who can mend it
    return {};
  }

  /** @param {Marks} papers */
  keep(papers) {
    localStorage.setItem(this.key, JSON.stringify({ version: VERSION, papers }));
    dispatchEvent(new Event("papershelf-marks"));
  }

  /** Mark a paper. @param {string} id @param {string} title @param {{state?: State, star?: true}} mark */
  mark(id, title, { state, star }) {
    const { [id]: _, ...others } = this.all();
    if (state || star) others[id] = { ...(state && { state }), ...(star && { star }), at: new Date().toISOString(), title };
    this.keep(others);
  }
}

/** The id of the paper to whose page an address leads. @param {string} address @param {URL} root */
export function idAt(address, root) {
  const { origin, pathname } = new URL(address);
  const below = origin === root.origin && pathname.startsWith(root.pathname) ? pathname.slice(root.pathname.length) : "";
  return /^papers\/([a-z0-9-]+)(?:\.html|\/|\/index\.html)?$/.exec(below)?.[1];
}

/** What a mark says. @param {Mark | undefined} mark */
const said = mark => [mark?.star && "★", mark?.state && STATES[mark.state]].filter(Boolean).join(" ");

/** A paper's button, whose menu marks it. */
class Control {
  shown = false;

  /** @param {Store} store @param {string} id @param {string} title @param {Element | null} entry of a listing, which folds */
  constructor(store, id, title, entry) {
    this.store = store;
    this.id = id;
    this.title = title;
    this.entry = entry;
    this.box = document.createElement("span");
    this.box.className = "papershelf-mark";
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.setAttribute("aria-haspopup", "menu");
    this.button.addEventListener("click", () => (this.menu ? this.close() : this.open()));
    this.show = document.createElement("button");
    this.show.type = "button";
    this.show.textContent = "Show";
    this.show.setAttribute("aria-label", `Show: ${title}`);
    this.show.addEventListener("click", () => {
      this.shown = true;
      this.draw();
      this.button.focus();
    });
    this.box.append(this.show, this.button);
    this.box.addEventListener("keydown", event => this.#onKey(event));
    this.box.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !this.box.contains(relatedTarget)) this.close();
    });
    this.draw();
  }

  get mark() {
    return this.store.all()[this.id];
  }

  /** Show how the paper is marked. @param {Mark | undefined} [mark] */
  draw(mark = this.mark) {
    const says = said(mark) || "Mark";
    this.button.textContent = says;
    this.button.setAttribute("aria-label", `${says}: ${this.title}`);
    this.button.setAttribute("aria-expanded", String(Boolean(this.menu)));
    this.box.classList.toggle("papershelf-mark--set", Boolean(mark));
    const folded = mark?.state === "hidden" && !this.shown && this.entry !== null;
    if (mark?.state !== "hidden") this.shown = false;
    this.show.hidden = !folded;
    if (!this.entry || folded === this.entry.classList.contains("papershelf-folded")) return;
    this.entry.classList.toggle("papershelf-folded", folded);
    this.place();
  }

  /** Put the control at the end of its entry's last line, or of the one that is left when it is folded. */
  place() {
    const { entry } = this, line = entry?.classList.contains("papershelf-folded") ? "p:first-of-type" : "p:last-of-type";
    entry && (entry.querySelector(`:scope > ${line}`) ?? entry).append(this.box);
  }

  open() {
    const mark = this.mark;
    this.menu = document.createElement("span");
    this.menu.setAttribute("role", "menu");
    this.menu.setAttribute("aria-label", `Mark ${this.title}`);
    const states = /** @type {[State | undefined, string][]} */ ([...Object.entries(STATES), [undefined, "Not marked"]]);
    for (const [state, name] of states) {
      this.#item("menuitemradio", name, mark?.state === state, { state, star: mark?.star });
    }
    this.#item("menuitemcheckbox", "★ Star", Boolean(mark?.star), { state: mark?.state, star: mark?.star ? undefined : true });
    const link = document.createElement("a");
    link.href = new URL(location.pathname.endsWith(".html") ? "mine.html" : "mine/", this.store.root).href;
    link.textContent = "My shelf";
    link.setAttribute("role", "menuitem");
    link.tabIndex = -1;
    this.menu.append(link);
    this.box.append(this.menu);
    this.draw();
    this.#items[Math.max(0, this.#items.findIndex(item => item.getAttribute("aria-checked") === "true"))].focus();
  }

  /** @param {string} role @param {string} name @param {boolean} checked @param {{state?: State, star?: true}} mark */
  #item(role, name, checked, mark) {
    const item = document.createElement("button");
    item.type = "button";
    item.setAttribute("role", role);
    item.setAttribute("aria-checked", String(checked));
    item.tabIndex = -1;
    item.textContent = name;
    item.addEventListener("click", () => {
      this.button.focus(); // for whoever draws all of this anew
      this.close();
      try {
        this.store.mark(this.id, this.title, mark);
      } catch {
        this.button.textContent = "Not kept: no room";
      }
      if (this.box.isConnected) (this.show.hidden ? this.button : this.show).focus();
    });
    this.menu?.append(item);
  }

  get #items() {
    return /** @type {HTMLElement[]} */ ([...(this.menu?.children ?? [])]);
  }

  close() {
    const menu = this.menu;
    if (!menu) return;
    this.menu = undefined;
    menu.remove();
    this.draw();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (!this.menu) {
      if (event.key !== "ArrowDown" || event.target !== this.button) return;
      this.open();
    } else {
      const items = this.#items, at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
      /** @type {Record<string, number>} */
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
      if (event.key === "Escape") {
        this.close();
        this.button.focus();
      } else if (event.key === "Tab") {
        this.button.focus(); // and from there on
        this.close();
        return;
      } else if (event.key in to) items[(to[event.key] + items.length) % items.length].focus();
      else return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

/** @type {WeakMap<Element, Control>} */
const controls = new WeakMap();
/** The controls that this page shows. */
const here = () => [...document.querySelectorAll(".papershelf-mark")].flatMap(box => controls.get(box) ?? []);

/** @type {Store | undefined} */
let kept;

/** Show the marks as they are now. */
function redraw() {
  const marks = kept?.all() ?? {};
  for (const control of here()) control.draw(marks[control.id]);
}

/**
 * The control of a paper.
 * @param {Store} store @param {string} id @param {string} title @param {Element | null} [entry] that folds when hidden
 */
export function control(store, id, title, entry = null) {
  if (!kept) {
    addEventListener("papershelf-marks", redraw);
    addEventListener("storage", ({ key }) => {
      if (key === store.key || key === null) dispatchEvent(new Event("papershelf-marks"));
    });
    addEventListener("pageshow", event => event.persisted && redraw());
    document.addEventListener("pointerdown", ({ target }) => {
      for (const one of here()) if (!(target instanceof Node && one.box.contains(target))) one.close();
    });
  }
  kept = store;
  const made = new Control(store, id, title, entry);
  made.place();
  controls.set(made.box, made);
  return made.box;
}

const ENTRIES = ".papershelf-papers > ul > li, .papershelf-titles > ul > li, #related + ul > li";
/** How many controls are made before the browser gets to do something else: a listing has a hundred. */
const AT_ONCE = 10;

/** Let each paper that this page shows be marked. @param {URL} root the site's */
export async function track(root) {
  const store = new Store(root);
  if (!store.works) return;
  const title = document.querySelector("article h1"), place = document.querySelector(":is(.papershelf-read, .papershelf-links) > p:last-of-type");
  if (document.querySelector("meta[name=citation_title]") && title?.id && place && !place.querySelector(".papershelf-mark")) {
    const name = document.querySelector("meta[name=citation_title]")?.getAttribute("content") ?? title.id;
    place.append(control(store, title.id, name));
  }
  const marks = store.all();
  const entries = [...document.querySelectorAll(ENTRIES)].flatMap(entry => {
    const link = entry.querySelector("a"), id = link && idAt(link.href, root);
    return id ? [{ entry, id, title: link.textContent ?? id }] : [];
  });
  // The marked ones first: a hidden paper is folded before it is seen.
  const inTurn = [...entries.filter(({ id }) => marks[id]), ...entries.filter(({ id }) => !marks[id])];
  for (const [at, { entry, id, title }] of inTurn.entries()) {
    if (at % AT_ONCE === AT_ONCE - 1) await new Promise(done => setTimeout(done));
    if (!entry.querySelector(".papershelf-mark")) control(store, id, title, entry);
  }
}
