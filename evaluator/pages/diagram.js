// The picture of the network: neurons and weights if they are few, else a box for each layer.

/** The largest networks that are drawn neuron by neuron, and with the weights written out. */
const MAX_UNITS = 40, MAX_EDGES = 200, MAX_LABELS = 24;
/** How many boxes of layers are drawn. */
const MAX_BOXES = 8;
const BOX = {width: 112, height: 44};
/** How far what is written under a neuron may stick out at the sides: from left to right, downwards. */
const ASIDE = {across: 26, down: 4};
/** From one column of neurons to the next, and from one row to the next where they go downwards. */
const ALONG = {across: 214, down: 132};

/** Give each block its depth: one more than the deepest that it reads. */
function depthsOf(network) {
  const depths = [0];
  for (const block of network.blocks) {
    depths.push(1 + block.sources.reduce((most, [from]) => Math.max(most, depths[from]), 0));
  }
  return depths;
}

/** List the edges; where a layer has no weights, each value goes to one unit. */
function edgesOf(network) {
  return network.blocks.flatMap((block, n) => block.units.flatMap((_, unit) => (
    block.weights
      ? block.sources.map((source, k) => ({source, target: [n + 1, unit], at: [n, unit, k]}))
      : [{source: block.sources[unit], target: [n + 1, unit], at: null}])));
}

/** A picture that is drawn once for a shape of the page, and then follows the numbers. */
class Diagram {
  constructor(figure, network) {
    this.figure = figure;
    this.network = network;
    const units = network.inputs.length + network.blocks.reduce((sum, b) => sum + b.units.length, 0);
    this.drawsUnits = units <= MAX_UNITS && countEdges(network) <= MAX_EDGES;
    this.depths = depthsOf(network);
    new ResizeObserver(() => this.layOut()).observe(figure);
  }

  /** Draw anew if the page has got another shape: from left to right, or downwards where that is larger. */
  layOut() {
    const columns = Math.max(...this.depths) + 1, width = this.figure.clientWidth;
    const heights = this.depths.reduce((found, depth, block) => {
      found[depth] = (found[depth] ?? 0) + widthOf(this.network, block);
      return found;
    }, []);
    const [long, broad] = this.drawsUnits
      ? [ALONG.across * (columns - 1) + BOX.width + 2 * ASIDE.across + 2, Math.max(...heights) * (BOX.width + 12)]
      : [178 * Math.min(columns, MAX_BOXES) - 30, 152];
    const across = width / long, down = width / broad;
    const downwards = across < 0.8 && down > across;
    if (this.svg && this.downwards === downwards) return;
    this.downwards = downwards;
    this.svg = this.drawsUnits ? this.drawUnits() : this.drawLayers();
    this.figure.replaceChildren(this.svg);
    // Smaller it could not be read: then the picture scrolls, not the page.
    this.svg.style.minWidth = `${Math.round(0.6 * this.svg.getAttribute("width"))}px`;
    if (this.figure.scrollWidth > this.figure.clientWidth) this.figure.tabIndex = 0;
    else this.figure.removeAttribute("tabindex");
    for (const {name, called} of this.units ?? []) setFitting(called, [name], BOX.width - 16);
    if (this.trace) this.update(this.trace);
  }

  /** Turn a place (along the flow, across it) into x and y. */
  point(along, across) {
    return this.downwards ? [across, along] : [along, across];
  }

  frame(along, [first, last], children) {
    const [left, top] = this.point(0, first), [width, height] = this.point(along, last - first);
    const title = `Network of ${plural(this.network.inputs.length, "input")} and ${
      plural(this.network.blocks.length, this.network.isLayers ? "layer" : "neuron")}, with its values`;
    const viewBox = `${left} ${top} ${width} ${height}`;
    return draw("svg", {viewBox, width, height, role: "img", class: "network"},
      draw("title", {}, title), ...children);
  }

