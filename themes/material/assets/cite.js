// Citations made in the browser from what a paper's page says of itself, by the rules of `papershelf.cite`: a test
// compares the two for every paper. This is a module; papershelf.js loads it on a paper's page.

/**
 * What is known of a paper; what isn't known is empty.
 * @typedef {{id: string, title: string, authors: string[], year: string, venue: string, journal: boolean,
 *   arxiv: string, doi: string, url: string, language: string}} Facts
 */
/**
 * A citation format: how its files end, what they are, an entry, and entries as a file.
 * @typedef {{name: string, ending: string, type: string, entry(facts: Facts): string,
 *   file(entries: string[]): string}} Format
 */

/**
 * The facts of the paper whose page this is; none where it is another page.
 * @param {Document} page
 * @returns {Facts | null}
 */
export function factsOf(page) {
  /** @param {string} name */
  const all = name => [...page.querySelectorAll(`meta[name="citation_${name}"]`)].map(tag => tag.getAttribute("content") ?? "");
  /** @param {string} name */
  const one = name => all(name)[0] ?? "";
  const id = page.querySelector("article h1")?.id;
  if (!id || !one("title")) return null;
  const journal = one("journal_title");
  return {
    id, title: one("title"), authors: all("author"), year: one("publication_date"),
    venue: journal || one("conference_title"), journal: journal !== "",
    arxiv: one("arxiv_id"), doi: one("doi"), url: one("public_url"), language: one("language"),
  };
}

// Names

const LETTER = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ";
const INITIAL = `[${LETTER}]\\.?(?:-?[${LETTER}]\\.)*`;
const PARTICLE = "(?:al|bin|da|de|del|della|den|der|di|dos|du|el|la|le|ten|ter|van|von) ";
const PERSON = new RegExp(`^([${LETTER}][${LETTER}'’.-]*(?: ${INITIAL})*) ((?:${PARTICLE})*[${LETTER}][${LETTER}'’-]+)$`);
const INVERTED = new RegExp(`^([${LETTER}'’ -]+), ([${LETTER}'’. -]+)$`);
const SUFFIX = /^(?:Jr|Sr|II|III|IV)\.?$/;
const WORD = `[\\p{L}\\p{N}_]`;
const GROUP = new RegExp(
  `[&,;0-9]|(?<!${WORD})(?:AI|Alliance|Association|Authors|Center|Centre|Collaboration|Committee|Community|Consortium|` +
  "Contributors|Foundation|Group|Inc|Initiative|Institute|Labs?|Network|Organi[sz]ation|Project|Research|Society|" +
  `Team|University|Workshop|and|others)(?!${WORD})`, "u");

/** @param {string} name @returns {boolean} whether no tool may look for a person's parts in it */
function isGroup(name) {
  const inverted = INVERTED.exec(name);
  return GROUP.test(name) && (!inverted || SUFFIX.test(inverted[2]));
}

/** @param {string} name @returns {[family: string, given: string] | null} nothing where it has to stay as it is */
function parted(name) {
  const inverted = INVERTED.exec(name);
  if (inverted && !SUFFIX.test(inverted[2])) return [inverted[1], inverted[2]];
  const person = isGroup(name) ? null : PERSON.exec(name);
  return person && [person[2], person[1]];
}

// TeX

/** @type {Map<string, string>} */
const ACCENTS = new Map([..."\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0323\u0327\u0328\u0331"]
  .map((mark, place) => [mark, "`'^~=u.\"rHvdckb"[place]]));
const TEXT = String.raw`\ textbackslash ~ textasciitilde ^ textasciicircum … ldots • textbullet § S ¶ P © copyright
® textregistered ™ texttrademark ° textdegree € texteuro £ pounds`;
const LETTERS = "ß ss ø o Ø O ł l Ł L æ ae Æ AE œ oe Œ OE ı i";
const FORMULA = `α alpha β beta γ gamma δ delta ε varepsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi
π pi ρ rho σ sigma ς varsigma τ tau υ upsilon φ varphi χ chi ψ psi ω omega ϵ epsilon ϕ phi ϑ vartheta Γ Gamma Δ Delta
Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega µ mu × times ± pm ÷ div ≤ leq ≥ geq ≠ neq ≈ approx
∼ sim ≡ equiv ∝ propto → rightarrow ← leftarrow ↔ leftrightarrow ⇒ Rightarrow ↑ uparrow ↓ downarrow ∞ infty ∈ in
⊂ subset ∪ cup ∩ cap ∀ forall ∃ exists ∇ nabla ∂ partial ∑ sum ∏ prod ∫ int · cdot ⋅ cdot ∗ ast ∘ circ ⊗ otimes
⊕ oplus ℓ ell ¬ neg ⟨ langle ⟩ rangle ⋆ star † dagger ‡ ddagger`;
const LITERALLY = "{ \\{ } \\} & \\& % \\% $ \\$ # \\# _ \\_ – -- — --- ‘ ` ’ ' “ `` ” '' ¡ !` ¿ ?` ‑ - − $-$ < $<$ > $>$ | $|$";

