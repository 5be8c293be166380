// The search in the header of every page: a dialog that shows what is found while somebody types.

import { open } from "./engine.js";
import { counted, element, kindOf, lines, marked, passage } from "./results.js";

/** @typedef {import("./engine.js").Head} Head */
/** @typedef {import("./engine.js").Place} Place */

const SHOWN = 8;

class Search {
  /** The number of the latest question: an answer to an earlier one comes too late. */
  #turn = 0;
  /** The option that Enter opens. */
  #active = 0;

  /** @param {URL} root the site's @param {Promise<Head>} [head] what the engine reads first */
  constructor(root, head) {
    this.root = root;
    this.engine = open(root, head);
    this.input = element("input", {
      type: "search", role: "combobox", "aria-label": "Words to look for", placeholder: "Title, name, or a few words",
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "papershelf-found", autocomplete: "off",
      autocapitalize: "off", spellcheck: "false", maxlength: "400",
    });
    this.list = element("div", { id: "papershelf-found", role: "listbox", "aria-label": "Found" });
    this.status = element("span", { role: "status" });
    this.more = element("a", { href: new URL("find/", root).href }, ["Search with filters"]);
    const mine = element("a", { href: new URL("mine/", root).href }, ["My shelf"]);
    const close = element("button", { type: "button", class: "papershelf-dialog__close", "aria-label": "Close search" }, ["×"]);
    this.dialog = element("dialog", { class: "papershelf-dialog", "aria-label": "Search" }, [
      element("div", { class: "papershelf-dialog__bar", role: "search", "aria-label": "This shelf" }, [this.input, close]),
      this.list,
      element("p", { class: "papershelf-dialog__foot" }, [this.status, " ", this.more, " · ", mine]),
    ]);
    close.addEventListener("click", () => this.dialog.close());
    this.input.addEventListener("input", () => void this.ask());
    this.dialog.addEventListener("keydown", event => this.#onKey(event));
    this.dialog.addEventListener("click", event => {
      // What lies around the dialog is its backdrop; a link leads away from it.
      if (event.target === this.dialog || (event.target instanceof Element && event.target.closest("a"))) this.dialog.close();
    });
    document.body.append(this.dialog);
  }

  /** @param {string} typed what was typed before the dialog was here */
  show(typed) {
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.input.select();
    if (typed) {
      this.input.value = typed;
      void this.ask();
    }
    this.engine.catch(() => {
      this.status.textContent = "The search can't be loaded.";
      this.engine = open(this.root);
      this.engine.catch(() => {});
    });
  }

  /** Find what was typed, and show it. */
  async ask() {
    const turn = ++this.#turn, query = this.input.value;
    this.more.href = `${new URL("find/", this.root)}${query.trim() ? `?${new URLSearchParams({ q: query })}` : ""}`;
    if (!query.trim()) return this.#fill([], "");
    try {
      const engine = await this.engine;
      const found = await engine.find(query, { limit: SHOWN }), { total, results, places, words } = found;
      if (turn !== this.#turn) return undefined;
      const papers = results.map(result => {
        const { title, text, quiet } = lines(result, found);
        return option(result.address, [title, text, quiet]);
      });
      const others = places.map(place => option(place.address, place_(place, words)));
      return this.#fill([...papers, ...others], total || !places.length ? `${counted(total)} found` : "");
    } catch {
      if (turn === this.#turn) this.#fill([], "The search can't be loaded.");
      return undefined;
    }
  }

  /** @param {HTMLElement[]} options @param {string} says */
  #fill(options, says) {
    options.forEach((one, at) => { one.id = `papershelf-found-${at}`; });
    this.list.replaceChildren(...options);
    this.list.scrollTop = 0;
    this.input.setAttribute("aria-expanded", String(options.length > 0));
    this.status.textContent = says;
    this.#choose(0);
  }

  /** @param {number} number of the option that Enter opens */
  #choose(number) {
    const options = [...this.list.children];
    this.#active = options.length ? (number + options.length) % options.length : 0;
    options.forEach((one, at) => one.setAttribute("aria-selected", String(at === this.#active)));
    if (options.length) {
      this.input.setAttribute("aria-activedescendant", options[this.#active].id);
      options[this.#active].scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.list.childElementCount) {
      this.#choose(this.#active + step);
      event.preventDefault();
    } else if (event.key === "Enter" && event.target === this.input) {
      const chosen = this.list.children[this.#active];
      if (chosen instanceof HTMLElement) chosen.click();
      event.preventDefault();
    } else if (event.key === "Escape") {
      this.dialog.close(); // a field for searching would only be emptied
      event.preventDefault();
    }
    event.stopPropagation(); // Material has keys of its own
  }
}

/** @param {string} address @param {Node[]} children */
function option(address, children) {
  return element("a", { href: address, role: "option", tabindex: "-1", class: "papershelf-result" }, children);
}

/** @param {Place} place @param {Set<string>} found */
function place_(place, found) {
  const { name, text } = place;
  const title = element("span", { class: "papershelf-result__title" }, [marked(name, found)]);
  const said = text ? [element("span", { class: "papershelf-result__text" }, [marked(passage(text, found), found)])] : [];
  return [title, ...said, element("span", { class: "papershelf-result__labels" }, [kindOf(place)])];
}

/** @type {Search | undefined} */
let search;

/**
 * Open the dialog.
 * @param {URL} root the site's
 * @param {string} [typed] what was typed meanwhile
 * @param {Promise<Head>} [head] what the engine reads first, if it was asked for
 */
export function show(root, typed = "", head = undefined) {
  search ??= new Search(root, head);
  // Material's instant loading keeps the body, but not always all that is in it.
  if (!search.dialog.isConnected) document.body.append(search.dialog);
  search.show(typed);
}
