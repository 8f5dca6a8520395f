// Builds elements. Every text goes in as text, never as markup: much of it came out of somebody's records.

/** An element with attributes and children; strings become text nodes, null and undefined nothing. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) {
      made.addEventListener(key.slice(2), value);
    } else if (value != null && value !== false) {
      made.setAttribute(key, value === true ? '' : value);
    }
  }
  made.append(...children.flat().filter(child => child != null).map(child => child instanceof Node ? child : document.createTextNode(child)));
  return made;
}

/**
 * A table. Columns: { title, cell(row), number, class }; a cell is a text or an element.
 */
export function table(caption, columns, rows, none) {
  return element('table', {},
    element('caption', { class: 'sr' }, caption),
    element('thead', {}, element('tr', {}, columns.map(column => element('th', { scope: 'col', class: column.number ? 'num' : null }, column.title)))),
    element('tbody', {}, rows.length === 0
      ? element('tr', {}, element('td', { class: 'none', colspan: columns.length }, none))
      : rows.map(row => element('tr', {}, columns.map(column => element('td', { class: column.number ? 'num' : column.class }, column.cell(row)))))));
}

/** Puts new content into a place unless it is what is there already: a reader's selection and place survive. */
export function show(place, ...content) {
  const next = element('div', {}, ...content);
  if (next.innerHTML !== place.innerHTML) {
    place.replaceChildren(...next.childNodes);
  }
}

export const byId = id => document.getElementById(id);
