// The page /find/: the same search with filters beside it. All of its state is in the address.

import { open } from "./engine.js";
import { counted, element, grouped, kindOf, lines, marked } from "./results.js";
import { STATES, Store, control } from "../track.js";

/**
 * @typedef {import("./engine.js").Engine} Engine
 * @typedef {import("./engine.js").Facets} Facets
 * @typedef {import("./engine.js").Head} Head
 * @typedef {keyof Facets} Facet
 */

const STEP = 20;
/** How many values of a filter are shown before it is asked for all. */
const FEW = 8;
/** @type {[Facet, string][]} */
const FACETS = [["topic", "Topic"], ["tag", "Tag"], ["list", "List"], ["year", "Year"], ["code", "Code"], ["state", "Reading state"]];
const SORTS = { relevance: "Relevance", newest: "Newest on the shelf", title: "Title" };

/** What the address asks for. */
class State {
  /** @param {URLSearchParams} asked */
  constructor(asked) {
    this.query = asked.get("q") ?? "";
    const sort = asked.get("sort") ?? "";
    this.sort = /** @type {keyof typeof SORTS} */ (sort in SORTS ? sort : "relevance");
    /** @type {Facets} */ this.include = {};
    /** @type {Facets} */ this.exclude = {};
    for (const [facet] of FACETS) {
      this.include[facet] = asked.getAll(facet);
      this.exclude[facet] = asked.getAll(`not-${facet}`);
    }
  }

  /** The same as the end of an address. */
  get address() {
    const asked = new URLSearchParams();
    if (this.query.trim()) asked.set("q", this.query);
    for (const [facet] of FACETS) {
      for (const id of this.include[facet] ?? []) asked.append(facet, id);
      for (const id of this.exclude[facet] ?? []) asked.append(`not-${facet}`, id);
    }
    if (this.sort !== "relevance") asked.set("sort", this.sort);
    return asked.size ? `?${asked}` : location.pathname;
  }
}

class Find {
  #turn = 0;
  #limit = STEP;
  /** The filters of which all values are shown. @type {Set<Facet>} */
  #whole = new Set();

