// The list of cases: what each expects, what the network gives, and the verdict; one can be loaded.

/** Each outcome with the sign that stands for it beside its colour. */
const SIGNS = {
  passed: "✓ passed", failed: "✗ failed", unrecorded: "✗ expects nothing", skipped: "○ skipped",
  xfailed: "○ failed as expected", xpassed: "✗ passed unexpectedly",
};
/** So many values of one case are listed. */
const MAX_CHECKS = 24;

class CaseList {
  constructor(page, list) {
    this.page = page;
    this.rows = page.cases.map((example, n) => this.addRow(example, n));
    // Of many, only those that fail and the one that is loaded show their values.
    const values = page.cases.reduce((sum, example) => sum + example.checks.length, 0);
    list.classList.toggle("many-cases", values > 100);
    list.append(...this.rows.map((row) => row.element));
  }

  addRow(example, n) {
    const {page} = this;
    const button = make("button", {type: "button", "aria-pressed": "false"}, named(example.name));
    button.addEventListener("click", () => this.page.loadCase(n));
    const sign = make("span", {class: "sign"});
    const inputs = example.inputs.slice(0, 8).map((value) => shownWhole(value, page.single)).join(", ");
    const more = example.inputs.length > 8 ? ", …" : "";
    const reason = example.skip || example.xfail;
    const checks = example.skip ? [] : example.checks.slice(0, MAX_CHECKS);
    const lines = checks.map((check) => this.addLine(check));
    if (example.class && !example.skip) lines.push(this.addClass());
    const hidden = example.checks.length - checks.length;
    const element = make("li", {class: "case"}, sign, button,
      make("span", {class: "inputs"}, example.inputs.length ? `at (${inputs}${more})` : ""),
      reason ? make("span", {class: "inputs"}, reason) : undefined,
      make("ul", {class: "checks"}, ...lines.map((line) => line.element)),
      hidden > 0 && !example.skip
        ? make("p", {class: "small"}, `… and ${plural(hidden, "value")} more`) : undefined);
    return {element, button, sign, lines, checks: checks.length};
  }

  addLine(check) {
    const mark = make("span", {class: "mark"}), actual = make("span", {class: "number"});
    const bounds = Number.isNaN(check.low) ? "NaN" : check.low === check.high ? shown(check.low, 10)
      : `${shown(check.low, 10)} to ${shown(check.high, 10)}`;
    const said = /^[([<>≤≥]/.test(check.text) ? check.text : `${check.text} (${bounds})`;
    return {mark, actual, element: make("li", {}, mark, " ", named(check.name), " is ", actual,
      make("span", {class: "accepts"}, `, expected ${said}`))};
  }

  addClass() {
    const mark = make("span", {class: "mark"}), said = make("span");
    return {mark, said, element: make("li", {}, mark, " ", said)};
  }

  update(verdicts, chosen) {
    const {network} = this.page;
    this.rows.forEach((row, n) => {
      const {outcome, checks} = verdicts[n];
      setText(row.sign, SIGNS[outcome]);
      row.element.dataset.outcome = outcome;
      row.element.classList.toggle("chosen", n === chosen);
      row.button.setAttribute("aria-pressed", String(n === chosen));
      row.lines.forEach((line, k) => {
        const check = line.said ? checks.at(-1) : checks[k];
        setText(line.mark, check.holds ? "✓" : "✗");
        line.mark.dataset.holds = check.holds;
        line.mark.setAttribute("aria-label", check.holds ? "holds" : "does not hold");
        line.mark.setAttribute("role", "img");
        if (line.actual) setText(line.actual, shown(check.actual, 10));
        else setText(line.said, this.classText(check, network));
      });
    });
  }

  classText({expected, largest}, network) {
    const name = (n) => unitName(network, network.outputs[n]);
    const found = largest < 0 ? "not a number" : name(largest);
    return `the largest output is ${found}, expected ${name(expected)}`;
  }
}
