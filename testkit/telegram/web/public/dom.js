// The only way this page makes elements: text is always text, never markup.
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue
    if (name === 'class') node.className = value
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), value)
    else if (value === true) node.setAttribute(name, '')
    else node.setAttribute(name, String(value))
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false))
  return node
}

export const byId = (id) => document.getElementById(id)

/** Links of hostile messages: only to the web or a mail address, anything else stays plain text. */
export function link(url, ...children) {
  const isSafe = /^(?:https?:\/\/|mailto:)/i.test(url)
  if (!isSafe) return el('span', { class: 'dead-link', title: url }, ...children)
  return el('a', { href: url, target: '_blank', rel: 'noopener noreferrer nofollow', title: url }, ...children)
}

/** Keeps nodes whose data did not change, so that nothing flickers, loses its selection or stops playing. */
export function reconcile(parent, items, keyOf, render) {
  const known = parent.rendered ?? new Map()
  const next = new Map()
  let previous = null
  for (const item of items) {
    const key = keyOf(item)
    const data = JSON.stringify(item)
    const before = known.get(key)
    const node = before !== undefined && before.data === data ? before.node : render(item, before?.node)
    if (before !== undefined && before.node !== node) before.node.remove()
    next.set(key, { data, node })
    const place = previous === null ? parent.firstChild : previous.nextSibling
    if (place !== node) parent.insertBefore(node, place)
    previous = node
  }
  for (const [key, { node }] of known) if (!next.has(key)) node.remove()
  parent.rendered = next
}

const COLORS = 7

export function avatar(name, id) {
  const letters = name
    .split(/\s+/)
    .map((word) => [...word][0] ?? '')
    .slice(0, 2)
    .join('')
  return el('span', { class: `avatar c${Math.abs(id) % COLORS}`, 'aria-hidden': 'true' }, letters.toUpperCase())
}

export const clock = (at) => new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false })
