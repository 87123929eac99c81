// The console's one store: session, route, task list and the logs being followed, as signals, with what can be done to them.
import { batch, signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { readRoute } from '../state/route.ts'
import type { Route } from '../state/route.ts'
import { changeList, EMPTY_LIST, isNews } from '../state/task-list.ts'
import type { ListAction, TaskList } from '../state/task-list.ts'
import { isAdmin } from '../state/access-view.ts'
import type { WireSession, WireStopped } from '../state/control.ts'
import { readTelegramAnswer } from '../state/telegram-login.ts'
import type { TelegramAnswer } from '../state/telegram-login.ts'
import { isOver } from '../state/wire.ts'
import type { WireHint, WireTask } from '../state/wire.ts'
import { createApi } from './api.ts'
import type { AdminState, Api } from './api.ts'
import type { Answer } from './call.ts'
import { createConversation } from './conversation.ts'
import type { Conversation } from './conversation.ts'
import type { WireTaken } from '../state/conversation.ts'
import { createDraft } from './draft.ts'
import type { Draft } from './draft.ts'
import { followTask } from './follow-task.ts'
import type { Following } from './follow-task.ts'
import { openSocket } from './socket.ts'
import type { LinkState, Socket } from './socket.ts'

const PAGE = 30
const POLL_MS = 30_000
const NEWEST_MS = 60
/** Logs of tasks that nobody looks at any more are kept, so that going back is instant; the oldest go first. */
const KEPT_LOGS = 12

export type Session = 'unknown' | 'in' | 'out'

export type StopState = { readonly report: WireStopped | null; readonly problem: string | null }
const NOT_STOPPED: StopState = { report: null, problem: null }

export type ConsoleApp = {
  readonly api: Api
  readonly session: ReadonlySignal<Session>
  /** Who is signed in; null until the server has said so. */
  readonly me: ReadonlySignal<WireSession | null>
  /** Why somebody was not let in, in one sentence. */
  readonly refused: ReadonlySignal<string | null>
  readonly route: ReadonlySignal<Route>
  readonly list: ReadonlySignal<TaskList>
  readonly link: ReadonlySignal<LinkState>
  /** A problem that concerns the list as a whole, in one line. */
  readonly problem: ReadonlySignal<string | null>
  /** Advances once a second while something is looked at: what clocks read. */
  readonly now: ReadonlySignal<number>
  /** Null until asked for, and where this session may not see it. */
  readonly admin: ReadonlySignal<AdminState | null>
  /** Asks nothing for those who do not run the platform. */
  readonly loadAdmin: () => Promise<string | null>
  readonly stopEverything: () => Promise<void>
  /** Ends a stop, and a pause. */
  readonly goOn: () => Promise<void>
  /** What the last stop in this window stopped, or why it could not. */
  readonly stopped: ReadonlySignal<StopState>
  readonly draft: Draft
  readonly start: () => void
  readonly signOut: () => Promise<void>
  readonly signIn: (token: string) => Promise<Answer<unknown>>
  readonly talk: Conversation
  readonly send: () => Promise<Answer<WireTaken> | null>
  readonly loadOlder: () => Promise<void>
  readonly refresh: (id: string) => Promise<void>
  /** Puts the task as an answer gave it into the list. */
  readonly take: (task: WireTask) => void
  /** Follows the task's log until the returned function is called. */
  readonly follow: (id: string) => () => void
  readonly logOf: (id: string) => Following
}

export function createConsoleApp(): ConsoleApp {
  const session = signal<Session>('unknown')
  const me = signal<WireSession | null>(null)
  const refused = signal<string | null>(null)
  const stopped = signal<StopState>(NOT_STOPPED)
  const route = signal<Route>(readRoute(location.hash))
  const list = signal<TaskList>(EMPTY_LIST)
  const link = signal<LinkState>('connecting')
  const problem = signal<string | null>(null)
  const now = signal(Date.now())
  const admin = signal<AdminState | null>(null)
  const logs = new Map<string, { following: Following; users: number }>()
  const fetching = new Map<string, { again: boolean }>()
  const api = createApi(leave)
  const draft = createDraft()
  const talk = createConversation(api, draft)
  let hints: Socket | null = null
  let poll: ReturnType<typeof setInterval> | undefined
  let newest: ReturnType<typeof setTimeout> | undefined

  const change = (action: ListAction) => (list.value = changeList(list.value, action))

  async function loadNewest(): Promise<void> {
    const answer = await api.listTasks(null, PAGE)
    if (answer.type === 'problem') {
      if (answer.status === 401) stop()
      else problem.value = answer.detail
      return
    }
    batch(() => {
      problem.value = null
      session.value = 'in'
      change({ type: 'newest', page: answer.value })
    })
    if (me.value === null) void meetMyself()
    listen()
    await talk.load()
  }

  async function meetMyself(): Promise<void> {
    const answer = await api.me()
    if (answer.type === 'ok' && session.value === 'in') me.value = answer.value
  }

  async function enter(telegram: TelegramAnswer): Promise<void> {
    if (telegram.type === 'declined') {
      refused.value = 'Telegram did not say who you are. Try again and agree there.'
      session.value = 'out'
      return
    }
    const answer = await api.signInWithTelegram(telegram.proof)
    if (answer.type === 'ok') return loadNewest()
    refused.value = answer.detail
    session.value = 'out'
  }

  /** The session is over: nothing of it stays on the page, and nobody goes on asking in its name. */
  function leave(): void {
    stop()
    batch(() => {
      session.value = 'out'
      me.value = null
      admin.value = null
      stopped.value = NOT_STOPPED
    })
  }

  function listen(): void {
    if (hints !== null) return
    hints = openSocket({
      path: () => '/v1/stream',
      onText: heed,
      onState: (state) => {
        // Whatever happened while the line was down is only told by the list itself.
        if (state === 'live' && link.value === 'reconnecting') void loadNewest()
        link.value = state
      },
      onFailure: async () => (await api.listTasks(null, 1)).type === 'ok' || session.value === 'in',
      goesOn: () => session.value === 'in',
    })
    poll = setInterval(() => {
      if (!document.hidden) void loadNewest()
    }, POLL_MS)
  }

  function stop(): void {
    hints?.close()
    hints = null
    clearInterval(poll)
    clearTimeout(newest)
    newest = undefined
    for (const { following } of logs.values()) following.stop()
  }

  function heed(text: string): void {
    const hint = readHint(text)
    if (hint === null || !isNews(list.value, hint)) return
    if (list.value.byId.has(hint.task_id)) void refresh(hint.task_id)
    // A connection begins with a hint for each of the newest tasks: one page answers for all that are not known.
    else
      newest ??= setTimeout(() => {
        newest = undefined
        void loadNewest()
      }, NEWEST_MS)
  }

  /** One request at a time for each task; a wish that comes meanwhile is granted afterwards. */
  async function refresh(id: string): Promise<void> {
    const under = fetching.get(id)
    if (under !== undefined) {
      under.again = true
      return
    }
    const state = { again: false }
    fetching.set(id, state)
    const answer = await api.getTask(id)
    fetching.delete(id)
    if (answer.type === 'ok') change({ type: 'task', task: answer.value })
    if (state.again) await refresh(id)
  }

  function logOf(id: string): Following {
    const known = logs.get(id)
    if (known !== undefined) return known.following
    const following = followTask(id, api, () => void refresh(id))
    logs.set(id, { following, users: 0 })
    for (const [other, log] of logs) {
      if (logs.size <= KEPT_LOGS) break
      if (log.users === 0 && other !== id) logs.delete(other)
    }
    return following
  }

  async function send(): Promise<Answer<WireTaken> | null> {
    const answer = await talk.say()
    if (answer?.type !== 'ok') return answer
    const { task, answered, replaced } = answer.value
    if (task !== null) change({ type: 'task', task })
    // What it answered or replaced has changed by it.
    await Promise.all([...(answered === null ? [] : [answered.task_id]), ...replaced].map(refresh))
    return answer
  }

  return {
    api,
    session,
    me,
    refused,
    stopped,
    route,
    list,
    link,
    problem,
    now,
    admin,
    stopEverything: async () => {
      const answer = await api.stopEverything()
      if (answer.type === 'problem') {
        stopped.value = { ...stopped.value, problem: answer.detail }
        return
      }
      stopped.value = { report: answer.value, problem: null }
      if (admin.value !== null) admin.value = { ...admin.value, paused: answer.value.paused }
      void loadNewest()
    },
    goOn: async () => {
      const answer = await api.resume()
      if (answer.type === 'problem') {
        stopped.value = { ...stopped.value, problem: answer.detail }
        return
      }
      stopped.value = NOT_STOPPED
      admin.value = answer.value
      void loadNewest()
    },
    loadAdmin: async () => {
      if (!isAdmin(me.value)) return null
      const answer = await api.adminState()
      if (answer.type === 'problem') return answer.detail
      admin.value = answer.value
      return null
    },
    draft,
    logOf,
    refresh,
    talk,
    send,
    take: (task) => change({ type: 'task', task }),
    start: () => {
      // `/tasks/ID` is an address that other interfaces can send; here its place is behind the hash.
      const linked = /^\/tasks\/([^/]+)$/.exec(location.pathname)?.[1]
      if (linked !== undefined) history.replaceState(null, '', `/#/task/${linked}`)
      const telegram = readTelegramAnswer(location.hash)
      // Out of the address bar and the history at once: it opens the door to whoever reads it.
      if (telegram !== null) history.replaceState(null, '', '/')
      route.value = readRoute(location.hash)
      addEventListener('hashchange', () => (route.value = readRoute(location.hash)))
      setInterval(() => {
        if (!document.hidden) now.value = Date.now()
      }, 1_000)
      // Whoever Telegram names counts, not whoever used this browser before.
      if (telegram !== null) void enter(telegram)
      else if (location.pathname !== '/login') void loadNewest()
    },
    signOut: async () => {
      const answer = await api.signOut()
      if (answer.type === 'problem' && answer.status !== 401) {
        problem.value = answer.detail
        return
      }
      leave()
    },
    signIn: async (token) => {
      const answer = await api.signIn(token)
      if (answer.type === 'ok') {
        refused.value = null
        history.replaceState(null, '', '/')
        await loadNewest()
      }
      return answer
    },
    loadOlder: async () => {
      const { cursor } = list.value
      if (cursor === null) return
      const answer = await api.listTasks(cursor, PAGE)
      if (answer.type === 'ok') change({ type: 'older', page: answer.value })
      else problem.value = answer.detail
    },
    follow: (id) => {
      logOf(id).start()
      const log = logs.get(id)
      if (log !== undefined) log.users += 1
      return () => {
        if (log === undefined) return
        log.users -= 1
        if (log.users === 0) log.following.stop()
      }
    },
  }
}

function readHint(text: string): WireHint | null {
  try {
    const hint: unknown = JSON.parse(text)
    return typeof hint === 'object' && hint !== null && 'task_id' in hint && 'last_seq' in hint
      ? (hint as WireHint)
      : null
  } catch {
    return null
  }
}

/** The tasks whose progress is worth a connection of its own: those going on, the newest first. */
export function livelyTasks(list: TaskList, most: number): ReadonlySet<string> {
  const active = list.order.filter((id) => {
    const task = list.byId.get(id)
    return task !== undefined && !isOver(task.status)
  })
  return new Set(active.slice(0, most))
}
