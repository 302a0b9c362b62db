// The network in words, for those who do not see the picture.

/** Say the network in words, a sentence for each input and neuron; large ones layer by layer. */
function inWords(network, trace) {
  const lines = [], whole = (value) => shownWhole(value, network.dtype === "float32");
  if (network.inputs.length <= MAX_UNITS) {
    lines.push(...network.inputs.map((name, n) => `The input ${name} is ${whole(trace.values[0][n])}.`));
  } else lines.push(`There are ${plural(network.inputs.length, "input")}.`);
  network.blocks.forEach((block, n) => {
    if (!network.canChange) {
      lines.push(`${block.name} has ${plural(block.units.length, "unit")} and applies ${block.activation}.`);
      return;
    }
    block.units.forEach((name, unit) => {
      const reads = (block.weights ? block.sources : [block.sources[unit]]).map((source, k) => {
        const from = unitName(network, source);
        return block.weights ? `${from} with weight ${whole(block.weights[unit][k])}` : from;
      });
      const bias = block.bias ? ` and the bias ${whole(block.bias[unit])}` : "";
      lines.push(`${name} adds ${reads.join(", ")}${bias}: z is ${
        shown(trace.sums[n + 1][unit], 10)}. Its activation ${block.activation} makes that ${
        shown(trace.values[n + 1][unit], 10)}.`);
    });
  });
  return lines;
}
