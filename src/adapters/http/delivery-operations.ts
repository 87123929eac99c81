// Deliveries over HTTP: finished work asked to go to its repository. What answers it is the same as for every approval.
import { z } from 'zod'
import { ownIds } from './authenticate.ts'
import { isRefusal, json, taskOperation } from './operation.ts'
import { invalidField, problem, refusalToProblem } from './problem.ts'
import { limitProblem } from './request-limit.ts'
import { taskSchema, taskToWire } from './wire.ts'

const RESEND = 'Idempotency-Key'

const deliverBody = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .nullish(),
  branch: z.string().min(1).max(200).nullish(),
  base: z.string().min(1).max(200).nullish(),
  title: z.string().min(1).max(500).nullish(),
  pull_request: z.boolean().nullish(),
})

export const deliveryOperations = [
  taskOperation({
    method: 'post',
    path: '/v1/tasks/{task_id}/deliver',
    id: 'deliverTask',
    summary:
      'Push the work of a completed task to a branch of a repository, and open a pull request where one is wanted. Makes a task of its ' +
      `own, which waits for an approval of exactly this. With the header ${RESEND} the same key again answers with the first one.`,
    access: 'tasks:write',
    body: deliverBody,
    responses: {
      201: { description: 'The delivery, waiting for its approval.', schema: taskSchema },
      200: { description: 'The delivery that this key started before.', schema: taskSchema },
    },
    handle: async ({ deps, config, task, caller, body, request }) => {
      const key = request.headers.get(RESEND)
      if (key !== null && !/^[\x21-\x7e]{1,200}$/.test(key))
        return invalidField(RESEND, 'give 1 to 200 visible ASCII characters')
      const limited = await limitProblem(deps, config, caller, { startsWork: true })
      if (limited !== null) return limited
      const accepted = await deps.acceptDelivery({
        interface: caller.via === 'session' ? 'console' : 'http',
        chat: caller.principal.userId,
        externalId: key === null ? deps.ids.next() : `key:${key}`,
        author: caller.principal.userId,
        raw: { deliver: task.id },
        taskId: task.id,
        whose: ownIds(caller.principal),
        wanted: {
          url: body.url ?? null,
          branch: body.branch ?? null,
          base: body.base ?? null,
          title: body.title ?? null,
          pullRequest: body.pull_request ?? false,
        },
      })
      if (isRefusal(accepted)) return refusalToProblem(accepted)
      const { source, taskType } = accepted.task
      if (!accepted.created && (taskType !== 'delivery' || source.type !== 'task' || source.task_id !== task.id))
        return problem(409, 'idempotency_key_reused', `This ${RESEND} was sent before with another request.`)
      return json(taskToWire(accepted.task), accepted.created ? 201 : 200, {
        location: `/v1/tasks/${accepted.task.id}`,
      })
    },
  }),
]
