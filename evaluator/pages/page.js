// The page: what it was made with, what it shows now, and how one follows the other.

/** So many inputs have sliders. */
const MAX_SLIDERS = 24;

class Page {
  constructor(data) {
    this.original = data;
    this.activations = data.activations;
    this.cases = data.cases;
    this.single = data.network.dtype === "float32";
    this.takeOver();
    this.reaches = this.network.blocks.map((block) => {
      const numbers = [...(block.weights ?? []).flat(), ...(block.bias ?? [])].map(Math.abs);
      const largest = Math.max(0, ...numbers);
      return roundUp(Math.max(2 * largest, largest < 0.01 && largest > 0 ? 0 : 1));
    });
    this.diagram = new Diagram(byId("diagram"), this.network);
    this.makeInputs();
    this.makeOutputs();
    if (this.network.canChange) this.makeCards();
    else this.ranges = new Ranges(this.network, byId("neurons"));
    this.list = new CaseList(this, byId("cases"));
    this.judge();
    if (this.network.inputs.length === 2) {
      byId("plane").hidden = false;
      this.plane = new Plane(this, byId("plane"));
    }
    byId("reset").addEventListener("click", () => this.reset());
    byId("copy").addEventListener("click", () => this.copy());
    byId("yaml-details").addEventListener("toggle", () => this.showYaml());
    byId("words").addEventListener("toggle", () => this.showWords());
    document.documentElement.classList.add("ready");
    this.update();
  }

  /** Begin with what the spec says, and with the inputs of the first case. */
  takeOver() {
    const fresh = structuredClone(this.original.network);
    if (this.network) {
      // Controls hold on to the blocks, so these stay and get other numbers.
      this.network.blocks.forEach((block, n) => {
        const {weights, bias, activation, parameters} = fresh.blocks[n];
        weights?.forEach((row, unit) => row.forEach((w, k) => (block.weights[unit][k] = w)));
        bias?.forEach((b, unit) => (block.bias[unit] = b));
        Object.assign(block, {activation, parameters});
      });
    } else this.network = fresh;
    this.chosen = this.cases.length ? 0 : null;
    this.inputs = this.cases.length ? [...this.cases[0].inputs] : this.network.inputs.map(() => 0);
  }

  /** Tell whether a value is one that was put in; the others are calculated. */
  isGiven([block]) {
    return block === 0;
  }

  numberControl(label, reach, set, at) {
    return new NumberControl({
      label, reach, finite: true, single: this.single,
      change: (value) => {
        set(value);
        this.changed();
      },
      focus: at && ((on) => this.diagram.highlight(on ? at : null)),
    });
  }

  activationControl(number) {
    const block = this.network.blocks[number];
    return new ActivationControl(block, this.activations, this.single, () => this.changed());
  }

  makeInputs() {
    const slider = this.network.inputs.length <= MAX_SLIDERS;
    const list = byId("inputs");
    list.classList.toggle("many", !slider);
    this.inputControls = this.network.inputs.map((name, n) => {
      const values = this.cases.map((example) => Math.abs(example.inputs[n])).filter(Number.isFinite);
      const control = new NumberControl({
        label: `input ${name}`, slider, reach: roundUp(2 * Math.max(0, ...values) || 1), single: this.single,
        change: (value) => this.setInputs(this.inputs.map((old, k) => (k === n ? value : old))),
      });
      const what = make("span", {class: "what"}, named(name));
      list.append(make("li", {class: "input"}, what, control.slider, control.entry, control.message));
      return control;
    });
  }

  makeOutputs() {
    this.outputs = this.network.outputs.slice(0, 100).map((at) => {
      const value = make("dd", {});
      const row = make("div", {}, make("dt", {}, named(unitName(this.network, at))), value);
      byId("outputs").append(row);
      return {at, value, row};
    });
  }

  makeCards() {
    const place = byId("neurons");
    this.layers = [];
    this.cards = this.network.blocks.flatMap((block, number) => {
      const cards = block.units.map((_, unit) => new Card(this, number, unit));
      const elements = cards.map((card) => card.element);
      if (this.network.isLayers) {
        const control = this.activationControl(number);
        this.layers.push(control);
        place.append(make("section", {class: "layer"},
          make("h3", {}, named(block.name)), control.element, ...elements));
      } else place.append(...elements);
      return cards;
    });
  }

  setInputs(inputs) {
    this.inputs = inputs.map((value) => (this.single ? Math.fround(value) : value));
    const isHere = (example) => example.inputs.every((value, n) => Object.is(value, this.inputs[n]));
    this.chosen = this.cases.findIndex(isHere);
    this.changed(false);
  }

