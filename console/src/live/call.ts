// One call of the API over HTTP: it answers with a value or a problem in one sentence, never with an exception.
export type Problem = { readonly type: 'problem'; readonly status: number; readonly detail: string }
export type Answer<T> = { readonly type: 'ok'; readonly value: T } | Problem

export type Call = <T>(
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer<T>>

/** `onSignedOut` is called whenever the server says that there is no session. */
export function createCall(onSignedOut: () => void): Call {
  return async function call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    let response: Response
    try {
      response = await fetch(path, {
        method,
        headers: {
          accept: 'application/json',
          ...(body === undefined || body instanceof Blob ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        credentials: 'same-origin',
        ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
      })
    } catch {
      return { type: 'problem', status: 0, detail: 'The server can’t be reached. Is it running?' }
    }
    if (response.status === 401) onSignedOut()
    const text = await response.text().catch(() => '')
    const value = parse(text)
    if (response.ok) return { type: 'ok', value: value as T }
    return { type: 'problem', status: response.status, detail: detailOf(value, response.status) }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function detailOf(value: unknown, status: number): string {
  const problem = typeof value === 'object' && value !== null ? value : {}
  if ('detail' in problem && typeof problem.detail === 'string' && problem.detail !== '') return problem.detail
  if ('title' in problem && typeof problem.title === 'string' && problem.title !== '') return problem.title
  return `The server answered ${status}.`
}
