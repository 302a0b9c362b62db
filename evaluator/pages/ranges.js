// Of a network with too many weights to be changed one by one: the values of each layer.

/** So many layers are listed. */
const MAX_ROWS = 40;

class Ranges {
  constructor(network, place) {
    this.rows = network.blocks.slice(0, MAX_ROWS).map((block) => {
      const cells = [0, 1, 2].map(() => make("td", {class: "number"}));
      const row = make("tr", {},
        make("th", {scope: "row"}, named(block.name)),
        make("td", {class: "number"}, block.units.length.toLocaleString("en")),
        make("td", {}, block.activation), ...cells);
      return {cells, row};
    });
    const heads = ["layer", "units", "activation", "least", "largest", "mean"];
    const head = make("tr", {}, ...heads.map((text) => make("th", {scope: "col"}, text)));
    const table = make("table", {},
      make("thead", {}, head), make("tbody", {}, ...this.rows.map(({row}) => row)));
    const label = "values of the layers";
    place.append(make("div", {class: "wide", tabindex: "0", role: "region", "aria-label": label}, table));
  }

  update(trace) {
    this.rows.forEach(({cells}, n) => {
      const values = trace.values[n + 1];
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      [Math.min(...values), Math.max(...values), mean].forEach(
        (value, k) => setText(cells[k], shown(value, 5)));
    });
  }
}
