// Numbers ↔ texts. All are 64-bit floats; a network of float32 holds those of them that float32 has.

/** Read a number as a person or a spec writes it; undefined for what is none. */
function parseNumber(text) {
  const written = text.trim().replace(/^[−–]/, "-").toLowerCase();
  const special = {inf: Infinity, nan: NaN, "∞": Infinity}[written.replace(/^[-+]?\.?/, "")];
  if (special !== undefined) return written.startsWith("-") ? -special : special;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/.test(written) ? Number(written) : undefined;
}

/** Write a number in the fewest digits that tell it from its neighbours, those of its own dtype. */
function shortest(value, single) {
  if (!single || !Number.isFinite(value)) return String(value);
  for (let digits = 1; digits < 9; digits++) {
    if (Math.fround(Number(value.toPrecision(digits))) === value) {
      return String(Number(value.toPrecision(digits)));
    }
  }
  return String(Number(value.toPrecision(9)));
}

/** Write a number so that every reader of YAML takes it for one: 1e-7 becomes 1.0e-7. */
function yamlNumber(value, single) {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  if (Object.is(value, -0)) return "-0.0";
  const text = shortest(value, single);
  return /^-?\d+e/.test(text) ? text.replace("e", ".0e") : text;
}

/** Write a number for people: so many significant digits, and a minus sign that is one. */
function shown(value, digits = 6) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  const rounded = value.toPrecision(digits), number = Number(rounded);
  return minus(Number.isFinite(number) ? number : rounded); // rounded up, the largest have no number
}

/** Write a number in full, as the evaluator does, but for the minus sign. */
function shownWhole(value, single) {
  return Number.isFinite(value) ? minus(shortest(value, single)) : shown(value);
}

/** Write calculated numbers in as few digits, six or more, as give what is asked of them again. */
function enough(values, gives, least = 6) {
  let digits = least;
  while (digits < 17 && !gives(values.map((value) => Number(value.toPrecision(digits))))) digits++;
  return values.map((value) => shown(value, digits));
}

function minus(number) {
  const small = Math.abs(number) < 1e-4 && Number(number) !== 0;
  const text = small ? Number(number).toExponential() : String(number);
  return (text === "-0" ? "0" : text).replaceAll("-", "−");
}

/** Write numbers of one column alike: with as many decimals as they need, at most six. */
function aligned(values) {
  const finite = values.filter(Number.isFinite);
  const largest = Math.max(0, ...finite.map(Math.abs));
  const smallest = Math.min(Infinity, ...finite.filter((v) => v).map(Math.abs));
  if (largest >= 1e7 || smallest < 1e-5) return values.map((value) => shown(value));
  const decimals = Math.max(0, ...finite.map((value) => {
    const text = String(Number(value.toFixed(6)));
    return text.includes(".") ? text.length - text.indexOf(".") - 1 : 0;
  }));
  return values.map((value) => {
    if (!Number.isFinite(value)) return shown(value);
    const text = value.toFixed(decimals).replace("-", "−");
    return /[1-9]/.test(text) ? text : text.replace("−", "");
  });
}

/** Say where a number lies between two others, 0 to 1; halves, since their difference may be infinite. */
function partOf(value, [low, high]) {
  return (value / 2 - low / 2) / (high / 2 - low / 2);
}

/** Give the number that lies there. */
function atPart(part, [low, high]) {
  return low * (1 - part) + high * part;
}

/** Take off what a sum of steps leaves behind the twelfth digit. */
function tidy(value) {
  return Number(value.toPrecision(12));
}

/** Give the least of 1, 2, 5, 10, 20, … that is not below a size. */
function roundUp(size) {
  if (size < 1e-300) return 1e-300;
  const power = 10 ** Math.floor(Math.log10(size));
  const factor = [1, 2, 5, 10].find((f) => f * power >= size * (1 - 1e-12));
  const found = factor * power;
  return Number.isFinite(found) ? Number(found.toPrecision(1)) : Number.MAX_VALUE;
}
