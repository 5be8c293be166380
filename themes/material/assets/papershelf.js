// What Material leaves undone: the search, the map, folds for abstracts, citations in several formats, and a drawer that
// opens from the keyboard.
//
// An abstract stands on its paper's page alone, so that a listing of a hundred papers stays small. Its link in a listing
// leads there; with this script it opens a fold in place and fetches the abstract from that page.

(() => {
  const root = new URL("..", /** @type {HTMLScriptElement} */ (document.currentScript).src);
  const LINK = '.papershelf-papers a[href$="#abstract"]';

  // Material takes each link with this one word for a translation of the site, and would ask for its sitemap on each page.
  for (const feed of document.querySelectorAll('link[rel="alternate"][type^="application/"]')) {
    feed.setAttribute("rel", "alternate feed");
  }

  /** Tell what the links and labels of a page do; Material's instant loading brings new pages without loading this again. */
  function prepare() {
    document.querySelectorAll(LINK).forEach((link, index) => {
      const title = link.closest("li")?.querySelector("a");
      link.setAttribute("role", "button");
      link.setAttribute("aria-expanded", "false");
      link.setAttribute("aria-label", `Abstract of ${title?.textContent}`);
      link.setAttribute("aria-controls", `papershelf-abstract-${index}`);
    });
    if (document.querySelector("meta[name=citation_title]")) {
      void import("./cite.js").then(cite => {
        cite.describe();
        cite.offer();
      });
    }
    reachable("drawer", "Menu");
    void drawMap();
    void track();
    // A tag's listing of a large shelf ends with the way to all that have it; without scripts `/find/` is empty.
    const rest = /** @type {HTMLAnchorElement | null} */ (document.querySelector(".papershelf-rest a"));
    if (rest) rest.search = `?tag=${document.querySelector("article h1")?.id}`;
    const place = document.getElementById("papershelf-find");
    if (place) void load("find").then(({ mount }) => mount(place, root, head));
    // Where frame.js isn't, as with another renderer.
    const header = document.querySelector(".md-header__inner");
    if (header && !document.querySelector(".papershelf-search-button")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "md-header__button papershelf-search-button";
      button.textContent = "Search";
      header.append(button);
    }
  }

  /** Draw the map on the page that has it; no other loads its script. */
  async function drawMap() {
    const place = document.querySelector(".papershelf-map");
    if (place) (await import(new URL("assets/map.js", root).href)).draw(place);
  }

  /** Let papers be marked where there are any; one page shows what was marked. */
  async function track() {
    if (document.querySelector(".papershelf-papers, .papershelf-titles, meta[name=citation_title]")) {
      (await import(new URL("assets/track.js", root).href)).track(root);
    }
    const place = document.querySelector(".papershelf-mine");
    if (place) (await import(new URL("assets/mine.js", root).href)).mount(place, root);
  }

  /** What the search reads first. @type {Promise<any> | undefined} */
  let head;

  /**
   * A part of the search, which nothing loads before a reader reaches for it. What it is going to ask for is asked for at
   * once: over a slow line each question after another is a wait of its own.
   * @param {"dialog" | "find"} name
   * @returns {Promise<any>}
   */
  function load(name) {
    const folder = new URL("assets/search/", root);
    if (!head) {
      head = fetch(new URL("index.json", folder), { cache: "no-cache" }).then(answer => answer.json());
      head.catch(() => { head = undefined; }); // who opens the search says so, and tries again
      for (const part of ["engine", "folding", "results"]) void import(`${folder}${part}.js`).catch(() => {});
    }
    return import(`${folder}${name}.js`);
  }

  /** On the page that is a search, its own field is the one. */
  function search() {
    /** @type {HTMLElement | null} */ const field = document.querySelector("#papershelf-find input[type=search]");
    if (field) field.focus();
    else if (early === null) {
      early = "";
      const done = load("dialog").then(({ show }) => show(root, early, head));
      void done.finally(() => { early = null; });
    }
  }

  /** What is typed while the dialog is being loaded. @type {string | null} */
  let early = null;

  /** @param {KeyboardEvent} event */
  function onSearchKey(event) {
    const { key, target } = event;
    if (early !== null && !event.ctrlKey && !event.metaKey && (key.length === 1 || key === "Backspace")) {
      early = key.length === 1 ? early + key : early.slice(0, -1);
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const typing = target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=radio], [type=checkbox]), textarea, select"));
    const control = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && key.toLowerCase() === "k";
    const letter = !typing && !event.ctrlKey && !event.metaKey && !event.altKey && ["/", "s"].includes(key);
    if ((!control && !letter) || event.isComposing || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    search();
  }

  /**
   * Replace a label in the header, which only a mouse reaches, by a button.
   * @param {string} name of the hidden box that the label ticks
   * @param {string} says what the button is called
   */
  function reachable(name, says) {
    const box = document.getElementById(`__${name}`);
    const label = document.querySelector(`label.md-header__button[for="__${name}"]`);
    if (!(box instanceof HTMLInputElement) || !label) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = label.className;
    button.setAttribute("for", box.id); // Material's style knows it by that
    button.setAttribute("aria-label", says);
    button.setAttribute("aria-expanded", String(box.checked));
    button.append(...label.childNodes);
    label.replaceWith(button);
    button.addEventListener("click", () => box.click());
    box.addEventListener("change", () => button.setAttribute("aria-expanded", String(box.checked)));
  }

  // Material draws a copy button as one more unnamed landmark.
  new MutationObserver(() => {
    for (const nav of document.querySelectorAll("nav.md-code__nav:not([role])")) nav.setAttribute("role", "none");
  }).observe(document.body, { childList: true, subtree: true });

  /**
   * Fetch a paper's page and take the abstract from it.
   * @param {string} address
   * @returns {Promise<Element[]>}
   */
  async function abstractAt(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${answer.status} for ${address}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = [];
    for (let part = page.getElementById("abstract")?.nextElementSibling; part?.tagName === "P"; part = part.nextElementSibling) {
      found.push(document.importNode(part, true));
    }
    if (!found.length) throw new Error(`no abstract at ${address}`);
    return found;
  }

  /**
   * Open or close the abstract that a link leads to; where it can't be had, follow the link.
   * @param {HTMLAnchorElement} link
   */
  async function toggle(link) {
    const name = /** @type {string} */ (link.getAttribute("aria-controls"));
    const known = document.getElementById(name);
    if (known) {
      known.hidden = !known.hidden;
      link.setAttribute("aria-expanded", String(!known.hidden));
      return;
    }
    if (link.getAttribute("aria-busy") === "true") return;
    link.setAttribute("aria-busy", "true");
    try {
      const fold = document.createElement("div");
      fold.className = "papershelf-abstract";
      fold.id = name;
      fold.append(...(await abstractAt(link.href)));
      link.closest("li")?.append(fold);
      link.setAttribute("aria-expanded", "true");
    } catch {
      location.assign(link.href);
    } finally {
      link.removeAttribute("aria-busy");
    }
  }

  /** @param {MouseEvent | KeyboardEvent} event */
  function onAction(event) {
    const link = event.target instanceof Element && event.target.closest(LINK);
    if (!(link instanceof HTMLAnchorElement) || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (event instanceof KeyboardEvent && event.key !== " ") return; // Enter is a click
    event.preventDefault();
    event.stopPropagation(); // before Material's instant loading follows the link
    if (!(event instanceof KeyboardEvent && event.repeat)) void toggle(link);
  }

  /**
   * Let Escape close the drawer, as it closes the search.
   * @param {KeyboardEvent} event
   */
  function onEscape(event) {
    if (event.key !== "Escape" || !document.querySelector("#__drawer:checked")) return;
    /** @type {HTMLElement | null} */ const button = document.querySelector('.md-header__button[for="__drawer"]');
    button?.click();
    button?.focus();
  }

  document.addEventListener("click", onAction, true);
  document.addEventListener("click", event => {
    if (event.target instanceof Element && event.target.closest(".papershelf-search-button")) search();
  });
  document.addEventListener("keydown", onSearchKey, true);
  document.addEventListener("keydown", onEscape);
  document.addEventListener("keydown", onAction, true);
  const pages = /** @type {{document$?: {subscribe(next: () => void): void}}} */ (window).document$;
  if (pages) pages.subscribe(prepare);
  else prepare();
})();
