// What is the same on every page of this site, made in the browser instead of standing in each page: Material's
// configuration, the way to search, the palette, and what else only scripts can use. Material finds it as if it had been there.
//
// The script stands in the head. What it makes it puts in its place as soon as the place is there, between two pieces of
// a page that arrives, and so before that place is painted: nothing moves, and no wrong colour flashes.

{%- import "partials/language.html" as lang with context %}
{%- set features = config.theme.features or [] %}
{%- set one = config.theme.palette is mapping %}
{%- set palettes = [config.theme.palette] if one else config.theme.palette or [] %}
{%- set palette_html %}{% if palettes and not one %}{% include "partials/palette.html" %}{% endif %}{% endset %}
{%- set search_html %}{% include "partials/search.html" %}{% endset %}
{%- set source_html %}{% if config.repo_url %}{% include "partials/source.html" %}{% endif %}{% endset %}
{%- set top_html %}
  {%- if "navigation.top" in features and "navigation.instant" not in features %}
    {%- include "material/partials/top.html" %}
  {%- endif %}
{%- endset %}
{%- set footer_html %}{% include "partials/footer.html" %}{% endset %}
{%- set made_html %}{% include "material/partials/copyright.html" %}{% endset %}
{%- set forms_html %}
  {%- with page = {"file": {"src_uri": "papers/the-papers-id.md"}} %}
    {%- if config.repo_url %}{% include "material/partials/forms.html" %}{% endif %}
  {%- endwith %}
{%- endset %}
{%- set base_html %}{% include "material/partials/javascripts/base.html" %}{% endset %}

// @ts-ignore - Material's own
{{ base_html | replace("<script>", "") | replace("</script>", "") | trim }};

