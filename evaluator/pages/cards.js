// The arithmetic of every neuron, with its weights and its bias as what can be changed.

/** So many characters of a name, and of a number, its factor and their product, stand in one line. */
const MAX_NAME = 16, MAX_LINE = 34;

/** The sum of one neuron, term by term, and what its activation makes of it. */
class Card {
  constructor(page, number, unit) {
    const {network} = page;
    Object.assign(this, {page, number, unit, block: network.blocks[number]});
    const {block} = this, name = block.units[unit];
    const reads = block.weights ? block.sources : [block.sources[unit]];
    const list = this.list = make("ul", {class: "terms"});
    this.terms = reads.map((source, k) => this.addTerm(list, source, k));
    if (block.bias) this.bias = this.addBias(list);
    this.z = make("span", {class: "number"});
    list.append(make("li", {class: "sum"}, make("span", {class: "what"}, "z, the sum"), this.z));
    this.y = make("span", {class: "number strong"});
    this.applied = make("span", {class: "what"});
    list.append(make("li", {class: "sum"}, this.applied, this.y));
    this.lines = make("p", {class: "arithmetic"});
    this.curve = new Curve();
    const heading = make(network.isLayers ? "h4" : "h3", {}, named(name));
    this.element = make("article", {class: "card"}, heading, list);
    if (!network.isLayers) {
      this.activation = page.activationControl(number);
      this.element.append(this.activation.element);
    }
    this.element.append(make("div", {class: "foot"}, this.lines, this.curve.svg));
  }

  addTerm(list, source, k) {
    const {block, unit, page} = this, from = unitName(page.network, source);
    const what = make("span", {class: "what"}, named(from));
    const value = make("span", {class: "factor"}), product = make("span", {class: "number"});
    if (!block.weights) {
      list.append(make("li", {class: "sum"}, what, product));
      return {source, product};
    }
    const weights = block.weights[unit];
    const control = page.numberControl(`weight of ${from} in ${block.units[unit]}`, page.reaches[this.number],
      (number) => (weights[k] = number), [this.number, unit, k]);
    list.append(make("li", {class: "term"}, what, control.slider, control.entry,
      value, product, control.message));
    return {source, control, value, product, read: () => weights[k]};
  }

  addBias(list) {
    const {block, unit, page} = this;
    const control = page.numberControl(`bias of ${block.units[unit]}`, page.reaches[this.number],
      (number) => (block.bias[unit] = number));
    const number = make("span", {class: "number"});
    list.append(make("li", {class: "term"}, make("span", {class: "what"}, "bias"),
      control.slider, control.entry, make("span", {class: "factor"}), number, control.message));
    return {control, number};
  }

  /** Give every term two lines where one is too short; they stay until the page is reset. */
  makeRoom() {
    const longest = (find) => Math.max(6, ...[...this.element.querySelectorAll(".term")].map(find));
    const sizes = [".entry", ".factor", ".number"].map((kind) => longest((term) => {
      const found = term.querySelector(kind);
      return (found.value ?? found.textContent).length;
    }));
    const name = longest((term) => term.querySelector(".what").textContent.length);
    if (name > MAX_NAME || sizes.reduce((sum, size) => sum + size) > MAX_LINE) this.list.classList.add("long");
  }

  restore() {
    this.list.classList.remove("long");
    for (const control of this.controls()) control.restore();
  }

  controls() {
    return [...this.terms, this.bias].map((row) => row?.control).filter(Boolean);
  }

  update(trace) {
    const {block, unit, page} = this, single = page.network.dtype === "float32";
    const round = single ? Math.fround : (value) => value;
    const at = this.number + 1;
    const z = trace.sums[at][unit], y = trace.values[at][unit];
    const x = this.terms.map(({source}) => trace.values[source[0]][source[1]]);
    const products = this.terms.map((term, k) => (term.read ? round(term.read() * x[k]) : x[k]));
    const bias = block.bias?.[unit];
    const column = aligned([...products, ...(block.bias ? [bias] : []), z]);
    this.terms.forEach((term, k) => {
      setText(term.product, column[k]);
      if (!term.read) return;
      setText(term.value, `× ${page.isGiven(term.source) ? shownWhole(x[k], single) : shown(x[k])} =`);
      term.control.show(term.read());
    });
    if (block.bias) {
      setText(this.bias.number, column[products.length]);
      this.bias.control.show(bias);
    }
    setText(this.z, column.at(-1));
    const own = page.activations[block.activation].wholeLayer ? `[${unit}]` : "";
    setText(this.applied, `${block.activation}(z)${own}`);
    setText(this.y, shown(y, 8));
    setText(this.lines, this.arithmetic(x, z, y));
    this.makeRoom();
    this.activation?.show();
    this.curve.update(block, unit, z, y, single);
  }

