// Finds papers by what people type, in the files that generator/papershelf/searchindex.py makes.
//
// Titles, topics and tags are read whole when the engine is opened, and their words are put in order here; the words of
// summaries and abstracts are in shards by the alphabet, of which a search reads those of its words.

import { words } from "./folding.js";

/**
 * @typedef {{version: string, labelled: string, papers: number, together: number, paper: string, stride: number,
 *   abstract: number, stop: string[], everywhere: string[], topics: string[][], tags: string[][], lists: string[][], shards: string[]}} Head
 * @typedef {{word: string, at: number, unfinished: boolean}} Asked a word as it was typed, and where in the query
 * @typedef {{word: string, weight: number}} Form a word of the index that stands for a typed one
 * @typedef {{topic?: string[], tag?: string[], list?: string[], year?: string[], code?: string[],
 *   state?: string[]}} Facets
 * @typedef {{include?: Facets, exclude?: Facets, limit?: number, from?: number, facets?: boolean, sort?: "relevance" | "title" | "newest"}} Options
 * @typedef {{number: number, id: string, title: string, address: string, topics: Label[], tags: Label[], score: number}} Result
 * @typedef {{kind: "topic" | "tag" | "list", id: string, name: string, address: string}} Label
 * @typedef {{kind: "topic" | "tag" | "list" | "page", id: string, name: string, address: string, text?: string, of?: string}} Place a section's `of` is its page
 * @typedef {{title: string, address: string, text: string, parts: [string, string, string][]}} Written a page that people
 *   wrote, with the heading, id and text of each section
 * @typedef {Record<keyof Facets, Map<string, number>>} Counts how many of the papers found each facet has
 * @typedef {{total: number, results: Result[], places: Place[], words: Set<string>, meant: Set<string>[],
 *   counts: Counts}} Found `words` are all that were found or asked for, `meant` what was
 *   found for each typed word
 */

/** What a match weighs: a word in a title, a tag or topic, a summary, an abstract. */
const TITLE = 12, LABEL = 2.5, SUMMARY = 1.6, ABSTRACT = 1;
/** How much words weigh that stand as they were typed, one behind the other, by the field. */
const PHRASE_IN_TITLE = 5, PHRASE_IN_TEXT = 12;
/** How much a form of a word counts beside the word itself. */
const SAME_STEM = 0.7, PREFIX = 0.7, ONE_TYPO = 0.6, TWO_TYPOS = 0.4, ACRONYM = 0.5;
/** Of a longer query, only so many words are looked for in summaries and abstracts: those that are rarest in titles. */
const READ = 6;
/** How many letters a word has at least that may be mistyped. */
const SPELLED = 4;
/** How many shards one word may read, as a prefix of others, and then as a mistyped one. */
const SHARDS = 3, RESPELLED = 2;
/** How many shards all words of a query may read together. */
const AT_ONCE = 7;
/** How many of the best papers are looked at more closely, and how many of those others that say just what was typed. */
const CLOSELY = 600;
/** More words than anybody types; what is behind them is left out. */
const WORDS = 30;
/** In titles, a word's place is the paper's number times this, and where it stands. */
const IN_TITLE = 64;

const ENDING = /(?:(?:i[sz])?(?:ations?|ings?|ed|ers?|es?)|ies|(?<!s)s|ly|y|al|ic)$/;

/**
 * The part of a word that its forms share.
 * @param {string} word
 */
export function stem(word) {
  const root = word.replace(ENDING, "");
  return root.length < 3 ? word : root;
}

/**
 * How many letters have to be changed, added, left out or swapped to make one word of the other; `limit` + 1 for more.
 * @param {string} one
 * @param {string} other
 * @param {number} limit
 */
export function distance(one, other, limit) {
  if (Math.abs(one.length - other.length) > limit) return limit + 1;
  /** @type {number[]} */ let before = [];
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      let cost = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) cost = Math.min(cost, before[j - 2] + 1);
      next.push(cost);
      if (cost < least) least = cost;
    }
    if (least > limit) return limit + 1;
    before = row;
    row = next;
  }
  return row[other.length];
}

/** Words in their order with the places of each. */
class Places {
  /** @param {string[]} sorted @param {(number: number) => ArrayLike<number>} places of the word of a number */
  constructor(sorted, places) {
    this.sorted = sorted;
    this.places = places;
  }