/** @param {string} table @param {(name: string) => string} written @returns {[string, string][]} */
function signs(table, written) {
  const words = table.split(/\s+/);
  return words.flatMap((word, place) => (place % 2 ? [] : [/** @type {[string, string]} */ ([word, written(words[place + 1])])]));
}

/** @type {Map<string, string>} */
const SIGNS = new Map([
  ["\u00a0", "~"], ["\u00ad", "\\-"], ["\u2009", "\\,"], ["\u202f", "\\,"],
  ...signs(LITERALLY, written => written),
  ...signs(TEXT, name => `\\${name}{}`),
  ...signs(LETTERS, name => `{\\${name}}`),
  ...signs(FORMULA, name => `$\\${name}$`),
  ...[..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((sign, number) => /** @type {[string, string]} */ ([sign, `$^{${number}}$`])),
  ...[..."₀₁₂₃₄₅₆₇₈₉"].map((sign, number) => /** @type {[string, string]} */ ([sign, `$_{${number}}$`])),
]);

/** @param {string} text @returns {string} text as TeX */
const tex = text => [...text.normalize("NFC")].map(sign => SIGNS.get(sign) ?? accented(sign)).join("");

/** @param {string} sign @returns {string} a letter with its marks as commands; any other sign as it is */
function accented(sign) {
  const [base, ...marks] = sign.normalize("NFD");
  if (!marks.length || !/^[A-Za-z]$/.test(base) || !marks.every(mark => ACCENTS.has(mark))) return sign;
  const letter = marks.reduce((written, mark) => {
    const command = ACCENTS.get(mark) ?? "";
    return /[A-Za-z]/.test(command) || written.length > 1 ? `\\${command}{${written}}` : `\\${command}${written}`;
  }, base);
  return `{${letter}}`;
}

// Entries

/** @param {Facts} facts @returns {string} */
function bibtex({ id, title, authors, year, venue, journal, arxiv, doi, url }) {
  /** @param {string} name */
  const author = name => (isGroup(name) ? `{${tex(name)}}` : tex(name));
  /** @param {string} address */
  const verbatim = address => address.replace(/[\\{} ]/g, encodeURIComponent);
  const [kind, where] = journal ? ["article", "journal"] : ["inproceedings", "booktitle"];
  const fields = [
    ["title", `{${tex(title)}}`], ["author", authors.map(author).join(" and ")], ["year", year], [where, tex(venue)],
    ["eprint", arxiv], ["archivePrefix", arxiv && "arXiv"], ["doi", verbatim(doi)], ["url", verbatim(url)],
  ];
  const lines = fields.filter(([, value]) => value).map(([name, value]) => `  ${name} = {${value}}`);
  return `@${venue ? kind : "misc"}{${[id, ...lines].join(",\n")}\n}`;
}

/** @param {Facts} facts @returns {string} */
function ris({ id, title, authors, year, venue, journal, arxiv, doi, url, language }) {
  const lines = [
    ["TY", !venue ? "GEN" : journal ? "JOUR" : "CPAPER"], ["ID", id], ["TI", title],
    ...authors.map(name => ["AU", (parted(name) ?? [name.replaceAll(",", "")]).join(", ")]),
    ["PY", year], ["T2", venue], ["AN", arxiv && `arXiv:${arxiv}`], ["DO", doi], ["LA", language], ["UR", url],
  ];
  return [...lines.filter(([, value]) => value).map(line => line.join("  - ")), "ER  - "].join("\n");
}

/** @param {string} name */
function cslName(name) {
  const parts = parted(name);
  return parts ? { family: parts[0], given: parts[1] } : { literal: name };
}

/** @param {Facts} facts @returns {string} */
function csl({ id, title, authors, year, venue, journal, arxiv, doi, url, language }) {
  const fields = [
    ["id", id], ["type", !venue ? "article" : journal ? "article-journal" : "paper-conference"], ["title", title],
    ["author", authors.length && authors.map(cslName)], ["issued", year && { "date-parts": [[Number(year)]] }],
    ["container-title", venue], ["publisher", arxiv && !venue && "arXiv"], ["number", arxiv && `arXiv:${arxiv}`],
    ["DOI", doi], ["language", language], ["URL", url],
  ];
  const lines = fields.filter(([, value]) => value).map(([name, value]) => `  "${name}": ${JSON.stringify(value)}`);
  return `{\n${lines.join(",\n")}\n}`;
}

/** @type {Format[]} */
export const FORMATS = [
  { name: "BibTeX", ending: "bib", type: "application/x-bibtex", entry: bibtex, file: entries => `${entries.join("\n\n")}\n` },
  { name: "RIS", ending: "ris", type: "application/x-research-info-systems", entry: ris, file: entries => `${entries.join("\n\n")}\n` },
  { name: "CSL-JSON", ending: "csl.json", type: "application/vnd.citationstyles.csl+json", entry: csl, file: entries => `[\n${entries.join(",\n")}\n]\n` },
];

/**
 * Save papers as a file in a format.
 * @param {Facts[]} papers @param {Format} format @param {string} name of the file, without its ending
 */
export function download(papers, format, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([format.file(papers.map(format.entry))], { type: format.type }));
  link.download = `${name}.${format.ending}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// The page

/** Offer the paper of this page in every format, where it shows its BibTeX. */
export function offer() {
  const facts = factsOf(document);
  const code = document.querySelector("#cite ~ pre > code, #cite ~ .highlight pre > code");
  const place = code?.closest(".highlight") ?? code?.parentElement;
  if (!facts || !code || !place || document.querySelector(".papershelf-cite")) return;
  let chosen = FORMATS[0];
  const bar = document.createElement("div");
  bar.className = "papershelf-cite";
  const choice = document.createElement("fieldset");
  choice.setAttribute("aria-label", "Citation format");
  for (const format of FORMATS) {
    const box = document.createElement("input");
    Object.assign(box, { type: "radio", name: "papershelf-cite", id: `papershelf-cite-${format.ending}`, checked: format === chosen });
    const label = document.createElement("label");
    label.htmlFor = box.id;
    label.textContent = format.name;
    box.addEventListener("change", () => {
      chosen = format;
      code.textContent = `${format.file([format.entry(facts)])}`;
    });
    choice.append(box, label);
  }
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  bar.append(choice, button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent ?? "");
      said.textContent = "Copied";
    } catch {
      getSelection()?.selectAllChildren(code);
      said.textContent = "Selected: copy it with the keyboard";
    }
    setTimeout(() => { said.textContent = ""; }, 3_000);
  }), button("Download", () => download([facts], chosen, facts.id)), said);
  place.before(bar);
  place.classList.add("no-copy"); // Material's own button would be a second one
}

/** @param {string} text @param {() => void} action @returns {HTMLButtonElement} */
function button(text, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", action);
  return made;
}

/** Tell search engines, which run scripts, what the page's tags say: as schema.org's ScholarlyArticle. */
export function describe() {
  const facts = factsOf(document);
  if (!facts || document.getElementById("papershelf-article")) return;
  const address = /** @type {HTMLLinkElement | null} */ (document.querySelector("link[rel=canonical]"))?.href ?? location.href;
  const description = document.querySelector("meta[name=description]")?.getAttribute("content");
  const script = document.createElement("script");
  script.type = "application/ld+json";
  script.id = "papershelf-article";
  script.textContent = JSON.stringify({
    "@context": "https://schema.org", "@type": "ScholarlyArticle", headline: facts.title, name: facts.title,
    author: facts.authors.length ? facts.authors.map(name => ({ "@type": isGroup(name) ? "Organization" : "Person", name })) : undefined,
    datePublished: facts.year || undefined, description: description || undefined, inLanguage: facts.language || undefined,
    isPartOf: facts.venue ? { "@type": facts.journal ? "Periodical" : "Event", name: facts.venue } : undefined,
    identifier: facts.doi ? `https://doi.org/${facts.doi}` : facts.arxiv ? `arXiv:${facts.arxiv}` : undefined,
    sameAs: facts.url || undefined, mainEntityOfPage: address,
  });
  document.head.append(script);
}
