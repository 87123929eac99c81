// The calls to the back end. What goes wrong is an ApiError with a sentence for people.
import type { Task, TaskChange } from '../../backend/src/task.ts'

export class ApiError extends Error {}

type Fetch = (path: string, init: RequestInit) => Promise<Response>
type Problem = { readonly title?: string; readonly errors?: readonly { readonly message: string }[] }

export function createApi(fetch: Fetch) {
  async function call<T>(method: string, path: string, body?: object): Promise<T> {
    const headers = { 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { headers, body: JSON.stringify(body) }
    let response: Response
    try {
      response = await fetch(path, { method, ...sent })
    } catch (error) {
      throw new ApiError('The server can not be reached. Are you connected?', { cause: error })
    }
    if (response.status === 204) return undefined as T
    const answer: unknown = await response.json().catch(() => ({}))
    if (response.ok) return answer as T
    const { title, errors } = answer as Problem
    throw new ApiError([title ?? 'Something went wrong.', ...(errors ?? []).map(({ message }) => message)].join(' '))
  }

  return {
    list: () => call<{ readonly items: readonly Task[] }>('GET', '/api/tasks?limit=100'),
    add: (title: string) => call<Task>('POST', '/api/tasks', { title }),
    change: (id: number, change: TaskChange) => call<Task>('PATCH', `/api/tasks/${id}`, change),
    remove: (id: number) => call<undefined>('DELETE', `/api/tasks/${id}`),
  }
}
