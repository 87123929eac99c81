// Where in the console one is, as the part of the address after `#`: the server's own paths stay the server's.
export type Route =
  | { readonly type: 'chat' }
  | { readonly type: 'tasks' }
  | { readonly type: 'system' }
  | { readonly type: 'task'; readonly id: string; readonly tab: string | null }

export function readRoute(hash: string): Route {
  const [head, id, tab] = hash.replace(/^#\/?/, '').split('/')
  if (head === 'task' && id !== undefined && id !== '') {
    return { type: 'task', id: decode(id), tab: tab === undefined || tab === '' ? null : decode(tab) }
  }
  if (head === 'tasks' || head === 'system') return { type: head }
  return { type: 'chat' }
}

export function routeLink(route: Route): string {
  if (route.type === 'chat') return '#/'
  if (route.type !== 'task') return `#/${route.type}`
  return `#/task/${encodeURIComponent(route.id)}${route.tab === null ? '' : `/${encodeURIComponent(route.tab)}`}`
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