  loadCase(n) {
    this.inputs = [...this.cases[n].inputs];
    this.chosen = n;
    this.inputControls.forEach((control, k) => control.show(this.inputs[k], true));
    this.changed(false);
  }

  reset() {
    this.takeOver();
    for (const changed of [...this.inputControls, ...this.cards ?? []]) changed.restore();
    this.inputControls.forEach((control, k) => control.show(this.inputs[k], true));
    this.plane?.look();
    this.changed();
    this.say("Everything is as in the spec again.");
  }

  /** Something changed, of the network or of the inputs alone; the page follows with the next frame. */
  changed(network = true) {
    this.isJudged &&= !network;
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.update();
    });
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tell(), 900);
  }

  judge() {
    const pristine = !countChanges(this.network, this.original.network);
    this.verdicts = this.cases.map((example) => judge(this.network, example, pristine));
    this.isJudged = true;
  }

  update() {
    const trace = feedForward(this.network, this.inputs);
    this.trace = trace;
    const isJudged = this.isJudged;
    if (!isJudged) this.judge();
    this.inputControls.forEach((control, n) => control.show(this.inputs[n]));
    for (const {at: [block, column], value} of this.outputs) {
      setText(value, shownWhole(trace.values[block][column], this.single));
    }
    this.diagram.update(trace);
    for (const card of this.cards ?? []) card.update(trace);
    for (const layer of this.layers ?? []) layer.show();
    this.ranges?.update(trace);
    this.list.update(this.verdicts, this.chosen);
    if (isJudged && this.plane?.cells) this.plane.draw();
    else this.plane?.refresh();
    this.summarise();
    this.showWords();
    this.showYaml();
  }

  summary() {
    const judged = this.verdicts.filter(({outcome}) => outcome !== "skipped");
    const good = judged.filter(({outcome}) => outcome === "passed" || outcome === "xfailed").length;
    const all = good === judged.length && good > 0;
    const here = this.original.leftOut ? " here" : "";
    if (!judged.length) return {all, text: "no case is judged"};
    const pass = good === 1 || judged.length === 1 ? "passes" : "pass";
    return {all, text: `${good.toLocaleString("en")} of ${plural(judged.length, "case")}${here} ${pass}`};
  }

  summarise() {
    const {all, text} = this.summary();
    const changes = countChanges(this.network, this.original.network);
    setText(byId("verdict"), `${all ? "✓" : "✗"} ${text}`);
    byId("verdict").dataset.all = all;
    setText(byId("changes"), changes ? `${plural(changes, "change")} to the spec` : "as in the spec");
  }

  /** Tell screen readers once what a movement came to, not every step of it. */
  tell() {
    const outputs = this.outputs.slice(0, 3).map(({at: [block, column]}) => (
      `${unitName(this.network, [block, column])} is ${shown(this.trace.values[block][column], 4)}`));
    this.say(`${outputs.join(", ")}. ${this.summary().text}.`);
  }

  say(text) {
    clearTimeout(this.telling);
    setText(byId("said"), text);
  }

  showWords() {
    if (!byId("words").open) return;
    const lines = inWords(this.network, this.trace);
    byId("words").querySelector("ul").replaceChildren(...lines.map((line) => make("li", {}, line)));
  }

  /** Write the spec with the numbers in force. */
  yaml() {
    return writeSpec(this.original.yaml, this.network);
  }

  showYaml() {
    if (byId("yaml-details").open) byId("yaml").value = this.yaml();
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.yaml());
      this.say("The spec is copied.");
      setText(byId("copied"), "✓ copied");
    } catch {
      byId("yaml-details").open = true;
      this.showYaml();
      byId("yaml").select();
      setText(byId("copied"), "press Ctrl+C");
      this.say("The browser does not let the page copy. The spec is selected: press Control C.");
    }
    setTimeout(() => setText(byId("copied"), ""), 4000);
  }
}

/** Read the data of the page; NaN and the infinities stand there as texts. */
function readData() {
  const special = {NaN, Infinity, "-Infinity": -Infinity};
  const data = JSON.parse(byId("data").textContent);
  for (const example of data.cases) {
    example.inputs = example.inputs.map((value) => special[value] ?? value);
    for (const check of example.checks) {
      for (const bound of ["low", "high"]) check[bound] = special[check[bound]] ?? check[bound];
    }
  }
  return data;
}

const page = new Page(readData());
