// The map of the shelf: every paper a dot on a canvas, drawn from one file. Only the page with the map loads this.
//
// Nothing moves by itself, so there is nothing to still for those who want less motion. What the map leads to, the
// table below it leads to as well.

/**
 * @typedef {object} Data
 * @property {number} side coordinates go from 0 to this
 * @property {[string, string]} address what stands before and behind an id in an address
 * @property {string[]} topics their names
 * @property {string[]} ids
 * @property {string[]} titles
 * @property {number[]} x
 * @property {number[]} y
 * @property {number[][]} in the numbers of each paper's topics
 */

const MARGIN = 14;
const REACH = 14; // pixels around a dot in which it is meant
const FARTHEST = 40;
const STEP = 1.5;

/**
 * Draw the map in a part of the page.
 * @param {HTMLElement} place
 */
export async function draw(place) {
  const link = place.querySelector("a");
  if (!link || place.dataset.drawn) return;
  place.dataset.drawn = "true";
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = new URL("map.css", import.meta.url).href;
  const styled = new Promise((done) => style.addEventListener("load", done, { once: true }));
  document.head.append(style);
  try {
    const [answer] = await Promise.all([fetch(link.href), styled]);
    if (!answer.ok) throw new Error(`${answer.status} for ${link.href}`);
    new Atlas(place, await answer.json(), link.href);
  } catch {
    delete place.dataset.drawn; // the sentence that stands there says where to go on
    place.style.minHeight = "0";
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Partial<HTMLElementTagNameMap[Name]>} [with_]
 * @param {(Node | string)[]} children
 */
function make(name, with_ = {}, ...children) {
  const element = Object.assign(document.createElement(name), with_);
  element.append(...children);
  return /** @type {HTMLElementTagNameMap[Name]} */ (element);
}

class Atlas {
  /**
   * @param {HTMLElement} place
   * @param {Data} data
   * @param {string} base what addresses in the data start from
   */
  constructor(place, data, base) {
    this.data = data;
    this.base = base;
    this.chosen = -1;
    this.scale = 1;
    this.middle = { x: data.side / 2, y: data.side / 2 };
    const unfiled = data.in.some((topics) => !topics.length);
    this.names = [...data.topics, ...(unfiled ? ["To file"] : [])];
    /** The topics of each paper; the last stands for none. */
    this.topics = data.in.map((topics) => (topics.length ? topics : [data.topics.length]));
    this.on = this.names.map(() => true);
    this.canvas = make("canvas", { className: "papershelf-map__canvas", tabIndex: 0 });
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("aria-label", `Map of ${data.ids.length} papers. Arrow keys go from paper to paper, Enter opens one, plus and minus zoom.`);
    this.card = make("a", { className: "papershelf-map__card", hidden: true, tabIndex: -1 });
    this.ring = make("span", { className: "papershelf-map__ring", hidden: true });
    this.said = make("p", { className: "papershelf-map__said" });
    this.said.setAttribute("aria-live", "polite");
    this.sheet = make("div", { className: "papershelf-map__sheet" }, this.canvas, this.ring, this.card, this.zooms());
    this.boxes = this.names.map((_, at) => make("input", { type: "checkbox", checked: true, onchange: () => this.turn(at) }));
    this.swatches = this.names.map(() => make("canvas", { className: "papershelf-map__swatch", width: 28, height: 28 }));
    /** @type {string[]} */
    this.colours = [];
    place.replaceChildren(this.sheet, this.said, this.switches());
    this.listen();
    new ResizeObserver(() => this.paint()).observe(this.sheet);
    new MutationObserver(() => this.recolour()).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
    this.recolour();
  }

  zooms() {
    /** @type {[string, string, () => void][]} */
    const all = [["+", "Zoom in", () => this.zoom(STEP)], ["\u2212", "Zoom out", () => this.zoom(1 / STEP)], ["\u27f2", "Show all", () => this.reset()]];
    const buttons = all.map(([sign, name, onclick]) => {
      const button = make("button", { type: "button", title: name, onclick }, sign);
      button.setAttribute("aria-label", name);
      return button;
    });
    return make("div", { className: "papershelf-map__zooms" }, ...buttons);
  }

  switches() {
    const counts = this.names.map((_, at) => this.topics.filter((topics) => topics.includes(at)).length);
    const labels = this.names.map((name, at) =>
      make("label", {}, this.boxes[at], this.swatches[at], `${name} `, make("small", {}, String(counts[at]))),
    );
    const all = make("button", { type: "button", onclick: () => this.turnAll(true) }, "All");
    const none = make("button", { type: "button", onclick: () => this.turnAll(false) }, "None");
    const legend = make("legend", {}, "Topics ");
    return make("fieldset", { className: "papershelf-map__topics" }, legend, make("div", {}, all, none), ...labels);
  }

  /** @param {number} at */
  turn(at) {
    this.on[at] = this.boxes[at].checked;
    if (this.chosen >= 0 && !this.shows(this.chosen)) this.choose(-1);
    this.paint();
  }

  /** @param {boolean} on */
  turnAll(on) {
    this.boxes.forEach((box, at) => {
      box.checked = this.on[at] = on;
    });
    this.choose(-1);
    this.paint();
  }

  /** @param {number} paper */
  shows(paper) {
    return this.topics[paper].some((topic) => this.on[topic]);
  }

  /** Colours that both palettes bear; of neighbours in the list, neither lightness nor shape is the same. */
  recolour() {
    const dark = document.body.dataset.mdColorScheme === "slate";
    const count = this.data.topics.length;
    const light = dark ? [0.78, 0.68, 0.86] : [0.52, 0.64, 0.42];
    this.colours = this.names.map((_, at) =>
      at < count ? `oklch(${light[at % 3]} 0.15 ${Math.round((at * 360) / count + 25)})` : dark ? "#aaa" : "#777",
    );
    this.swatches.forEach((swatch, at) => {
      const pen = /** @type {CanvasRenderingContext2D} */ (swatch.getContext("2d"));
      pen.clearRect(0, 0, 28, 28);
      pen.beginPath();
      shape(pen, at, 14, 14, 10);
      pen.fillStyle = this.colours[at];
      pen.fill();
    });
    this.paint();
  }

  // From the data's coordinates to the canvas' pixels and back

  get size() {
    return { width: this.sheet.clientWidth, height: this.sheet.clientHeight };
  }

  get unit() {
    const { width, height } = this.size;
    return ((Math.min(width, height) - 2 * MARGIN) / this.data.side) * this.scale;
  }

  /** @param {number} paper */
  at(paper) {
    const { width, height } = this.size;
    const unit = this.unit;
    return { x: width / 2 + (this.data.x[paper] - this.middle.x) * unit, y: height / 2 + (this.data.y[paper] - this.middle.y) * unit };
  }

  get radius() {
    const room = (this.unit * this.data.side) / Math.sqrt(this.data.ids.length);
    return Math.max(1.4, Math.min(9, room * 0.24));
  }

  /**
   * The paper whose dot is nearest to a point, if that is near enough.
   * @param {number} x
   * @param {number} y
   */
  nearest(x, y) {
    let found = -1;
    let least = Math.max(REACH, this.radius + 4) ** 2;
    // In the data's coordinates, so that ten thousand papers take no time.
    const { width, height } = this.size;
    const { data, middle, unit } = this;
    const [mx, my] = [middle.x + (x - width / 2) / unit, middle.y + (y - height / 2) / unit];
    least /= unit ** 2;
    for (let paper = 0; paper < this.topics.length; paper++) {
      const far = (data.x[paper] - mx) ** 2 + (data.y[paper] - my) ** 2;
      if (far < least && this.shows(paper)) [found, least] = [paper, far];
    }
    return found;
  }

  paint() {
    if (!this.waits) this.waits = requestAnimationFrame(() => this.paintNow());
  }

  paintNow() {
    this.waits = 0;
    const { width, height } = this.size;
    const dense = window.devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * dense) || this.canvas.height !== Math.round(height * dense)) {
      this.canvas.width = Math.round(width * dense);
      this.canvas.height = Math.round(height * dense);
    }
    const pen = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    pen.setTransform(dense, 0, 0, dense, 0, 0);
    pen.clearRect(0, 0, width, height);
    const { radius, unit, data, middle } = this;
    /** @type {number[][]} */
    const groups = this.names.map(() => []);
    this.topics.forEach((topics, paper) => {
      // In the colour of its first topic that is on.
      const topic = topics.find((one) => this.on[one]);
      if (topic !== undefined) groups[topic].push(paper);
    });
    groups.forEach((papers, topic) => {
      pen.beginPath();
      for (const paper of papers) {
        const x = width / 2 + (data.x[paper] - middle.x) * unit;
        const y = height / 2 + (data.y[paper] - middle.y) * unit;
        if (x > -radius && y > -radius && x < width + radius && y < height + radius) shape(pen, topic, x, y, radius);
      }
      pen.fillStyle = this.colours[topic];
      pen.fill();
    });
    this.canvas.dataset.dots = String(groups.reduce((sum, papers) => sum + papers.length, 0));
    this.point();
  }

  /**
   * Show which paper a dot is.
   * @param {number} paper -1 for none
   * @param {boolean} [aloud] whether a screen reader says it
   */
  choose(paper, aloud = false) {
    if (paper === this.chosen) return;
    this.chosen = paper;
    this.card.hidden = paper < 0;
    if (paper >= 0) {
      const names = this.topics[paper].map((topic) => this.names[topic]).join(", ");
      this.card.href = this.address(paper);
      this.card.replaceChildren(make("strong", {}, this.data.titles[paper]), make("small", {}, names));
      if (aloud) this.said.textContent = `${this.data.titles[paper]}. ${names}`;
    }
    this.canvas.classList.toggle("papershelf-map__canvas--over", paper >= 0);
    this.point();
  }

  /** Put the ring around the chosen dot, and its card beside it: nothing of the canvas is drawn anew for that. */
  point() {
    this.ring.hidden = this.chosen < 0;
    if (this.chosen < 0) return;
    const { width, height } = this.size;
    const dot = this.at(this.chosen);
    const card = this.card;
    const size = 2 * this.radius + 10;
    for (const [name, value] of Object.entries({ left: dot.x - size / 2, top: dot.y - size / 2, width: size, height: size })) {
      this.ring.style.setProperty(name, `${value}px`);
    }
    const left = Math.max(4, Math.min(width - card.offsetWidth - 4, dot.x - card.offsetWidth / 2));
    const above = dot.y > height / 2;
    const top = above ? dot.y - this.radius - 8 - card.offsetHeight : dot.y + this.radius + 8;
    card.style.setProperty("left", `${left}px`);
    card.style.setProperty("top", `${Math.max(4, Math.min(height - card.offsetHeight - 4, top))}px`);
  }

  /** @param {number} paper */
  address(paper) {
    const [before, behind] = this.data.address;
    return new URL(`${before}${this.data.ids[paper]}${behind}`, this.base).href;
  }

  /**
   * @param {number} factor
   * @param {{x: number, y: number}} [fixed] the point of the canvas that stays where it is
   */
  zoom(factor, fixed) {
    const { width, height } = this.size;
    const dx = fixed ? fixed.x - width / 2 : 0;
    const dy = fixed ? fixed.y - height / 2 : 0;
    const before = this.unit;
    this.scale = Math.max(1, Math.min(FARTHEST, this.scale * factor));
    this.middle.x += dx / before - dx / this.unit;
    this.middle.y += dy / before - dy / this.unit;
    this.hold();
  }

  reset() {
    this.scale = 1;
    this.hold();
  }

  /** Keep the map in sight; let a finger scroll the page as long as all of it is. */
  hold() {
    const { side } = this.data;
    const slack = (side / 2) * (1 - 1 / this.scale);
    for (const axis of /** @type {const} */ (["x", "y"])) {
      this.middle[axis] = Math.max(side / 2 - slack, Math.min(side / 2 + slack, this.middle[axis]));
    }
    this.canvas.classList.toggle("papershelf-map__canvas--near", this.scale > 1);
    this.paint();
  }

  // What the reader does

  listen() {
    /** @type {Map<number, {x: number, y: number}>} */
    const down = new Map();
    let moved = 0;
    const point = (/** @type {MouseEvent} */ event) => {
      const box = this.canvas.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    this.canvas.addEventListener("pointerdown", (event) => {
      if (!down.size) moved = 0;
      down.set(event.pointerId, point(event));
      if (this.scale > 1 || down.size > 1) this.canvas.setPointerCapture(event.pointerId);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      const now = point(event);
      const before = down.get(event.pointerId);
      if (!before) {
        if (event.pointerType === "mouse") this.choose(this.nearest(now.x, now.y));
        return;
      }
      moved += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
      down.set(event.pointerId, now);
      const other = [...down].find(([name]) => name !== event.pointerId)?.[1];
      if (other) {
        const far = Math.hypot(now.x - other.x, now.y - other.y);
        const was = Math.hypot(before.x - other.x, before.y - other.y);
        if (was) this.zoom(far / was, { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
      } else if (this.scale > 1) {
        this.middle.x -= (now.x - before.x) / this.unit;
        this.middle.y -= (now.y - before.y) / this.unit;
        this.hold();
      }
    });
    for (const end of ["pointerup", "pointercancel"]) {
      this.canvas.addEventListener(end, (event) => down.delete(/** @type {PointerEvent} */ (event).pointerId));
    }
    this.sheet.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse" && document.activeElement !== this.canvas) this.choose(-1);
    });
    this.canvas.addEventListener("click", (event) => {
      if (moved > 6) return;
      const { x, y } = point(event);
      const paper = this.nearest(x, y);
      // A finger has not seen yet what it is on: it opens the card.
      const finger = event instanceof PointerEvent && event.pointerType !== "mouse";
      this.choose(paper);
      if (paper < 0 || finger) return;
      if (event.ctrlKey || event.metaKey || event.shiftKey) window.open(this.address(paper));
      else location.assign(this.address(paper));
    });
    this.canvas.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey && !event.metaKey) return; // the page scrolls on
        event.preventDefault();
        this.zoom(Math.exp(-event.deltaY / 300), point(event));
      },
      { passive: false },
    );
    this.canvas.addEventListener("keydown", (event) => this.press(event));
    this.canvas.addEventListener("blur", (event) => {
      if (event.relatedTarget !== this.card) this.choose(-1);
    });
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => this.step(-1, 0),
      ArrowRight: () => this.step(1, 0),
      ArrowUp: () => this.step(0, -1),
      ArrowDown: () => this.step(0, 1),
      Enter: () => this.chosen >= 0 && location.assign(this.address(this.chosen)),
      Escape: () => this.choose(-1),
      "+": () => this.zoom(STEP),
      "-": () => this.zoom(1 / STEP),
      0: () => this.reset(),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /**
   * Go to the nearest paper in a direction; the first time, to the one in the middle.
   * @param {number} dx
   * @param {number} dy
   */
  step(dx, dy) {
    const { width, height } = this.size;
    const from = this.chosen >= 0 ? this.at(this.chosen) : { x: width / 2, y: height / 2 };
    let found = -1;
    let least = Infinity;
    for (let paper = 0; paper < this.topics.length; paper++) {
      if (paper === this.chosen || !this.shows(paper)) continue;
      const dot = this.at(paper);
      const ahead = (dot.x - from.x) * dx + (dot.y - from.y) * dy;
      const aside = Math.abs((dot.x - from.x) * dy) + Math.abs((dot.y - from.y) * dx);
      if (this.chosen >= 0 && (ahead <= 0 || aside > ahead)) continue;
      const far = this.chosen >= 0 ? ahead + 2 * aside : Math.hypot(dot.x - from.x, dot.y - from.y);
      if (far < least) [found, least] = [paper, far];
    }
    if (found < 0) return;
    const { x, y } = this.at(found);
    if (x < 0 || y < 0 || x > width || y > height) {
      this.middle = { x: this.data.x[found], y: this.data.y[found] };
      this.hold();
    }
    this.choose(found, true);
  }
}

/**
 * Add a dot to the path of a pen; by shape, too, topics can be told apart.
 * @param {CanvasRenderingContext2D} pen
 * @param {number} topic
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
function shape(pen, topic, x, y, radius) {
  const kind = topic % 4;
  if (radius < 2.5 || kind === 1) {
    const half = radius * 0.88;
    pen.rect(x - half, y - half, 2 * half, 2 * half);
  } else if (kind === 0) {
    pen.moveTo(x + radius, y);
    pen.arc(x, y, radius, 0, 2 * Math.PI);
  } else {
    const corners = kind === 2 ? [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]] : [[0, -1.2], [1.1, 0.8], [-1.1, 0.8]];
    corners.forEach(([dx, dy], at) => (at ? pen.lineTo(x + dx * radius, y + dy * radius) : pen.moveTo(x + dx * radius, y + dy * radius)));
    pen.closePath();
  }
}
