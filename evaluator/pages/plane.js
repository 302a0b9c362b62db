// The map of one value over the plane of two inputs, with the cases on it.

/** Cells on a side; fewer for large networks, while something moves. */
const CELLS = 80, COARSE = 32;
/** Shades of the map: with so few, their edges are lines of equal value. */
const SHADES = 12;
/** Where the values of these lie; the scale of others follows the map. */
const KNOWN_RANGE = {
  sigmoid: [0, 1], tanh: [-1, 1], step: [0, 1], softmax: [0, 1], softmin: [0, 1], hardmax: [0, 1],
  hard_sigmoid: [0, 1], hard_tanh: [-1, 1], softsign: [-1, 1], gaussian: [0, 1],
};
const MARGIN = {left: 46, bottom: 38, top: 8, right: 10};

class Plane {
  constructor(page, section) {
    this.page = page;
    this.canvas = section.querySelector("canvas");
    this.select = section.querySelector("select");
    this.low = byId("plane-low");
    this.high = byId("plane-high");
    this.ramp = byId("plane-ramp");
    this.fillSelect();
    this.select.addEventListener("change", () => this.refresh());
    for (const kind of ["pointerdown", "pointermove"]) {
      this.canvas.addEventListener(kind, (event) => event.buttons & 1 && this.pick(event));
    }
    new ResizeObserver(() => this.refresh()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.refresh());
    this.look();
  }

  /** Show the part of the plane where the cases and the inputs are. */
  look() {
    this.ranges = [0, 1].map((n) => this.range(n));
    this.cells = null;
  }

  fillSelect() {
    const {network} = this.page;
    const units = network.blocks.flatMap(
      (block, n) => block.units.map((name, unit) => [[n + 1, unit], name]));
    const outputs = network.outputs.map(String);
    const listed = [
      ...network.outputs.map((at) => [at, unitName(network, at)]),
      ...units.filter(([at]) => !outputs.includes(String(at))).slice(0, MAX_UNITS)];
    this.select.append(...listed.map(([at, name]) => make("option", {value: String(at)}, name)));
  }

  /** Say from where to where one input goes: around the cases and around where it is. */
  range(n) {
    const given = this.page.cases.map((example) => example.inputs[n]);
    const values = [...given, this.page.inputs[n]].filter(Number.isFinite);
    if (!values.length) return [-1, 1];
    const low = Math.min(...values), high = Math.max(...values);
    const most = this.page.single ? 3.4e38 : Number.MAX_VALUE;
    const within = (value) => Math.max(-most, Math.min(most, value));
    const span = within(high - low > 1e-300 ? high - low : Math.max(Math.abs(low), 1));
    const step = roundUp(span) / 20;
    return [Math.floor(within(low - span * 0.35) / step), Math.ceil(within(high + span * 0.35) / step)]
      .map((steps) => tidy(within(steps * step)));
  }

  /** Something about the network changed: the map is made anew. */
  refresh() {
    this.cells = null;
    this.draw();
  }

  /** Draw the map, and on it the cases and the inputs. */
  draw() {
    const {canvas, page} = this;
    if (!canvas.clientWidth) return;
    page.inputs.forEach((value, n) => {
      const [low, high] = this.ranges[n];
      if (Number.isFinite(value) && (value < low || value > high)) {
        this.ranges[n] = this.range(n);
        this.cells = null;
      }
    });
    const scale = devicePixelRatio || 1;
    const size = Math.round(canvas.clientWidth * scale);
    if (canvas.width !== size) Object.assign(canvas, {width: size, height: size});
    this.side = canvas.clientWidth;
    this.box = {x: MARGIN.left, y: MARGIN.top,
      width: this.side - MARGIN.left - MARGIN.right, height: this.side - MARGIN.top - MARGIN.bottom};
    const style = getComputedStyle(document.documentElement);
    this.colors = Object.fromEntries(["paper", "ink", "soft", "line", "map-low", "map-high"]
      .map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
    const context = canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, this.side, this.side);
    this.cells ??= this.compute();
    context.imageSmoothingEnabled = false;
    context.drawImage(this.cells.image, this.box.x, this.box.y, this.box.width, this.box.height);
    this.drawAxes(context);
    page.cases.forEach((example, n) => this.drawCase(context, example, n));
    this.drawInputs(context);
    this.describe();
  }

