// The operations on tasks.
import { Hono } from 'hono'
import type { Context } from 'hono'
import { invalid, problem } from './problem.ts'
import type { TaskStore } from './task-store.ts'
import { newTaskSchema, pageSchema, taskChangeSchema } from './task.ts'

export function taskRoutes(store: TaskStore): Hono {
  const routes = new Hono()

  routes.get('/', (context) => {
    const query = pageSchema.safeParse(context.req.query())
    if (!query.success) return invalid(context, query.error)
    const { limit, before } = query.data
    const items = store.list(limit, before)
    return context.json({ items, next: items.length === limit ? (items.at(-1)?.id ?? null) : null })
  })

  routes.post('/', async (context) => {
    const body = newTaskSchema.safeParse(await jsonOf(context))
    if (!body.success) return invalid(context, body.error)
    const task = store.add(body.data.title)
    return context.json(task, 201, { location: `/v1/tasks/${task.id}` })
  })

  routes.get('/:id{[0-9]{1,15}}', (context) => {
    const task = store.get(Number(context.req.param('id')))
    return task === null ? missing(context) : context.json(task)
  })

  routes.patch('/:id{[0-9]{1,15}}', async (context) => {
    const body = taskChangeSchema.safeParse(await jsonOf(context))
    if (!body.success) return invalid(context, body.error)
    const task = store.change(Number(context.req.param('id')), body.data)
    return task === null ? missing(context) : context.json(task)
  })

  routes.delete('/:id{[0-9]{1,15}}', (context) =>
    store.remove(Number(context.req.param('id'))) ? context.body(null, 204) : missing(context),
  )

  return routes
}

/** What is no JSON is nothing, which no schema takes. */
async function jsonOf(context: Context): Promise<unknown> {
  try {
    return await context.req.json()
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function missing(context: Context): Response {
  return problem(context, 404, 'There is no such task.')
}