  /** Write the sum and the activation with the numbers put in: what is given as it is, the rest rounded. */
  arithmetic(x, z, y) {
    const {block, unit, page} = this;
    const given = this.terms.map(({source}) => page.isGiven(source));
    const rounded = enough(x, (others) => {
      const sum = sumOf(block, unit, x.map((value, k) => (given[k] ? value : others[k])), page.single);
      return shown(sum, 8) === shown(z, 8);
    });
    const whole = (value) => shownWhole(value, page.single);
    const factor = (text) => (text.startsWith("−") ? `(${text})` : text);
    const written = this.terms.map(({read}, k) => (
      (read ? `${factor(whole(read()))}·` : "") + factor(given[k] ? whole(x[k]) : rounded[k])));
    let terms = written.join(" + ");
    const bias = block.bias?.[unit];
    if (bias !== undefined) terms += bias < 0 ? ` − ${whole(-bias)}` : ` + ${whole(bias)}`;
    return [`z = ${terms} = ${shown(z, 8)}`, ...this.application(z, y)].join("\n");
  }

  /** Write what the activation does: its formula, and the numbers put in. */
  application(z, y) {
    const {block, unit, page} = this, name = block.activation;
    const {formula, wholeLayer} = page.activations[name];
    const gives = (zs, at) => (
      shown(activate(name, zs, block.parameters, page.single)[at], 8) === shown(y, 8));
    if (wholeLayer) {
      const sums = enough(page.trace.sums[this.number + 1], (zs) => gives(zs, unit));
      const zs = sums.slice(0, 8).join(", ");
      const more = block.units.length > 8 ? ", …" : "";
      return [`${name}(z) = ${formula}`, `${name}(${zs}${more})[${unit}] = ${shown(y, 8)}`];
    }
    const own = Object.entries(block.parameters).map(([key, value]) => {
      const number = Array.isArray(value) ? value[unit] : value;
      return `, ${key} = ${typeof number === "string" ? number : shownWhole(number, page.single)}`;
    });
    const plain = formula === `${name}(z)` ? [] : [`${name}(z) = ${formula}`];
    // Each of a list of parameters belongs to a unit, so that all units are put in.
    const sums = page.trace.sums[this.number + 1];
    const [sum] = enough([z], ([value]) => gives(sums.with(unit, value), unit), 8);
    return [...plain, `${name}(${sum}${own.join("")}) = ${shown(y, 8)}`];
  }
}

/** The curve of an activation around the sum, with the point where the neuron is. */
class Curve {
  constructor() {
    this.axis = draw("path", {class: "axis", d: "M0 40H120M60 0V80"});
    this.path = draw("path", {class: "curve"});
    this.point = draw("circle", {r: 4, class: "point"});
    const size = {viewBox: "-4 -4 128 88", width: 128, height: 88};
    this.svg = draw("svg", {...size, class: "graph", "aria-hidden": "true"},
      this.axis, this.path, this.point);
  }

  update(block, unit, z, y, single) {
    const drawn = !(block.activation in WHOLE_LAYER) && Number.isFinite(z) && Number.isFinite(y);
    this.svg.classList.toggle("hidden", !drawn);
    if (!drawn) return;
    const reach = roundUp(Math.max(4, Math.abs(z)));
    const zs = Array.from({length: 121}, (_, n) => reach * ((n - 60) / 60));
    // A list of parameters, one number a unit, comes down to that of this one.
    const own = Object.entries(block.parameters).map(([key, v]) => [key, Array.isArray(v) ? v[unit] : v]);
    const ys = activate(block.activation, zs, Object.fromEntries(own), single);
    // As much of the height as the curve takes, but no more than the same scale on both axes.
    const inView = ys.filter(Number.isFinite).map((v) => Math.max(-reach, Math.min(reach, v)));
    const [low, high] = [Math.min(0, y, ...inView), Math.max(0, y, ...inView)];
    // A part of the height, 0 at the bottom.
    const part = (value) => (low < high ? partOf(value, [low, high]) : 0);
    const across = (value) => 60 + 60 * (value / reach), up = (value) => 80 - 80 * part(value);
    let d = "", pen = "M";
    ys.forEach((value, n) => {
      const inside = part(value) >= -0.05 && part(value) <= 1.05;
      // Steps are gaps, not slopes.
      const jumps = n > 0 && Math.abs(part(value) - part(ys[n - 1])) > 0.4;
      if (inside) d += `${jumps ? "M" : pen}${across(zs[n]).toFixed(1)} ${up(value).toFixed(1)}`;
      pen = inside ? "L" : "M";
    });
    this.axis.setAttribute("d", `M0 ${up(0).toFixed(1)}H120M60 0V80`);
    this.path.setAttribute("d", d);
    this.point.setAttribute("cx", across(z).toFixed(1));
    this.point.setAttribute("cy", up(y).toFixed(1));
  }
}
