// The API's description, made of the schemas that check its input, so that it can't say anything else.
import { z } from 'zod'
import { newTaskSchema, pageSchema, taskChangeSchema, taskSchema } from './task.ts'

const json = (schema: object) => ({ 'application/json': { schema } })
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const input = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', target: 'openapi-3.0' })
const id = { name: 'id', in: 'path', required: true, schema: { type: 'integer' } }
const aTask = { description: 'The task.', content: json(ref('Task')) }
const notThere = { description: 'There is no such task.' }
const notRight = { description: 'The input is not right.' }

export function openApiDocument(): object {
  const { properties = {} } = z.toJSONSchema(pageSchema, { io: 'input', target: 'openapi-3.0' })
  const page = Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', schema }))
  const list = {
    type: 'object',
    properties: { items: { type: 'array', items: ref('Task') }, next: { type: 'integer' } },
  }
  return {
    openapi: '3.0.3',
    info: { title: '{{title}}', version: '0.1.0' },
    paths: {
      '/v1/tasks': {
        get: {
          summary: 'Tasks, newest first.',
          parameters: page,
          responses: { 200: { description: 'A page.', content: json(list) }, 422: notRight },
        },
        post: {
          summary: 'Add a task.',
          requestBody: { required: true, content: json(input(newTaskSchema)) },
          responses: { 201: aTask, 422: notRight },
        },
      },
      '/v1/tasks/{id}': {
        parameters: [id],
        get: { summary: 'One task.', responses: { 200: aTask, 404: notThere } },
        patch: {
          summary: 'Change a task.',
          requestBody: { required: true, content: json(input(taskChangeSchema)) },
          responses: { 200: aTask, 404: notThere, 422: notRight },
        },
        delete: { summary: 'Remove a task.', responses: { 204: { description: 'It is gone.' }, 404: notThere } },
      },
    },
    components: { schemas: { Task: input(taskSchema) } },
  }
}
