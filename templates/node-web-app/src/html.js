// Markup as tagged templates: every value is escaped, unless it is markup made here.
const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

class Markup {
  constructor(text) {
    this.text = text
  }

  toString() {
    return this.text
  }
}

/** html`<p>${value}</p>`: lists are joined, null and undefined and false are nothing. */
export function html(parts, ...values) {
  return new Markup(parts.reduce((text, part, index) => text + toMarkup(values[index - 1]) + part))
}

function toMarkup(value) {
  if (value instanceof Markup) return value.text
  if (Array.isArray(value)) return value.map(toMarkup).join('')
  if (value === null || value === undefined || value === false) return ''
  return String(value).replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign])
}