  drawUnits() {
    const {network, downwards} = this;
    const columns = [];
    this.depths.forEach((depth, block) => {
      const units = Array.from({length: widthOf(network, block)}, (_, n) => [block, n]);
      columns[depth] = [...(columns[depth] ?? []), ...units];
    });
    const along = downwards ? ALONG.down : ALONG.across, across = downwards ? BOX.width + 12 : 88;
    const edge = downwards ? 6 : ASIDE.across + 1;
    const tallest = Math.max(...columns.map((column) => column.length));
    this.places = new Map(columns.flatMap((column, depth) => column.map((unit, row) => [
      String(unit), this.point(edge + along * depth, 6 + across * (row + (tallest - column.length) / 2))])));
    const edges = edgesOf(network);
    this.taken = [];
    this.edges = edges.map((edge) => this.drawEdge(edge, edges.length <= MAX_LABELS));
    this.units = [...this.places].map(([key, at]) => this.drawUnit(key.split(",").map(Number), at));
    const [end, far] = this.point(BOX.width, BOX.height + 22);
    // Links that bend need room at the sides.
    const sides = this.edges.map((edge) => edge.side);
    const reach = [Math.min(0, ...sides), Math.max(across * (tallest - 1) + far + 12, ...sides)];
    return this.frame(along * (columns.length - 1) + end + 2 * edge, reach, [
      draw("g", {}, ...this.edges.map((edge) => edge.line)),
      draw("g", {}, ...this.units.map((unit) => unit.group)),
      draw("g", {}, ...this.edges.flatMap((edge) => edge.label ?? [])),
    ]);
  }

  drawEdge(edge, labelled) {
    const [x1, y1] = this.places.get(String(edge.source)), [x2, y2] = this.places.get(String(edge.target));
    const {width, height} = BOX;
    const below = edge.source[0] ? height + 20 : height; // below what stands under a neuron
    const start = this.downwards ? [x1 + width / 2, y1 + below] : [x1 + width, y1 + height / 2];
    const end = this.downwards ? [x2 + width / 2, y2] : [x2, y2 + height / 2];
    const bend = this.bend(start, end);
    const aside = this.point(0, bend);
    const middle = [0, 1].map((n) => (start[n] + end[n]) / 2 + 2 * aside[n]);
    const line = draw("path", {class: "edge", d: `M${start}Q${middle} ${end}`});
    const cross = this.downwards ? 0 : 1;
    const side = bend ? (start[cross] + end[cross]) / 2 + bend + 20 * Math.sign(bend) : 0;
    if (!labelled || !edge.at) return {...edge, line, side};
    const place = (t) => [0, 1].map(
      (n) => (1 - t) ** 2 * start[n] + 2 * t * (1 - t) * middle[n] + t * t * end[n]);
    const [x, y] = this.free((bend ? [0.5, 0.4, 0.6] : [0.32, 0.2, 0.44, 0.6, 0.72]).map(place));
    return {...edge, line, side, label: draw("text", {x, y: y + 4, class: "weight"})};
  }

  /** Choose the first place where no other weight is written. */
  free(places) {
    const isFree = ([x, y]) => this.taken.every(([a, b]) => Math.abs(x - a) > 34 || Math.abs(y - b) > 15);
    const found = places.find(isFree) ?? places[0];
    this.taken.push(found);
    return found;
  }

  /** Say how far a link bends to pass the neurons that stand between its ends. */
  bend(start, end) {
    const main = this.downwards ? 1 : 0, cross = 1 - main;
    const length = this.downwards ? BOX.height : BOX.width, breadth = this.downwards ? BOX.width : BOX.height;
    const between = [...this.places.values()].filter(
      (at) => at[main] > start[main] && at[main] + length < end[main]);
    const step = breadth * 0.9;
    const passes = (bend) => between.every((at) => [0, 0.5, 1].every((part) => {
      const t = (at[main] + part * length - start[main]) / (end[main] - start[main]);
      const where = start[cross] + t * (end[cross] - start[cross]) + 4 * t * (1 - t) * bend;
      return where < at[cross] - 6 || where > at[cross] + breadth + 20;
    }));
    return [0, step, -step, 1.6 * step, -1.6 * step, 2.4 * step].find(passes) ?? 0;
  }

  drawUnit([block, column], [x, y]) {
    const name = unitName(this.network, [block, column]);
    const center = x + BOX.width / 2;
    const called = draw("text", {x: center, y: y + 18, class: "name"}, name);
    const value = draw("text", {x: center, y: y + 36, class: "value"});
    const note = draw("text", {x: center, y: y + BOX.height + 14, class: "note"});
    // Inputs are boxes, neurons are rounded: the shape tells them apart.
    const group = draw("g", {},
      draw("title", {}, name),
      draw("rect", {x, y, ...BOX, rx: block ? 22 : 3}),
      called, value, note);
    return {block, column, name, group, called, value, note};
  }