(() => {
  const here = /** @type {HTMLScriptElement} */ (document.currentScript).src;
  const colours = [
    {%- for option in palettes %}
    {{ {
      "media": option.media | d(""),
      "scheme": option.scheme | d("default", true) | replace(" ", "-"),
      "primary": option.primary | d("indigo", true) | replace(" ", "-"),
      "accent": option.accent | d("indigo", true) | replace(" ", "-"),
    } | tojson }},
    {%- endfor %}
  ];
  __md_scope = new URL({{ config.extra.scope | d(base_url) | tojson }}, here);

  /** Material's configuration, with addresses that hold at any depth. */
  const CONFIG = {{ material_block("config") | tojson }};
  const PALETTE = {{ palette_html | trim | tojson }};
  const SEARCH = {{ search_html | trim | tojson }};
  const SOURCE = {{ source_html | trim | tojson }};
  const TOP = {{ top_html | trim | tojson }};
  const FOOTER = {{ footer_html | trim | tojson }};
  const MADE = {{ made_html | trim | tojson }};
  const FORMS = {{ forms_html | trim | tojson }};
  const PERMALINK = {{ ((config.mdx_configs.toc or {}).permalink == true) | tojson }};

  // The palette that was chosen, else the first that suits the system, as Material's script chooses it later.
  const kept = {{ "null" if one else '__md_get("__palette")' }};
  const index = kept?.index ?? Math.max(0, colours.findIndex(({ media }) => matchMedia(media).matches));
  const light = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  const chosen = kept?.color ?? colours[index];
  const colour = chosen?.media === "(prefers-color-scheme)" ? colours.find(({ media }) => media === `(prefers-color-scheme: ${light})`) : chosen;

  /** @param {Element} place @param {InsertPosition} where @param {string} html */
  const add = (place, where, html) => place.insertAdjacentHTML(where, html);
  /** @param {string} name of a component of Material's */
  const lacks = name => !document.querySelector(`[data-md-component="${name}"]`);

  const title = ".md-header__title:not([data-md-component])";
  /** What to do with a place when it is there. @typedef {[string, (place: Element) => void]} Task */
  /** What Material's instant loading, which takes these from another page, leaves to do again. @type {Task[]} */
  const within = [
    [".papershelf-drawer:not(:has(.md-nav__source))", drawer => SOURCE && add(drawer, "afterbegin", `<div class="md-nav__source">${SOURCE}</div>`)],
    [".papershelf-mend", place => {
      place.outerHTML = FORMS.replaceAll("the-papers-id", document.querySelector("article h1")?.id ?? "");
    }],
    [".md-container > footer:not([class])", place => { place.outerHTML = FOOTER; }],
    [".papershelf-made", place => { place.outerHTML = MADE; }],
    // A page that is in no navigation is under the tab whose folder it is in; before this place stand all tabs.
    ["main", () => {
      if (document.querySelector(".md-tabs__item--active")) return;
      const root = new URL(".", /** @type {URL} */ (__md_scope)).href;
      for (const tab of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".md-tabs__list a"))) {
        const folder = new URL(".", tab.href).href;
        if (folder !== root && location.href.startsWith(folder)) tab.parentElement?.classList.add("md-tabs__item--active");
      }
    }],
  ];
  /** @type {Task[]} */
  let waiting = [
    ["body", body => {
      for (const [name, value] of Object.entries((colours.length && colour) || {})) body.setAttribute(`data-md-color-${name}`, value);
    }],
    [".md-overlay", overlay => {
      document.getElementById("__drawer")?.setAttribute("autocomplete", "off"); // which isn't valid in the page
      if (!document.getElementById("__search")) {
        add(overlay, "beforebegin", '<input class="md-toggle" data-md-toggle="search" type="checkbox" id="__search" autocomplete="off">');
      }
    }],
    [{{ "`${title} ~ .md-header__option`" if config.extra.alternate else "title" }}, place => {
      document.querySelector(title)?.setAttribute("data-md-component", "header-title");
      if (SOURCE) add(place, "afterend", `<div class="md-header__source">${SOURCE}</div>`);
      add(place, "afterend", SEARCH);
      add(place, {{ ("beforebegin" if config.extra.alternate else "afterend") | tojson }}, PALETTE);
      const label = document.querySelectorAll("[data-md-component=palette] input")[index]?.nextElementSibling;
      if (label instanceof HTMLLabelElement) label.hidden = false;
    }],
    [".md-header ~ *", () => {
      const name = document.querySelector(".md-header__title");
      if (!name || name.children.length) return;
      name.innerHTML = `<div class="md-header__ellipsis"><div class="md-header__topic"><span class="md-ellipsis">${name.innerHTML}</span></div></div>`;
    }],
    ...within,
    // Material's script, before which all of the page stands.
    ['script[src*="/bundle."]', script => {
      for (const part of ["header", "logo", "container", "tabs", "main", "content"]) {
        if (lacks(part)) document.querySelector(`.md-${part}`)?.setAttribute("data-md-component", part);
      }
      const ellipsis = document.querySelector(".md-header__ellipsis");
      if (ellipsis && lacks("header-topic")) {
        add(ellipsis, "beforeend", '<div class="md-header__topic" data-md-component="header-topic"><span class="md-ellipsis"></span></div>');
      }
      const main = document.querySelector(".md-main");
      if (main && lacks("top")) add(main, "beforeend", TOP);
      if (lacks("dialog")) add(script, "beforebegin", '<div class="md-dialog" data-md-component="dialog"><div class="md-dialog__inner md-typeset"></div></div>');
      if (!document.getElementById("__config")) {
        add(script, "beforebegin", CONFIG);
        const box = /** @type {HTMLElement} */ (document.getElementById("__config"));
        const config = JSON.parse(box.textContent ?? "");
        for (const name of ["base", "search"]) config[name] = new URL(config[name], here).href;
        box.textContent = JSON.stringify(config);
      }
    }],
  ];

  /** @param {Task[]} tasks @returns {Task[]} those whose place isn't there yet */
  const done = tasks => tasks.filter(([selector, task]) => {
    const place = document.querySelector(selector);
    if (place) task(place);
    return !place;
  });
  const observer = new MutationObserver(() => { waiting = done(waiting); });
  observer.observe(document, { childList: true, subtree: true });

  /** Complete what has come with a page, or with another one through instant loading. */
  function complete() {
    done(within);
    const topic = document.querySelector("[data-md-component=header-topic] span");
    if (topic) topic.textContent = document.title.replace({{ (" - " ~ config.site_name) | tojson }}, "");
    if (!PERMALINK) return;
    for (const heading of document.querySelectorAll("article :is(h2, h3, h4, h5, h6)[id]:not(:has(.headerlink))")) {
      add(heading, "beforeend", `<a class="headerlink" href="#${heading.id}" title="Permanent link">&para;</a>`);
    }
  }
  document.addEventListener("DOMContentLoaded", () => {
    observer.disconnect();
    const pages = /** @type {any} */ (window).document$;
    if (pages) pages.subscribe(complete);
    else complete();
  });
  if (!document.querySelector("link[rel=icon]")) {
    const icon = document.createElement("link");
    icon.rel = "icon";
    icon.href = new URL({{ config.theme.favicon | url | tojson }}, here).href;
    document.head.append(icon);
  }
})();
