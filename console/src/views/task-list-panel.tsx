// All tasks, newest first, to filter and to go to: the sidebar on a desk, a screen of its own on a phone.
import { useState } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import { toLine } from '../state/inert-text.ts'
import { routeLink } from '../state/route.ts'
import { statusLabel, statusTone } from '../state/status.ts'
import { FILTERS, isShown } from '../state/task-list.ts'
import type { Filter } from '../state/task-list.ts'
import { Age, ProblemLine } from './pieces.tsx'

const FILTER_LABELS: Readonly<Record<Filter, string>> = {
  all: 'All',
  waiting: 'Needs you',
  active: 'At work',
  completed: 'Completed',
  failed: 'Failed',
}

export function TaskListPanel({ app, name }: { readonly app: ConsoleApp; readonly name: string }) {
  const [filter, setFilter] = useState<Filter>('all')
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const list = app.list.value
  const route = app.route.value
  const shown = list.order.flatMap((id) => list.byId.get(id) ?? []).filter((task) => isShown(task, filter, text.trim()))
  const more = async () => {
    setBusy(true)
    await app.loadOlder()
    setBusy(false)
  }
  return (
    <div class="tasks">
      <div class="tasks-filter">
        <label class="unseen" for={`search-${name}`}>
          Search the tasks
        </label>
        <input
          id={`search-${name}`}
          type="search"
          placeholder="Search"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <label class="unseen" for={`filter-${name}`}>
          Show
        </label>
        <select
          id={`filter-${name}`}
          value={filter}
          onChange={(event) => setFilter(filterOf(event.currentTarget.value))}
        >
          {FILTERS.map((each) => (
            <option key={each} value={each}>
              {FILTER_LABELS[each]}
            </option>
          ))}
        </select>
      </div>
      {app.problem.value !== null && <ProblemLine text={app.problem.value} />}
      <nav class="tasks-list" aria-label="Tasks">
        <ul>
          {shown.map((task) => (
            <li key={task.id}>
              <a
                class="task-link"
                href={routeLink({ type: 'task', id: task.id, tab: null })}
                aria-current={route.type === 'task' && route.id === task.id ? 'page' : undefined}
              >
                <span class={`dot tone-${statusTone(task.status)}`} aria-hidden="true" />
                <span class="task-link-title">{toLine(task.input_text, 120)}</span>
                <span class="task-link-about">
                  {statusLabel(task.status)}, <Age app={app} at={task.created_at} />
                </span>
              </a>
            </li>
          ))}
        </ul>
        {shown.length === 0 && (
          <p class="faint">{list.order.length === 0 ? 'No tasks yet.' : 'None of the loaded tasks match.'}</p>
        )}
        {list.cursor !== null && (
          <button type="button" class="button quiet" disabled={busy} onClick={() => void more()}>
            Load more
          </button>
        )}
      </nav>
    </div>
  )
}

function filterOf(value: string): Filter {
  return FILTERS.find((filter) => filter === value) ?? 'all'
}