  drawLayers() {
    const {network, depths} = this;
    const last = Math.max(...depths);
    const half = MAX_BOXES / 2, hidden = last + 1 - MAX_BOXES;
    const boxes = [];
    for (let depth = 0; depth <= last; depth++) {
      const blocks = depths.flatMap((d, block) => (d === depth ? [block] : []));
      if (hidden <= 0 || depth < half || depth > half + hidden) boxes.push(blocks);
      else if (depth === half) boxes.push(null);
    }
    const along = this.downwards ? 118 : 178;
    this.boxes = boxes.map((blocks, n) => this.drawLayer(blocks, this.point(6 + along * n, 6), hidden + 1));
    const arrows = boxes.slice(1).map((_, n) => (this.downwards
      ? draw("path", {class: "arrow", d: `M76 ${92 + along * n}v26m-5 -7l5 7l5 -7`})
      : draw("path", {class: "arrow", d: `M${148 + along * n} 48h32m-7 -5l7 5l-7 5`})));
    const [end, far] = this.point(140, 84);
    return this.frame(along * (boxes.length - 1) + end + 12, [0, far + 12],
      [...arrows, ...this.boxes.map((box) => box.group)]);
  }

  drawLayer(blocks, [x, y], hidden) {
    const lines = [0, 1, 2].map((row) => draw("text", {
      x: x + 70, y: y + 24 + 22 * row, class: ["name", "note", "note"][row]}));
    const rect = draw("rect", {x, y, width: 140, height: 84, rx: blocks?.[0] === 0 ? 3 : 14});
    if (!blocks) {
      lines[0].textContent = "…";
      lines[1].textContent = `${plural(hidden, "layer")} more`;
      return {group: draw("g", {}, rect, ...lines)};
    }
    const total = blocks.reduce((sum, block) => sum + widthOf(this.network, block), 0);
    const single = blocks.length === 1;
    lines[0].textContent = blocks[0] === 0 ? "inputs"
      : single ? clip(this.network.blocks[blocks[0] - 1].name, 16) : plural(blocks.length, "neuron");
    return {blocks, total, lines, group: draw("g", {}, rect, ...lines)};
  }

  /** Show the values of a trace. */
  update(trace) {
    this.trace = trace;
    if (!this.svg) return;
    if (this.drawsUnits) this.updateUnits(trace);
    else this.updateLayers(trace);
  }

  updateUnits(trace) {
    const {network} = this;
    // What is given stands as it is where it fits.
    const brief = (value) => [shownWhole(value, network.dtype === "float32"),
      ...[8, 7, 6, 5, 4, 3].map((digits) => shown(value, digits)), minus(value.toExponential(1))];
    const weightAt = ([block, unit, k]) => network.blocks[block].weights[unit][k];
    const weights = this.edges.map((edge) => (edge.at ? weightAt(edge.at) : 1));
    const largest = Math.max(...weights.map(Math.abs)) || 1;
    this.edges.forEach(({line, label}, n) => {
      const weight = weights[n];
      line.setAttribute("stroke-width", (1 + 2.5 * Math.abs(weight) / largest).toFixed(2));
      line.dataset.sign = Math.sign(weight);
      if (label) setFitting(label, brief(weight), 72);
    });
    const room = BOX.width + 2 * (this.downwards ? ASIDE.down : ASIDE.across);
    for (const {block, column, value, note} of this.units) {
      const found = trace.values[block][column];
      setFitting(value, block ? [shown(found, 5)] : brief(found), BOX.width - 10);
      if (!block) continue;
      const {activation} = network.blocks[block - 1];
      const sums = [4, 3, 2].map((digits) => shown(trace.sums[block][column], digits));
      setFitting(note, sums.map((sum) => `${activation} of ${sum}`).concat(`z = ${sums[0]}`), room);
    }
  }

  updateLayers(trace) {
    for (const {blocks, total, lines} of this.boxes) {
      if (!blocks) continue;
      const values = blocks.flatMap((block) => trace.values[block]);
      const names = new Set(blocks.flatMap((b) => (b ? [this.network.blocks[b - 1].activation] : [])));
      setFitting(lines[1], [`${total.toLocaleString("en")} × ${[...names].join(", ") || "values"}`], 132);
      const [low, high] = [Math.min(...values), Math.max(...values)];
      setFitting(lines[2], [3, 2, 1].map((digits) => `${shown(low, digits)} to ${shown(high, digits)}`), 132);
    }
  }

  /** Make one weight stand out, or none. */
  highlight(at) {
    if (!this.drawsUnits || !this.svg) return;
    for (const edge of this.edges) {
      edge.line.classList.toggle("chosen", Boolean(at) && String(edge.at) === String(at));
    }
  }
}
