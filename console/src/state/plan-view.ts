// The plan as the console draws it: subtasks with their state, and where each stands in the picture.
import type { JsonValue } from '../../../src/core/vocabulary/json.ts'
import type { Plan, Subtask } from '../../../src/core/vocabulary/plan.ts'
import { layOutPlan } from '../../../src/core/vocabulary/plan-layout.ts'

export type SubtaskState = 'waiting' | 'running' | 'done' | 'failed'

/** Reads the output of the planning step; null when it is no plan. */
export function readPlan(output: JsonValue): Plan | null {
  if (typeof output !== 'object' || output === null || !('subtasks' in output)) return null
  const { subtasks, summary } = output
  if (!Array.isArray(subtasks)) return null
  return { summary: typeof summary === 'string' ? summary : '', subtasks: subtasks.flatMap(readSubtask) }
}

function readSubtask(value: JsonValue): readonly Subtask[] {
  if (typeof value !== 'object' || value === null || !('id' in value) || typeof value.id !== 'string') return []
  const text = (field: JsonValue | undefined) => (typeof field === 'string' ? field : '')
  const list = (field: JsonValue | undefined) =>
    Array.isArray(field) ? field.filter((item) => typeof item === 'string') : []
  return [
    {
      id: value.id,
      title: text(value['title']) || value.id,
      role: text(value['role']) || 'coder',
      instructions: text(value['instructions']),
      acceptance: list(value['acceptance']),
      depends_on: list(value['depends_on']),
    },
  ]
}

export const NODE_WIDTH = 190
export const NODE_HEIGHT = 54
const GAP_ACROSS = 56
const GAP_DOWN = 18

export type PlacedNode = { readonly subtask: Subtask; readonly x: number; readonly y: number }
export type PlacedEdge = { readonly from: PlacedNode; readonly to: PlacedNode }
export type PlanPicture = {
  readonly nodes: readonly PlacedNode[]
  readonly edges: readonly PlacedEdge[]
  readonly width: number
  readonly height: number
}

/** Circles and unknown ids are tolerated, not followed. */
export function drawPlan(subtasks: readonly Subtask[]): PlanPicture {
  const byId = new Map(subtasks.map((subtask) => [subtask.id, subtask]))
  const { places, edges } = layOutPlan(subtasks)
  const nodes = places.flatMap(({ id, column, row }): readonly PlacedNode[] => {
    const subtask = byId.get(id)
    if (subtask === undefined) return []
    return [{ subtask, x: column * (NODE_WIDTH + GAP_ACROSS), y: row * (NODE_HEIGHT + GAP_DOWN) }]
  })
  const placed = new Map(nodes.map((node) => [node.subtask.id, node]))
  return {
    nodes,
    edges: edges.flatMap(([before, after]) => {
      const [from, to] = [placed.get(before), placed.get(after)]
      return from === undefined || to === undefined ? [] : [{ from, to }]
    }),
    width: nodes.reduce((most, node) => Math.max(most, node.x + NODE_WIDTH), 0),
    height: nodes.reduce((most, node) => Math.max(most, node.y + NODE_HEIGHT), 0),
  }
}
