// Making elements: texts are always texts, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element with attributes and children; a text child stays a text. */
function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same within a picture. */
function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** A name from the spec, which brings its own direction of writing. */
function named(name) {
  return make("bdi", {}, name);
}

function byId(id) {
  return document.getElementById(id);
}

function clip(text, length) {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** Set the first of some texts that fits into a width, else as much of the last one as does. */
function setFitting(element, texts, width) {
  const fits = (text) => {
    setText(element, text);
    return text.length < 8 || element.getComputedTextLength() <= width;
  };
  if (texts.some(fits)) return;
  const last = texts.at(-1);
  for (let length = last.length; length > 1 && !fits(clip(last, length)); length--);
}

/** Set a text only where it changes, so that nothing is laid out for nothing. */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function plural(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