  /** @param {string} word @returns {ArrayLike<number> | undefined} */
  of(word) {
    const at = first(this.sorted, word);
    return this.sorted[at] === word ? this.places(at) : undefined;
  }

  /** The words that begin with some letters. @param {string} prefix */
  *from(prefix) {
    for (let at = first(this.sorted, prefix); at < this.sorted.length && this.sorted[at].startsWith(prefix); at++) {
      yield this.sorted[at];
    }
  }
}

/**
 * The number of the first item that isn't less than a value.
 * @template {string | number} T
 * @param {ArrayLike<T>} items
 * @param {T} value
 */
function first(items, value) {
  let low = 0;
  for (let high = items.length; low < high;) {
    const middle = (low + high) >> 1;
    if (items[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a number's letters stand for. */
const DIGIT = new Uint8Array(128);
for (const [value, letter] of [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].entries()) {
  DIGIT[letter.charCodeAt(0)] = value;
}

/** Rising numbers from the text that searchindex.py writes them as. @param {string} text */
export function read(text) {
  const numbers = [];
  for (let at = 0, last = 0; at < text.length;) {
    let gap = 0;
    for (let unit = 1; ; unit *= 32) {
      const digit = DIGIT[text.charCodeAt(at++)];
      gap += (digit & 31) * unit;
      if (digit < 32) break;
    }
    last += gap;
    numbers.push(last);
  }
  return Uint32Array.from(numbers);
}

/** Words from the text that searchindex.py writes them as: each begins as the one before, for so many letters as a capital says. @param {string} text */
export function afterEachOther(text) {
  /** @type {string[]} */ const found = [];
  let before = "";
  for (const [, capital, rest] of text.matchAll(/([A-Z])([^A-Z]*)/g)) {
    before = before.slice(0, capital.charCodeAt(0) - 65) + rest;
    found.push(before);
  }
  return found;
}

/**
 * Open the engine of a site.
 * @param {string | URL} root the site's
 * @param {Promise<Head>} [asked] what is read first, if it was asked for already
 */
export async function open(root, asked) {
  const folder = new URL("assets/search/", root);
  const written = fetch(new URL("pages.json", folder), { cache: "no-cache" });
  /** @type {Head} */ const head = await (asked ?? json(new URL("index.json", folder), "no-cache"));
  const parts = Array.from({ length: Math.ceil(head.papers / head.together) }, (_, number) => number);
  /** @param {string} name @param {string} version */
  const all = (name, version) => Promise.all(parts.map(part => json(new URL(`${name}-${part}.json?${version}`, folder))));
  const [titles, labels, pages] = await Promise.all([all("titles", head.version), all("labels", head.labelled), written]);
  return new Engine(new URL(root), head, titles, labels.flat(), pages.ok ? await pages.json() : []);
}

/** @param {URL} address @param {RequestCache} [cache] @returns {Promise<any>} */
async function json(address, cache = "default") {
  const answer = await fetch(address, { cache });
  if (!answer.ok) throw new Error(`${answer.status} for ${address}`);
  return answer.json();
}

export class Engine {
  /** @type {Map<number, Places>} the shards that are here */
  #shards = new Map();
  /** @type {Map<number, Promise<void>>} those that are on their way, too */
  #asked = new Map();
  /** @type {Promise<{lists: number[][], years: number[], code: number[]}> | undefined} */
  #facets;
  /** What the reader marked papers as, by their numbers. @type {Map<number, string[]>} */
  #marked = new Map();
  /** The words that stand in no title, nearly all. @type {Promise<string[]> | undefined} */
  #spelled;
  /** @type {Map<string, number> | undefined} */ #numbers;
  /** @type {string[] | undefined} */ #initials;
  /** @type {string | undefined} */ #everyTitle;

  /**
   * @param {URL} root
   * @param {Head} head
   * @param {{titles: string[], ids: Record<string, string>}[]} titles
   * @param {number[][]} labels
   * @param {Written[]} pages
   */
  constructor(root, head, titles, labels, pages) {
    this.root = root;
    this.head = head;
    this.titles = titles.flatMap(part => part.titles);
    this.ids = new Map(titles.flatMap(({ ids }, part) => Object.entries(ids).map(([at, id]) => [part * head.together + Number(at), id])));
    this.labels = labels;
    /** @type {Label[]} topics, behind them the tags */
    this.label = [
      ...head.topics.map(([id, name]) => this.#named("topic", id, name)),
      ...head.tags.map(([id, name]) => this.#named("tag", id, name)),
    ];
    this.lists = head.lists.map(([id, name]) => this.#named("list", id, name));
    /** @type {(Place & {title: Set<string>, said: Set<string>})[]} what is no paper: its words, by where they stand */
    this.places = [
      ...[...head.topics, ...head.tags].map(([, ...names], at) => spokenOf(this.label[at], names.join(" "), "")),
      ...this.lists.map(list => spokenOf(list, list.name, "")),
      ...pages.flatMap(page => this.#sections(page)),
    ];
    this.stop = new Set(head.stop);
    /** Words that so many texts have that their places are told nowhere. */
    this.everywhere = new Set(head.everywhere);
    this.length = new Uint8Array(this.titles.length);
    /** @type {string[]} the words of each title, as one text */
    this.spoken = [];
    this.inTitles = this.#readTitles();
    /** @type {number[][]} the papers of each topic and tag */
    this.papersOf = this.label.map(() => []);
    this.labels.forEach((some, number) => some.forEach(label => this.papersOf[label].push(number)));
    this.inLabels = this.#readLabels();
  }

  /** The words of all titles; notes what else is asked of titles. */
  #readTitles() {
    /** @type {Map<string, number[]>} */ const places = new Map();
    /** @param {string} word @param {number} place */
    const add = (word, place) => {
      const known = places.get(word);
      if (known) known.push(place);
      else places.set(word, [place]);
    };
    this.titles.forEach((title, number) => {
      const found = words(title);
      let spoken = "";
      for (let at = 0; at < found.length; at++) {
        const [word, joined] = found[at], place = number * IN_TITLE + Math.min(at, IN_TITLE - 1);
        add(word, place);
        if (joined) add(joined, place);
        spoken += ` ${word}`;
      }
      this.length[number] = Math.min(found.length, 255);
      this.spoken.push(spoken);
    });
    const sorted = [...places.keys()].sort();
    return new Places(sorted, at => /** @type {number[]} */ (places.get(sorted[at])));
  }

  /** The words of what topics and tags are called, with the numbers of these. */
  #readLabels() {
    /** @type {Map<string, number[]>} */ const places = new Map();
    [...this.head.topics, ...this.head.tags].forEach(([, ...names], label) => {
      const parts = names.flatMap(name => words(name).flat().filter(word => word && !this.stop.has(word)));
      for (const word of new Set(parts)) places.set(word, [...(places.get(word) ?? []), label]);
    });
    const sorted = [...places.keys()].sort();
    return new Places(sorted, at => /** @type {number[]} */ (places.get(sorted[at])));
  }

  /** A page that people wrote, and its sections, which answer to the page's title, too. @param {Written} page */
  #sections({ title, address, text, parts }) {
    const href = new URL(address, this.root).href, kind = /** @type {const} */ ("page");
    const whole = [text, ...parts.map(([heading, , said]) => `${heading}: ${said}`)].join(" ");
    return [
      spokenOf({ kind, id: address, name: title, address: href }, title, whole),
      ...parts.map(([heading, id, said]) => {
        const place = { kind, id: address, name: heading, address: `${href}#${id}`, of: title };
        return { ...spokenOf(place, heading, `${said} ${title}`), text: said };
      }),
    ];
  }

  /** @param {Label["kind"]} kind @param {string} id @param {string} name @returns {Label} */
  #named(kind, id, name) {
    return { kind, id, name, address: new URL(this.head.paper.replace("papers/*", `${kind}s/${id}`), this.root).href };
  }

  /** A paper's id. @param {number} number */
  id(number) {
    const known = this.ids.get(number);
    if (known) return known;
    let id = "";
    for (const [word] of words(this.titles[number])) {
      if (id.length + word.length >= 80) break;
      id += id ? `-${word}` : word;
    }
    return id;
  }

  /** What the reader marked papers as, by their ids; those that aren't on the shelf don't count. @param {Map<string, string[]>} marks */
  set marked(marks) {
    if (marks.size) this.#numbers ??= new Map(this.titles.map((_, number) => [this.id(number), number]));
    const found = [...marks].map(([id, states]) => /** @type {[number, string[]]} */ ([this.#numbers?.get(id) ?? -1, states]));
    this.#marked = new Map(found);
  }

  /** @param {number} number @param {number} [score] @returns {Result} */
  result(number, score = 0) {
    const id = this.id(number), topics = this.head.topics.length;
    const labels = this.labels[number];
    return {
      number, id, title: this.titles[number], score,
      address: new URL(this.head.paper.replace("*", id), this.root).href,
      topics: labels.filter(label => label < topics).map(label => this.label[label]),
      tags: labels.filter(label => label >= topics).map(label => this.label[label]),
    };
  }

  /** The first letters of each title's telling words. */
  get initials() {
    this.#initials ??= this.spoken.map(spoken => {
      const telling = spoken.split(" ").filter(word => word && !this.stop.has(word));
      return telling.map(word => word[0]).join("");
    });
    return this.#initials;
  }

  /** Whether a title prints a word in capitals. @param {string} word */
  isAcronym(word) {
    this.#everyTitle ??= this.titles.join("\n");
    return new RegExp(`\\b${word.toUpperCase()}\\b`).test(this.#everyTitle);
  }

  // What stands for a typed word

  /** The words of a query. @param {string} query @returns {Asked[]} */
  asked(query) {
    const found = words(query).slice(0, WORDS), unfinished = /[\p{L}\p{N}]$/u.test(query);
    return found.map(([word], at) => ({ word, at, unfinished: unfinished && at === found.length - 1 }));
  }

  /** The shards that hold a word, its forms, and what begins with it. @param {string} word */
  shardsOf(word) {
    const starts = this.head.shards;
    /** @param {string} text */
    const holding = text => Math.max(0, first(starts, `${text}\0`) - 1);
    const own = holding(word);
    if (word.length < 4 || this.stop.has(word)) return [own];
    const from = holding(stem(word)), to = holding(`${word}\uffff`);
    const all = Array.from({ length: to - from + 1 }, (_, at) => from + at);
    return all.sort((one, other) => Math.abs(one - own) - Math.abs(other - own)).slice(0, SHARDS);
  }

  /** The shards to read for each of some words: first the one that holds it, then those around. @param {Asked[]} asked */
  #wanted(asked) {
    /** @type {Set<number>} */ const all = new Set();
    const each = asked.map(({ word }) => (this.head.shards[0] ? this.shardsOf(word) : []));
    for (let rank = 0; rank < SHARDS; rank++) {
      for (const numbers of each) if (rank < numbers.length && all.size < AT_ONCE) all.add(numbers[rank]);
    }
    return new Map(asked.map(({ at }, word) => [at, new Set(each[word].filter(number => all.has(number)))]));
  }

  /** Read a shard, once. @param {number} number */
  #shard(number) {
    let reading = this.#asked.get(number);
    if (!reading) {
      const address = new URL(`assets/search/words-${number}.json?${this.head.version}`, this.root);
      reading = json(address).then(({ words: sorted, places }) => {
        const texts = places.split(" ");
        /** @type {Map<number, Uint32Array>} */ const kept = new Map();
        this.#shards.set(number, new Places(sorted.split(" "), at => {
          const known = kept.get(at) ?? read(texts[at]);
          kept.set(at, known);
          return known;
        }));
      });
      reading.catch(() => this.#asked.delete(number));
      this.#asked.set(number, reading);
    }
    return reading;
  }

  /** Where a word stands in summaries and abstracts, if its shard is here. @param {string} word */
  inTexts(word) {
    return this.#shards.get(Math.max(0, first(this.head.shards, `${word}\0`) - 1))?.of(word);
  }

  /**
   * The words of the index that a typed word may mean.
   * @param {Asked[]} asked
   * @param {number} at
   * @param {Set<number>} shards those to look in
   * @param {boolean} guess whether it may be mistyped
   */
  forms(asked, at, shards, guess) {
    const { word, unfinished } = asked[at];
    /** @type {Map<string, number>} */ const forms = new Map();
    /** @param {string} form @param {number} weight */
    const add = (form, weight) => forms.set(form, Math.max(weight, forms.get(form) ?? 0));
    const read = [this.inTitles, this.inLabels, ...[...shards].flatMap(number => this.#shards.get(number) ?? [])];
    const root = stem(word);
    for (const places of read) {
      if (places.of(word)) add(word, 1);
      for (const neighbour of [asked[at - 1], asked[at + 1]]) {
        const joined = neighbour && (neighbour.at < at ? neighbour.word + word : word + neighbour.word);
        if (joined && places.of(joined)) add(joined, 1);
      }
      if (!this.stop.has(word) && (word.length > 2 || unfinished)) {
        for (const form of places.from(root)) {
          if (form === word) continue;
          if (stem(form) === root) add(form, SAME_STEM);
          else if (form.startsWith(word)) add(form, PREFIX * (0.5 + (0.5 * word.length) / form.length));
        }
      }
    }
    if (!this.stop.has(word) && (guess || !forms.size)) {
      const near = read.flatMap(places => alike(word, places.sorted)), least = Math.min(...near.map(([, typos]) => typos));
      for (const [form, typos] of near) if (typos === least) add(form, typos === 1 ? ONE_TYPO : TWO_TYPOS);
    }
    return forms;
  }

  /**
   * Have the shards at hand in which a mistyped word may be spelled as it was meant: those of its first letters needn't be.
   * @param {Asked[]} asked
   * @param {Map<number, Set<number>>} shards those of each word, to which others are added
   * @returns {Promise<boolean>} whether there are any more
   */
  async #respell(asked, shards) {
    const unknown = asked.filter(({ word }) => word.length >= SPELLED && !this.stop.has(word)
      && !this.inTitles.of(word) && !this.inLabels.of(word) && !this.inTexts(word));
    if (!unknown.length) return false;
    this.#spelled ??= json(new URL(`assets/search/spelling.json?${this.head.version}`, this.root)).then(afterEachOther);
    this.#spelled.catch(() => { this.#spelled = undefined; });
    const spelled = await this.#spelled;
    /** @type {number[]} */ const more = [];
    for (const { word, at } of unknown) {
      const near = alike(word, spelled).sort(([one, typos], [other, others]) =>
        typos - others || Number(other[0] === word[0]) - Number(one[0] === word[0]));
      const wanted = [...new Set(near.map(([form]) => Math.max(0, first(this.head.shards, `${form}\0`) - 1)))].slice(0, RESPELLED);
      const known = shards.get(at) ?? new Set();
      for (const number of wanted) if (!known.has(number)) more.push(number);
      shards.set(at, new Set([...known, ...wanted]));
    }
    await Promise.all(more.map(number => this.#shard(number)));
    return more.length > 0;
  }

  // Finding

  /**
   * Find papers; without a query, all of them.
   * @param {string} query
   * @param {Options} [options]
   * @returns {Promise<Found>}
   */
  async find(query, options = {}) {
    const asked = this.asked(query);
    const telling = asked.filter(({ word }) => !this.stop.has(word));
    /** @param {Asked} one how little it tells */
    const common = ({ word }) => (this.inTitles.of(word)?.length ?? 0) + (this.stop.has(word) ? this.titles.length : 0);
    const wanted = asked.filter(({ word }) => !this.everywhere.has(word)).sort((one, other) => common(one) - common(other)).slice(0, READ);
    const shards = this.#wanted(wanted);
    await Promise.all([...shards.values()].flatMap(numbers => [...numbers].map(number => this.#shard(number))));
    let matches = this.matches(asked, shards, telling, false);
    if (asked.length && doubtful(matches)) {
      let guessed = this.matches(asked, shards, telling, true);
      if (doubtful(guessed) && await this.#respell(wanted, shards)) guessed = this.matches(asked, shards, telling, true);
      if (guessed.whole || guessed.share > matches.share) matches = guessed;
    }
    if (!asked.length) matches.numbers = this.titles.map((_, number) => number);
    else this.order(query, asked, matches);
    const chosen = await this.#chosen(options);
    const numbers = matches.numbers.filter(chosen), { from = 0, limit = 10, sort } = options;
    if (sort === "newest") numbers.sort((one, other) => one - other);
    if (sort === "title") numbers.sort((one, other) => (this.spoken[one] < this.spoken[other] ? -1 : 1));
    return {
      total: numbers.length,
      results: numbers.slice(from, from + limit).map(number => this.result(number, matches.score[number])),
      places: this.placesFor(telling),
      words: new Set([...asked.map(({ word }) => word), ...matches.forms.flatMap(forms => [...forms.keys()])]),
      meant: matches.forms.map(forms => new Set(forms.keys())),
      counts: await this.#counts(numbers, options.facets ?? false),
    };
  }

  /** What else papers can be filtered by, read once. */
  #more() {
    const { head } = this;
    this.#facets ??= Promise.all(
      Array.from({ length: Math.ceil(head.papers / head.together) }, (_, part) =>
        json(new URL(`assets/search/facets-${part}.json?${head.labelled}`, this.root))),
    ).then(parts => ({
      lists: parts.flatMap(part => part.lists), years: parts.flatMap(part => part.years), code: parts.flatMap(part => part.code),
    }));
    return this.#facets;
  }

  /** What tells whether a paper has all facets of `include` and none of `exclude`. @param {Options} options */
  async #chosen({ include = {}, exclude = {} }) {
    const topics = this.head.topics.length;
    const beyond = [include, exclude].some(({ list, year, code }) => list?.length || year?.length || code?.length);
    const more = beyond ? await this.#more() : { lists: [], years: [], code: [] };
    /** @param {Facets} facets @returns {((number: number) => boolean)[]} */
    const tests = ({ topic = [], tag = [], list = [], year = [], code = [], state = [] }) => [
      ...topic.map(id => this.head.topics.findIndex(one => one[0] === id)),
      ...tag.map(id => this.head.tags.findIndex(one => one[0] === id)).map(at => (at < 0 ? at : at + topics)),
    ].map(label => (/** @type {number} */ number) => this.labels[number].includes(label)).concat(
      list.map(id => this.head.lists.findIndex(one => one[0] === id)).map(at => number => more.lists[number].includes(at)),
      year.map(given => number => more.years[number] === Number(given)),
      code.map(() => number => more.code[number] === 1),
      state.map(given => number => this.#marked.get(number)?.includes(given) ?? false),
    );
    const all = tests(include), none = tests(exclude);
    return (/** @type {number} */ number) => all.every(test => test(number)) && !none.some(test => test(number));
  }

  /** @param {number[]} numbers @param {boolean} wanted @returns {Promise<Counts>} */
  async #counts(numbers, wanted) {
    /** @type {Counts} */
    const counts = { topic: new Map(), tag: new Map(), list: new Map(), year: new Map(), code: new Map(), state: new Map() };
    if (!wanted) return counts;
    const more = await this.#more();
    /** @param {keyof Facets} facet @param {string} id */
    const add = (facet, id) => counts[facet].set(id, (counts[facet].get(id) ?? 0) + 1);
    for (const number of numbers) {
      for (const label of this.labels[number]) add(/** @type {"topic" | "tag"} */ (this.label[label].kind), this.label[label].id);
      for (const list of more.lists[number]) add("list", this.lists[list].id);
      if (more.years[number]) add("year", String(more.years[number]));
      if (more.code[number]) add("code", "yes");
      for (const state of this.#marked.get(number) ?? []) add("state", state);
    }
    return counts;
  }

  /**
   * The topics, tags, lists and hand-written pages that have all words, by name before text; of a page what fits best.
   * @param {Asked[]} asked
   * @returns {Place[]}
   */
  placesFor(asked) {
    if (!asked.length) return [];
    const found = this.places.flatMap(place => {
      let score = 0;
      for (const { word, unfinished } of asked) {
        const root = stem(word);
        /** @param {Set<string>} said */
        const has = said => said.has(word) || [...said].some(one => stem(one) === root || (unfinished && word.length > 2 && one.startsWith(word)));
        const found = has(place.title) ? 2 : has(place.said) ? 1 : 0;
        if (!found) return [];
        score += found;
      }
      const { kind, id, name, address, text, of } = place;
      // A section is nearer to what was asked than its page.
      return [{ score: score - place.title.size / 100 + (of ? 0.5 : 0), place: { kind, id, name, address, text, of } }];
    });
    /** @type {Set<string>} */ const taken = new Set();
    return found.sort((one, other) => other.score - one.score).map(({ place }) => place).filter(({ kind, id }) => {
      const known = taken.has(`${kind} ${id}`);
      taken.add(`${kind} ${id}`);
      return !known;
    }).slice(0, 3);
  }

  /**
   * Every paper that has the words, or as many of them as any has.
   * @param {Asked[]} asked
   * @param {Map<number, Set<number>>} shards
   * @param {Asked[]} telling
   * @param {boolean} guess
   */
  matches(asked, shards, telling, guess) {
    const total = this.titles.length, { stride, abstract } = this.head;
    const score = new Float64Array(total), share = new Float64Array(total), one = new Float64Array(total);
    /** @type {Set<number>} */ const reached = new Set();
    const needed = telling.length ? telling : asked;
    const forms = asked.map((_, at) => this.forms(asked, at, shards.get(at) ?? new Set(), guess));
    /** @type {number[]} */ const rarities = [];
    let all = 0;
    asked.forEach(({ word }, at) => {
      /** @type {number[]} */ const hit = [];
      /** @param {number} number @param {number} weight */
      const add = (number, weight) => {
        if (!one[number]) hit.push(number);
        one[number] += weight;
      };
      for (const [field, limit] of /** @type {const} */ ([["title", TITLE], ["label", LABEL], ["text", 0]])) {
        /** @type {Map<number, number>} */ const best = new Map();
        /** @param {number} number @param {number} weight */
        const note = (number, weight) => { if (weight > (best.get(number) ?? 0)) best.set(number, weight); };
        for (const [form, weight] of forms[at]) {
          if (field === "title") for (const place of Array.from(this.inTitles.of(form) ?? [])) note(Math.floor(place / IN_TITLE), weight);
          else if (field === "label") for (const label of Array.from(this.inLabels.of(form) ?? [])) for (const number of this.papersOf[label]) note(number, weight);
          else if (shards.has(at)) {
            const places = this.inTexts(form) ?? [];
            for (let from = 0; from < places.length;) {
              const number = Math.floor(places[from] / stride), end = (number + 1) * stride, body = number * stride + abstract;
              let summary = 0, often = 0;
              for (; from < places.length && places[from] < end; from++) places[from] < body ? summary++ : often++;
              note(number, weight * ((summary ? SUMMARY : 0) + (ABSTRACT * often * 2.2) / (often + 1.2)));
            }
          }
        }
        const titles = field === "title";
        for (const [number, weight] of best) add(number, titles ? (limit * weight) / (0.7 + 0.03 * this.length[number]) : limit ? limit * weight : weight);
      }
      if (word.length > 2 && word.length < 7 && (this.isAcronym(word) || !forms[at].size)) {
        this.initials.forEach((initials, number) => { if (!one[number] && initials.includes(word)) add(number, TITLE * ACRONYM); });
      }
      const rarity = Math.log(1 + (total - hit.length + 0.5) / (hit.length + 0.5));
      rarities.push(rarity);
      const counts = needed.includes(asked[at]) ? rarity : 0;
      all += counts;
      for (const number of hit) {
        score[number] += rarity * one[number];
        share[number] += counts;
        one[number] = 0;
        reached.add(number);
      }
    });
    let most = 0;
    for (const number of reached) most = Math.max(most, share[number]);
    const numbers = [...reached].filter(number => share[number] >= most - 1e-9 && share[number] > 0);
    return { numbers, score, forms, rarities, share: most, whole: most > all - 1e-9 && most > 0 };
  }

  /** The papers whose texts say just what was typed, as far as it is known where its words stand. @param {Asked[]} asked */
  #saying(asked) {
    const rows = asked.flatMap(({ word, at }) => ({ at, places: this.inTexts(word) ?? [] })).filter(({ places }) => places.length);
    const [rarest, ...others] = rows.sort((one, other) => one.places.length - other.places.length);
    if (!others.length) return new Set();
    const found = Array.from(rarest.places).filter(place => others.every(({ at, places }) => {
      const wanted = place - rarest.at + at;
      return places[first(places, wanted)] === wanted;
    }));
    return new Set(found.map(place => Math.floor(place / this.head.stride)));
  }

  /**
   * Look at the best papers more closely: what stands as it was typed comes first.
   * @param {string} query
   * @param {Asked[]} asked
   * @param {ReturnType<Engine["matches"]>} matches
   */
  order(query, asked, { numbers, score, forms, rarities }) {
    const said = words(query).map(([word]) => ` ${word}`).join("");
    numbers.sort((one, other) => score[other] - score[one] || one - other);
    const closely = new Set(asked.length > 1 ? numbers.slice(0, CLOSELY) : []), saying = this.#saying(asked);
    for (const number of numbers.slice(CLOSELY).filter(number => saying.has(number)).slice(0, CLOSELY)) closely.add(number);
    numbers.forEach(number => {
      if (closely.has(number)) {
        score[number] += PHRASE_IN_TITLE * aligned(forms, rarities, word => this.inTitles.of(word), number * IN_TITLE, IN_TITLE);
        score[number] += PHRASE_IN_TEXT * aligned(forms, rarities, word => this.inTexts(word), number * this.head.stride, this.head.stride);
      }
      const spoken = this.spoken[number];
      if (!spoken.startsWith(said)) return;
      const name = words(this.titles[number].split(/:|--|—/, 1)[0]).map(([word]) => ` ${word}`).join("");
      score[number] += spoken === said ? 1e6 : name === said ? 1e3 : asked.length > 1 || spoken[said.length] === " " ? 5 : 0;
    });
    numbers.sort((one, other) => score[other] - score[one] || one - other);
  }
}

/**
 * What the words weigh that stand in one paper as in the query: as far from each other, in the same order.
 * @param {Map<string, number>[]} forms of each word
 * @param {number[]} rarities
 * @param {(word: string) => ArrayLike<number> | undefined} places
 * @param {number} start the paper's first place
 * @param {number} length how many places it has
 */
function aligned(forms, rarities, places, start, length) {
  /** @type {Map<number, {words: number, weight: number}>} */ const rows = new Map();
  let best = 0;
  const known = forms.filter(some => [...some.keys()].some(places)).length;
  forms.forEach((some, at) => {
    /** @type {Map<number, number>} */ const here = new Map();
    for (const [form, weight] of some) {
      const all = places(form);
      if (!all) continue;
      for (let from = first(all, start); from < all.length && all[from] < start + length; from++) {
        const row = all[from] - at;
        if (weight > (here.get(row) ?? 0)) here.set(row, weight);
      }
    }
    for (const [row, weight] of here) {
      const sum = rows.get(row) ?? { words: 0, weight: 0 };
      sum.words++;
      sum.weight += weight * rarities[at];
      rows.set(row, sum);
      best = Math.max(best, sum.weight * ((sum.words - 1) / (known - 1 || 1)) ** 2);
    }
  });
  return best;
}

/** @param {Place} place @param {string} title @param {string} text */
function spokenOf(place, title, text) {
  const [name, said] = [title, text].map(some => new Set(words(some).flat().filter(Boolean)));
  return { ...place, text, title: name, said };
}

/**
 * Whether papers have only some of the words, or one that is two typos away.
 * @param {ReturnType<Engine["matches"]>} matches
 */
function doubtful({ whole, forms }) {
  return !whole || forms.some(some => some.size && Math.max(...some.values()) <= TWO_TYPOS);
}

/**
 * The words that a mistyped one may mean, with how many typos: one in a word of five letters or more, two from eight on.
 * @param {string} word
 * @param {string[]} known
 * @returns {[string, number][]}
 */
export function alike(word, known) {
  const letters = mask(word), length = word.length;
  /** @type {[string, number][]} */ const found = [];
  if (length < SPELLED) return found;
  for (const form of known) {
    const longest = Math.max(length, form.length), limit = longest < 5 ? 0 : longest < 8 ? 1 : 2;
    if (!limit || longest - Math.min(length, form.length) > limit || ones(letters ^ mask(form)) > 2 * limit) continue;
    const typos = distance(word, form, limit);
    if (typos && typos <= limit) found.push([form, typos]);
  }
  return found;
}

/** The letters of a word, as bits. @param {string} word */
function mask(word) {
  let bits = 0;
  for (let at = 0; at < word.length; at++) bits |= 1 << (word.charCodeAt(at) & 31);
  return bits;
}

/** How many bits are set. @param {number} bits */
function ones(bits) {
  let count = 0;
  for (; bits; bits &= bits - 1) count++;
  return count;
}
