// What can be changed: a slider and an entry for a number, and an activation with its parameters.

/** A number that can be moved and typed; what is typed is taken over as soon as it is a number. */
class NumberControl {
  constructor({label, reach, finite, single, change, slider = true, focus}) {
    Object.assign(this, {finite, single, change, first: reach});
    this.entry = make("input", {
      type: "text", inputmode: "text", class: "entry", autocomplete: "off", spellcheck: "false",
      "aria-label": slider ? `${label}, as a number` : label});
    this.message = make("span", {class: "fault", id: `fault-${NumberControl.count++}`});
    this.entry.addEventListener("input", () => this.typed());
    this.entry.addEventListener("change", () => this.typed() && this.show(this.value, true));
    this.entry.addEventListener("keydown", (event) => this.pressed(event));
    if (slider) {
      this.slider = make("input", {type: "range", class: "slider", "aria-label": label});
      this.stretch(reach);
      this.slider.addEventListener("input", () => this.set(tidy(Number(this.slider.value))));
    }
    for (const element of [this.entry, this.slider].filter((e) => e && focus)) {
      element.addEventListener("focus", () => focus(true));
      element.addEventListener("blur", () => focus(false));
    }
  }

  /** Let the slider reach so far to both sides. */
  stretch(reach) {
    this.reach = reach;
    this.step = reach < Number.MAX_VALUE ? Number((reach / 100).toPrecision(1)) : reach / 100;
    Object.assign(this.slider ?? {}, {min: -reach, max: reach, step: this.step});
  }

  /** Let the slider reach as far as on a fresh page. */
  restore() {
    if (this.slider) this.stretch(this.first);
  }

  typed() {
    const text = this.entry.value;
    let value = parseNumber(text);
    let fault = "";
    if (value === undefined) {
      fault = /^\s*[-+]?\d+,\d+\s*$/.test(text) ? `write ${text.trim().replace(",", ".")}` : "not a number";
    } else {
      if (this.single) value = Math.fround(value);
      if (this.finite && !Number.isFinite(value)) fault = "it has to be finite";
    }
    this.complain(fault);
    if (fault) return false;
    return this.set(value);
  }

  /** Escape brings the number in force back; arrows up and down go a step, as on the slider. */
  pressed(event) {
    if (event.key === "Escape") this.show(this.value, true);
    const steps = {ArrowUp: 1, ArrowDown: -1}[event.key];
    if (!steps || !Number.isFinite(this.value)) return;
    event.preventDefault();
    this.entry.value = String(tidy(this.value + steps * (this.step ?? 0.1)));
    this.typed();
  }

  /** Widen the entry with its number, as far as its place lets it; the whole number is its tooltip. */
  makeRoom(text) {
    this.entry.size = Math.max(6, Math.min(text.length, 24));
    this.entry.title = text.length > 8 ? text : "";
  }

  complain(fault) {
    this.message.textContent = fault;
    this.entry.toggleAttribute("aria-invalid", false);
    this.entry.removeAttribute("aria-describedby");
    if (fault) {
      this.entry.setAttribute("aria-invalid", "true");
      this.entry.setAttribute("aria-describedby", this.message.id);
    }
  }

  /** Take a number over; false where it is refused. */
  set(value) {
    const rounded = this.single ? Math.fround(value) : value;
    if (this.change(rounded) === false) return false;
    this.value = rounded;
    return true;
  }

  /** Show the number in force; not in the entry where somebody is writing, unless it is done. */
  show(value, written = false) {
    this.value = value;
    if (written || document.activeElement !== this.entry) {
      const text = shortest(value, this.single);
      if (this.entry.value !== text) this.entry.value = text;
      this.makeRoom(text);
      this.complain("");
    }
    if (!this.slider) return;
    if (Number.isFinite(value) && Math.abs(value) > this.reach) this.stretch(roundUp(Math.abs(value) * 1.5));
    this.slider.value = Number.isFinite(value) ? value : value > 0 ? this.reach : -this.reach;
    this.slider.setAttribute("aria-valuetext", shownWhole(value, this.single));
  }
}
NumberControl.count = 0;

/** The choice of a block's activation, with entries for its parameters. */
class ActivationControl {
  constructor(block, table, single, change) {
    Object.assign(this, {block, table, single, change});
    this.select = make("select", {"aria-label": `activation of ${block.name}`});
    for (const [name, {wholeLayer}] of Object.entries(table)) {
      if (!wholeLayer || block.units.length > 1) this.select.append(make("option", {value: name}, name));
    }
    this.select.addEventListener("change", () => this.choose(this.select.value));
    this.parameters = make("span", {class: "parameters"});
    const label = make("label", {}, "activation ", this.select);
    this.element = make("div", {class: "activation"}, label, this.parameters);
  }

  /** Change over to another activation, with parameters that it can have. */
  choose(name) {
    const start = {prelu: {slope: 0.25}, clip: {min: 0, max: 1}}[name] ?? {};
    this.block.activation = name;
    this.block.parameters = {...start};
    this.change();
  }

  /** Show the activation in force; entries are made anew where another one is chosen. */
  show() {
    this.select.value = this.block.activation;
    if (this.made !== this.block.activation || this.of !== this.block.parameters) this.makeEntries();
    for (const {control, read} of this.entries) control.show(read());
  }

  makeEntries() {
    const {block} = this;
    this.made = block.activation;
    this.of = block.parameters;
    this.entries = [];
    this.parameters.replaceChildren();
    for (const parameter of this.table[block.activation].parameters) {
      if (parameter.choices.length) this.addChoice(parameter);
      else this.addNumbers(parameter);
    }
  }

  addChoice({name, choices}) {
    const select = make("select", {}, ...choices.map((choice) => make("option", {value: choice}, choice)));
    select.value = this.block.parameters[name] ?? choices[0];
    select.addEventListener("change", () => {
      this.block.parameters[name] = select.value;
      this.change();
    });
    this.parameters.append(make("label", {}, `${name} `, select));
  }

  addNumbers(parameter) {
    const {name} = parameter, {parameters, units} = this.block;
    const many = Array.isArray(parameters[name]);
    if (parameters[name] === undefined && parameter.default === null) return; // a bound that is not there
    for (const unit of many ? units.keys() : [0]) {
      const read = () => (many ? parameters[name][unit] : parameters[name] ?? parameter.default);
      const label = `${name} of ${many ? units[unit] : this.block.name}`;
      const control = new NumberControl({
        label, slider: false, finite: true, single: this.single,
        change: (value) => {
          const fault = parameterFault(this.made, {...parameters, [name]: value});
          control.complain(fault);
          if (fault) return false;
          if (many) parameters[name][unit] = value;
          else parameters[name] = value;
          this.change();
          return true;
        }});
      this.entries.push({control, read});
      const text = many ? `${label} ` : `${name} `;
      this.parameters.append(make("label", {}, text, control.entry), control.message);
    }
  }
}
