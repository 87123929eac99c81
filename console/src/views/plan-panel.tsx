// The plan: a picture of what waits for what, and each subtask with what must hold when it is done.
import type { Plan, Subtask } from '../../../src/core/vocabulary/plan.ts'
import { toLine, toPlain } from '../state/inert-text.ts'
import { drawPlan, NODE_HEIGHT, NODE_WIDTH } from '../state/plan-view.ts'
import type { PlacedEdge, SubtaskState } from '../state/plan-view.ts'
import { isLive } from '../state/task-view.ts'
import type { TaskView } from '../state/task-view.ts'
import { Prose, StateIcon } from './pieces.tsx'

const STATE_LABELS: Readonly<Record<SubtaskState, string>> = {
  waiting: 'waiting',
  running: 'at work',
  done: 'done',
  failed: 'not finished',
}

export function PlanPanel({ view }: { readonly view: TaskView }) {
  if (view.plan === null) {
    return (
      <p class="faint">
        {view.routing === null ? 'The request has not been read yet.' : 'There is no plan (yet) for this task.'}
      </p>
    )
  }
  const stateOf = (id: string): SubtaskState => view.subtasks[id] ?? 'waiting'
  return (
    <div class="plan">
      <Prose text={view.plan.summary} />
      {view.plan.subtasks.length > 1 && <Picture plan={view.plan} stateOf={stateOf} view={view} />}
      <ol class="subtasks">
        {view.plan.subtasks.map((subtask) => (
          <SubtaskBlock
            key={subtask.id}
            subtask={subtask}
            state={stateOf(subtask.id)}
            plan={view.plan}
            live={isLive(view)}
            conflicts={view.branches[subtask.id]?.conflicts ?? []}
          />
        ))}
      </ol>
    </div>
  )
}

type PictureProps = {
  readonly plan: Plan
  readonly stateOf: (id: string) => SubtaskState
  readonly view: TaskView
}

function Picture({ plan, stateOf, view }: PictureProps) {
  const { nodes, edges, width, height } = drawPlan(plan.subtasks)
  return (
    <div
      class="picture"
      role="img"
      aria-label="Which subtask waits for which; the list below says the same."
      tabIndex={0}
    >
      <div class="picture-sheet" style={{ width: `${width}px`, height: `${height}px` }}>
        <svg width={width} height={height} aria-hidden="true">
          {edges.map((edge) => (
            <path
              key={`${edge.from.subtask.id} ${edge.to.subtask.id}`}
              d={curve(edge)}
              class={edgeClass(view, edge.from.subtask.id, stateOf(edge.from.subtask.id))}
            />
          ))}
        </svg>
        {nodes.map(({ subtask, x, y }) => (
          <div
            key={subtask.id}
            class={`node node-${stateOf(subtask.id)}`}
            style={{ left: `${x}px`, top: `${y}px`, width: `${NODE_WIDTH}px`, height: `${NODE_HEIGHT}px` }}
          >
            <span class="node-title">{toLine(subtask.title, 80)}</span>
            <span class="node-about">
              {subtask.role}, {nodeWords(view, subtask.id, stateOf(subtask.id))}
            </span>
          </div>
        ))}
      </div>
    </div>
  )
}

function edgeClass(view: TaskView, id: string, state: SubtaskState): string {
  if (view.branches[id]?.merged === true) return 'edge-merged'
  return state === 'done' ? 'edge-done' : ''
}

function nodeWords(view: TaskView, id: string, state: SubtaskState): string {
  const branch = view.branches[id]
  if (branch === undefined) return STATE_LABELS[state]
  if (!branch.merged) return `${STATE_LABELS[state]}, in a branch`
  return branch.conflicts.length === 0 ? 'merged' : 'merged, conflict'
}

function curve({ from, to }: PlacedEdge): string {
  const x = from.x + NODE_WIDTH
  const y = from.y + NODE_HEIGHT / 2
  const endY = to.y + NODE_HEIGHT / 2
  const middle = (x + to.x) / 2
  return `M${x} ${y} C${middle} ${y} ${middle} ${endY} ${to.x} ${endY}`
}

type BlockProps = {
  readonly subtask: Subtask
  readonly state: SubtaskState
  readonly plan: Plan | null
  readonly live: boolean
  /** Files that this and another branch had changed in different ways. */
  readonly conflicts: readonly string[]
}

function SubtaskBlock({ subtask, state, plan, live, conflicts }: BlockProps) {
  const titleOf = (id: string) => plan?.subtasks.find((other) => other.id === id)?.title ?? id
  return (
    <li class={`subtask subtask-${state}`}>
      <h3>
        {state === 'waiting' ? (
          <span class="state state-waiting" role="img" aria-label="waiting" />
        ) : (
          <StateIcon state={state} running={state === 'running' && live} />
        )}
        <span class="text">{toPlain(subtask.title)}</span>
        <span class="agent">{subtask.role}</span>
      </h3>
      {subtask.depends_on.length > 0 && (
        <p class="faint">After {subtask.depends_on.map((id) => `“${toLine(titleOf(id), 80)}”`).join(' and ')}</p>
      )}
      {conflicts.length > 0 && (
        <p class="faint">
          Merged after a conflict in{' '}
          {conflicts.slice(0, 10).map((path, at) => (
            <>
              {at > 0 && ', '}
              <code>{toLine(path, 160)}</code>
            </>
          ))}
          , which a coder resolved.
        </p>
      )}
      {subtask.acceptance.length > 0 && (
        <>
          <p class="label">Done when</p>
          <ul class="acceptance">
            {subtask.acceptance.map((line, at) => (
              <li key={at}>{toPlain(line)}</li>
            ))}
          </ul>
        </>
      )}
      {subtask.instructions !== '' && (
        <details class="instructions">
          <summary>Instructions</summary>
          <Prose text={subtask.instructions} />
        </details>
      )}
    </li>
  )
}
