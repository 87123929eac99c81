// Where in the console one is, as the part of the address after `#`: the server's own paths stay the server's.
const PAGES = ['tasks', 'memory', 'knowledge', 'system'] as const
type Page = (typeof PAGES)[number]

export const CONTROL_PAGES = ['audit', 'policy', 'secrets', 'access'] as const
export type ControlPage = (typeof CONTROL_PAGES)[number]

export type Route =
  | { readonly type: 'chat' }
  /** `task`: of the audit log, only what belongs to this task. */
  | { readonly type: 'control'; readonly page: ControlPage; readonly task: string | null }
  | { readonly type: 'thread'; readonly id: string }
  | { readonly type: Page }
  | { readonly type: 'task'; readonly id: string; readonly tab: string | null }

export function readRoute(hash: string): Route {
  const [head, id, tab] = hash.replace(/^#\/?/, '').split('/')
  if (head === 'task' && id !== undefined && id !== '') {
    return { type: 'task', id: decode(id), tab: tab === undefined || tab === '' ? null : decode(tab) }
  }
  if (head === 'thread' && id !== undefined && id !== '') return { type: 'thread', id: decode(id) }
  if (head === 'control') {
    const chosen = CONTROL_PAGES.find((each) => each === id) ?? 'audit'
    return { type: 'control', page: chosen, task: tab === undefined || tab === '' ? null : decode(tab) }
  }
  const page = PAGES.find((each) => each === head)
  return page === undefined ? { type: 'chat' } : { type: page }
}

export function routeLink(route: Route): string {
  switch (route.type) {
    case 'chat':
      return '#/'
    case 'thread':
      return `#/thread/${encodeURIComponent(route.id)}`
    case 'task':
      return `#/task/${encodeURIComponent(route.id)}${route.tab === null ? '' : `/${encodeURIComponent(route.tab)}`}`
    case 'control':
      return `#/control/${route.page}${route.task === null ? '' : `/${encodeURIComponent(route.task)}`}`
    default:
      return `#/${route.type}`
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
