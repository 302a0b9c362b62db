// The spec as YAML, with the numbers and activations in force.

/** Join the pieces of a spec: texts, and places for a weight, a bias or an activation. */
function writeSpec(pieces, network) {
  const single = network.dtype === "float32";
  return pieces.map((piece) => {
    if (typeof piece === "string") return piece;
    const [kind, number, unit, k] = piece, block = network.blocks[number - 1];
    if (kind === "activation") return writeActivation(block, single);
    return yamlNumber(kind === "weight" ? block.weights[unit][k] : block.bias[unit], single);
  }).join("");
}

function writeActivation({activation, parameters}, single) {
  const write = (value) => {
    if (typeof value === "string") return value;
    if (!Array.isArray(value)) return yamlNumber(value, single);
    return `[${value.map((number) => yamlNumber(number, single)).join(", ")}]`;
  };
  const written = Object.entries(parameters).map(([name, value]) => `${name}: ${write(value)}`);
  return written.length ? `{name: ${activation}, ${written.join(", ")}}` : activation;
}
