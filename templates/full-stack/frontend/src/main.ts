// The page: what people do becomes a call, what comes back becomes a change, and what is known is drawn.
import { ApiError, createApi } from './api.ts'
import { apply, NOTHING } from './state.ts'
import type { Change, State } from './state.ts'
import { draw, find } from './view.ts'

const api = createApi((path, init) => fetch(path, init))
const form = find<HTMLFormElement>('#add')
let state: State = NOTHING

async function happen(work: () => Promise<Change>): Promise<void> {
  try {
    state = apply(state, await work())
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    state = apply(state, { type: 'failed', problem: error.message })
  }
  draw(state, {
    toggle: ({ id, done }) =>
      void happen(async () => ({ type: 'changed', task: await api.change(id, { done: !done }) })),
    remove: ({ id }) =>
      void happen(async () => {
        await api.remove(id)
        return { type: 'removed', id }
      }),
  })
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  void happen(async () => {
    const task = await api.add(find<HTMLInputElement>('#title').value)
    form.reset()
    return { type: 'added', task }
  })
})

void happen(async () => ({ type: 'loaded', tasks: (await api.list()).items }))