  /** @param {HTMLElement} place @param {URL} root the site's @param {Promise<Head>} [head] */
  constructor(place, root, head) {
    this.state = new State(new URLSearchParams(location.search));
    this.engine = open(root, head);
    const store = new Store(root);
    this.store = store.works ? store : undefined;
    this.input = element("input", {
      type: "search", "aria-label": "Words to look for", placeholder: "Title, name, or a few words", autocomplete: "off",
      autocapitalize: "off", spellcheck: "false", maxlength: "400",
    });
    this.sort = element("select", { "aria-label": "Order" }, Object.entries(SORTS).map(([value, name]) => element("option", { value }, [name])));
    this.status = element("p", { role: "status" });
    this.list = element("ol", { class: "papershelf-find__list" });
    this.places = element("ul", { class: "papershelf-find__places", "aria-label": "Topics, tags, lists and pages" });
    this.more = element("button", { type: "button", class: "md-button", hidden: "" }, ["Show more"]);
    this.filters = element("div", { class: "papershelf-find__filters", role: "group", "aria-label": "Filters" });
    const fold = element("details", {}, [element("summary", {}, ["Filters"]), this.filters]);
    fold.open = matchMedia("(min-width: 45em)").matches;
    place.replaceChildren(
      element("form", { role: "search", class: "papershelf-find__bar", "aria-label": "Papers" }, [this.input, this.sort]),
      element("div", { class: "papershelf-find__body" }, [
        fold, element("div", { class: "papershelf-find__found" }, [this.status, this.places, this.list, this.more]),
      ]),
    );
    place.querySelector("form")?.addEventListener("submit", event => event.preventDefault());
    this.input.addEventListener("input", () => { this.state.query = this.input.value; this.#changed("replace"); });
    this.sort.addEventListener("change", () => {
      this.state.sort = /** @type {keyof typeof SORTS} */ (this.sort.value);
      this.#changed("push");
    });
    this.more.addEventListener("click", () => { this.#limit += STEP; void this.draw(); });
    addEventListener("papershelf-marks", () => void (this.input.isConnected && this.draw()));
    this.#fill();
    void this.draw();
  }

  /** Take the state from the address again. */
  restore() {
    this.state = new State(new URLSearchParams(location.search));
    this.#fill();
    void this.draw();
  }

  #fill() {
    this.input.value = this.state.query;
    this.sort.value = this.state.sort;
  }

  /** @param {"push" | "replace"} how the address changes: each letter is no step to go back */
  #changed(how) {
    history[how === "push" ? "pushState" : "replaceState"](history.state, "", this.state.address);
    this.#limit = STEP;
    void this.draw();
  }

  async draw() {
    const turn = ++this.#turn, { query, include, exclude, sort } = this.state;
    try {
      const engine = await this.engine;
      engine.marked = new Map(Object.entries(this.store?.all() ?? {}).map(([id, { state, star }]) => [id, [state ?? [], star ? "starred" : []].flat()]));
      const found = await engine.find(query, { include, exclude, sort, limit: this.#limit, facets: true });
      if (turn !== this.#turn) return;
      this.status.textContent = counted(found.total);
      const focused = document.activeElement?.closest("[data-paper]")?.getAttribute("data-paper");
      this.list.replaceChildren(...found.results.map(result => {
        const { title, text, quiet } = lines(result, found);
        const item = element("li", { class: "papershelf-result", "data-paper": result.id }, [element("a", { href: result.address }, [title]), text, quiet]);
        if (this.store) control(this.store, result.id, result.title, item);
        return item;
      }));
      if (focused) /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-paper="${CSS.escape(focused)}"] .papershelf-mark button:not([hidden])`))?.focus();
      // What is no paper has no facets.
      const places = [include, exclude].some(facets => Object.values(facets).some(ids => ids.length)) ? [] : found.places;
      this.places.hidden = !places.length;
      this.places.replaceChildren(...places.map(place =>
        element("li", {}, [element("a", { href: place.address }, [marked(place.name, found.words)]), " ", element("small", {}, [kindOf(place)])])));
      this.more.hidden = found.total <= found.results.length;
      this.#drawFilters(engine, found.counts);
    } catch {
      if (turn === this.#turn) this.status.textContent = "The search can't be loaded.";
    }
  }

  /** @param {Engine} engine @param {import("./engine.js").Counts} counts */
  #drawFilters(engine, counts) {
    const focused = document.activeElement?.getAttribute("data-filter");
    const { topics, tags, lists } = engine.head;
    /** @type {Record<Facet, string[][]>} */
    const known = { topic: topics, tag: tags, list: lists, year: [], code: [["yes", "has code"]], state: [] };
    known.state = [...Object.entries(STATES), ["starred", "Starred"]];
    known.year = [...new Set([...counts.year.keys(), ...(this.state.include.year ?? []), ...(this.state.exclude.year ?? [])])]
      .sort().reverse().map(year => [year, year]);
    this.filters.replaceChildren(...FACETS.flatMap(([facet, says]) => {
      const chosen = new Set([...(this.state.include[facet] ?? []), ...(this.state.exclude[facet] ?? [])]);
      const values = known[facet].filter(([id]) => chosen.has(id) || counts[facet].get(id));
      if (!values.length) return [];
      /** @param {string[]} value */
      const rank = ([id]) => (chosen.has(id) ? Infinity : facet === "year" ? Number(id) : counts[facet].get(id) ?? 0);
      values.sort((one, other) => (rank(other) > rank(one) ? 1 : rank(other) < rank(one) ? -1 : 0));
      const shown = this.#whole.has(facet) ? values : values.slice(0, FEW);
      const rows = shown.map(([id, name]) => this.#row(facet, id, name, counts[facet].get(id) ?? 0));
      const rest = values.length - shown.length;
      const all = element("button", { type: "button", class: "papershelf-find__all" }, [`${rest} more`]);
      all.addEventListener("click", () => { this.#whole.add(facet); void this.draw(); });
      return [element("fieldset", {}, [element("legend", {}, [says]), ...rows, ...(rest ? [all] : [])])];
    }));
    if (focused) /** @type {HTMLElement | null} */ (this.filters.querySelector(`[data-filter="${CSS.escape(focused)}"]`))?.focus();
  }

  /** @param {Facet} facet @param {string} id @param {string} name @param {number} count */
  #row(facet, id, name, count) {
    /** @param {"include" | "exclude"} which @param {string} says @param {(Node | string)[]} shows */
    const button = (which, says, shows) => {
      const pressed = (this.state[which][facet] ?? []).includes(id);
      const made = element("button", {
        type: "button", class: `papershelf-find__${which}`, "aria-pressed": String(pressed), "data-filter": `${which} ${facet} ${id}`,
        ...(says && { "aria-label": says, title: says }),
      }, shows);
      made.addEventListener("click", () => this.#toggle(which, facet, id));
      return made;
    };
    return element("div", { class: "papershelf-find__row" }, [
      button("include", "", [element("span", {}, [marked(name, new Set())]), " ", element("small", {}, [grouped(count)])]),
      button("exclude", `Without ${name}`, ["−"]),
    ]);
  }

  /** @param {"include" | "exclude"} which @param {Facet} facet @param {string} id */
  #toggle(which, facet, id) {
    const other = which === "include" ? "exclude" : "include";
    const had = (this.state[which][facet] ?? []).includes(id);
    /** @param {string[] | undefined} ids */
    const without = (ids = []) => ids.filter(one => one !== id);
    this.state[other][facet] = without(this.state[other][facet]);
    this.state[which][facet] = had ? without(this.state[which][facet]) : [...(this.state[which][facet] ?? []), id];
    this.#changed("push");
  }
}

/** @type {Find | undefined} */
let find;
addEventListener("popstate", () => {
  if (find?.input.isConnected) find.restore();
});

/**
 * Make the search of a page.
 * @param {HTMLElement} place
 * @param {URL} root the site's
 * @param {Promise<Head>} [head] what the engine reads first, if it was asked for
 */
export function mount(place, root, head = undefined) {
  if (!find?.input.isConnected) find = new Find(place, root, head);
}
