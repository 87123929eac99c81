// Finished work on its way to a repository: asked for here, answered as every approval is.
import { useState } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import { routeLink } from '../state/route.ts'
import type { WireTask } from '../state/wire.ts'
import { ProblemLine } from './pieces.tsx'

type Props = { readonly app: ConsoleApp; readonly task: WireTask }

export function DeliverForm({ app, task }: Props) {
  const [url, setUrl] = useState('')
  const [branch, setBranch] = useState('')
  const [wantsRequest, setWantsRequest] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const deliver = async () => {
    setBusy(true)
    const wanted = {
      pull_request: wantsRequest,
      ...(url.trim() === '' ? {} : { url: url.trim() }),
      ...(branch.trim() === '' ? {} : { branch: branch.trim() }),
    }
    const answer = await app.api.deliver(task.id, wanted)
    setBusy(false)
    if (answer.type === 'problem') return setProblem(answer.detail)
    location.hash = routeLink({ type: 'task', id: answer.value.id, tab: null }).replace(/^.*#/, '#')
  }
  return (
    <details class="deliver">
      <summary>Deliver to a repository</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void deliver()
        }}
      >
        <label>
          Repository
          <input
            type="url"
            value={url}
            placeholder="the one that it began with"
            onInput={(event) => setUrl(event.currentTarget.value)}
          />
        </label>
        <label>
          Branch
          <input
            type="text"
            value={branch}
            placeholder="one of its own"
            onInput={(event) => setBranch(event.currentTarget.value)}
          />
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={wantsRequest}
            onChange={(event) => setWantsRequest(event.currentTarget.checked)}
          />
          Open a pull request
        </label>
        <button type="submit" class="button" disabled={busy}>
          Deliver…
        </button>
        {problem !== null && <ProblemLine text={problem} />}
      </form>
    </details>
  )
}
