// Talking to the page's server: questions, deeds, files, and hearing that something changed.
export async function ask(path, parameters = {}) {
  return answerOf(await fetch(`/api/${path}?${new URLSearchParams(parameters)}`))
}

export async function act(deed) {
  return answerOf(
    await fetch('/api/do', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-page': '1' },
      body: JSON.stringify(deed),
    }),
  )
}

export async function upload(file, parameters) {
  const query = new URLSearchParams({ ...parameters, name: file.name, type: file.type })
  return answerOf(await fetch(`/api/upload?${query}`, { method: 'POST', headers: { 'x-page': '1' }, body: file }))
}

/** Calls `changed` at once, after each change, and again after every reconnection. */
export function listen(changed, lost) {
  const source = new EventSource('/api/live')
  source.addEventListener('open', changed)
  source.addEventListener('message', changed)
  source.addEventListener('error', lost)
}

async function answerOf(response) {
  const value = await response.json()
  if (!response.ok) throw new Error(value.error ?? `the page's server said ${response.status}`)
  return value
}
