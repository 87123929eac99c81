// Refusals as RFC 9457 describes them: one shape for everything that goes wrong.
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { z } from 'zod'

export function problem(context: Context, status: ContentfulStatusCode, title: string, more: object = {}): Response {
  return context.json({ title, status, ...more }, status, { 'content-type': 'application/problem+json' })
}

/** What is wrong with the input, field by field. */
export function invalid(context: Context, { issues }: z.ZodError): Response {
  const errors = issues.map(({ path, message }) => ({ field: path.join('.'), message }))
  return problem(context, 422, 'The input is not right.', { errors })
}