  compute() {
    const {network} = this.page;
    const [block, column] = this.select.value.split(",").map(Number);
    const cells = countEdges(network) > 500 ? COARSE : CELLS;
    const [across, up] = this.ranges;
    const values = [];
    for (let row = 0; row < cells; row++) {
      for (let place = 0; place < cells; place++) {
        const x = atPart((place + 0.5) / cells, across);
        const y = atPart(1 - (row + 0.5) / cells, up);
        values.push(feedForward(network, [x, y]).values[block][column]);
      }
    }
    const finite = values.filter(Number.isFinite);
    const most = finite.reduce((a, b) => Math.max(a, b), -Infinity);
    const least = finite.reduce((a, b) => Math.min(a, b), Infinity);
    let [low, high] = KNOWN_RANGE[network.blocks[block - 1].activation] ?? [least, most];
    if (!(low < high)) {
      const aside = Math.max(0.5, Math.abs(low) / 1e6);
      [low, high] = [low - aside, low + aside].map((end) => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, end)));
    }
    if (!finite.length) [low, high] = [0, 1];
    return {values, cells, low, high, least, most, image: this.paint(values, cells, low, high)};
  }

  paint(values, cells, low, high) {
    const image = new OffscreenCanvas(cells, cells);
    const context = image.getContext("2d");
    const pixels = context.createImageData(cells, cells);
    const [from, to] = [this.colors["map-low"], this.colors["map-high"]].map(rgb);
    values.forEach((value, n) => {
      if (!Number.isFinite(value)) return; // stays empty
      const part = Math.floor(partOf(value, [low, high]) * SHADES) / (SHADES - 1);
      const shade = Math.min(1, Math.max(0, part));
      from.forEach((start, channel) => {
        pixels.data[4 * n + channel] = start + (to[channel] - start) * shade;
      });
      pixels.data[4 * n + 3] = 255;
    });
    context.putImageData(pixels, 0, 0);
    return image;
  }

  at([x, y]) {
    const [across, up] = this.ranges;
    return [this.box.x + this.box.width * partOf(x, across),
      this.box.y + this.box.height * (1 - partOf(y, up))];
  }

  drawAxes(context) {
    const {box, colors, page} = this;
    context.strokeStyle = colors.line;
    context.lineWidth = 1;
    context.strokeRect(box.x, box.y, box.width, box.height);
    context.fillStyle = colors.soft;
    context.font = "12px system-ui, sans-serif";
    const [[left, right], [bottom, top]] = this.ranges;
    const write = (text, x, y, align, baseline) => {
      context.textAlign = align;
      context.textBaseline = baseline;
      context.fillText(text, x, y);
    };
    write(shown(left, 4), box.x, box.y + box.height + 6, "left", "top");
    write(shown(right, 4), box.x + box.width, box.y + box.height + 6, "right", "top");
    write(shown(bottom, 4), box.x - 6, box.y + box.height, "right", "alphabetic");
    write(shown(top, 4), box.x - 6, box.y + 4, "right", "top");
    const [across, up] = page.network.inputs.map((name) => `${clip(name, 24)} →`);
    write(across, box.x + box.width / 2, box.y + box.height + 20, "center", "top");
    context.save();
    context.translate(12, box.y + box.height / 2);
    context.rotate(-Math.PI / 2);
    write(up, 0, 0, "center", "middle");
    context.restore();
  }

  /** Mark a case: a disc where it passes, a cross where it fails, a ring where nothing is judged. */
  drawCase(context, example, n) {
    if (!example.inputs.every(Number.isFinite)) return;
    const [x, y] = this.at(example.inputs);
    const outcome = this.page.verdicts[n].outcome;
    const good = outcome === "passed" || outcome === "xfailed";
    const path = new Path2D();
    if (good || outcome === "skipped") path.arc(x, y, 5, 0, 2 * Math.PI);
    else for (const side of [-1, 1]) {
      path.moveTo(x - 5, y - 5 * side);
      path.lineTo(x + 5, y + 5 * side);
    }
    context.lineWidth = 5;
    context.strokeStyle = this.colors.paper;
    context.stroke(path);
    context.lineWidth = 2.2;
    context.strokeStyle = this.colors.ink;
    context.stroke(path);
    if (!good) return;
    context.fillStyle = this.colors.ink;
    context.fill(path);
  }

  drawInputs(context) {
    if (!this.page.inputs.every(Number.isFinite)) return;
    const [x, y] = this.at(this.page.inputs);
    for (const [width, color] of [[5, this.colors.paper], [2, this.colors.ink]]) {
      context.lineWidth = width;
      context.strokeStyle = color;
      context.beginPath();
      context.arc(x, y, 10, 0, 2 * Math.PI);
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        context.moveTo(x + 10 * dx, y + 10 * dy);
        context.lineTo(x + 16 * dx, y + 16 * dy);
      }
      context.stroke();
    }
  }

  describe() {
    const {network} = this.page, {low, high, least, most} = this.cells;
    const name = unitName(network, this.select.value.split(",").map(Number));
    const finite = least <= most;
    setText(this.low, finite ? shown(low, 4) : "nowhere finite: nothing is drawn");
    setText(this.high, finite ? shown(high, 4) : "");
    this.ramp.hidden = !finite;
    const ends = [this.colors["map-low"], this.colors["map-high"]];
    this.ramp.style.background = `linear-gradient(to right, ${ends})`;
    const spans = this.ranges.map((range, n) => (
      `${network.inputs[n]} from ${range.map((value) => shown(value, 4)).join(" to ")}`));
    const range = finite ? `goes from ${shown(least, 4)} to ${shown(most, 4)}` : "is nowhere finite";
    const label = `Map of ${name}, which ${range}, for ${spans.join(" and ")}`;
    this.canvas.setAttribute("aria-label", label);
  }

  /** Take the inputs that are pointed at. */
  pick(event) {
    const {box, ranges: [across, up]} = this;
    const part = (value) => Math.min(1, Math.max(0, value));
    const at = (where, range) => {
      const step = roundUp(range[1] - range[0]) / 200;
      return Number((Math.round(atPart(part(where), range) / step) * step).toPrecision(6));
    };
    this.page.setInputs([at((event.offsetX - box.x) / box.width, across),
      at(1 - (event.offsetY - box.y) / box.height, up)]);
  }
}

function rgb(color) {
  return [1, 3, 5].map((n) => parseInt(color.slice(n, n + 2), 16));
}
