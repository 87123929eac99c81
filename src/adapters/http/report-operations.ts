// The report of a task over HTTP: a page that may do nothing, and that the console alone may show in a frame.
import { z } from 'zod'
import { REPORT_POLICY } from '../../core/evidence/html-style.ts'
import { REPORT_FORMATS, reportOfTask } from '../../core/evidence/report-of-task.ts'
import { taskOperation } from './operation.ts'

const TYPES = { html: 'text/html; charset=utf-8', md: 'text/markdown; charset=utf-8' } as const

export const reportOperations = [
  taskOperation({
    method: 'get',
    path: '/v1/tasks/{task_id}/report',
    id: 'getReport',
    summary:
      'What was asked, planned, done, checked, decided and spent, as it stands now. `format`: html (one page that needs nothing beside itself) or md.',
    access: 'tasks:read',
    query: z.object({ format: z.enum(REPORT_FORMATS).default('html') }),
    responses: { 200: { description: 'The report.', mediaType: 'text/html' } },
    handle: async ({ deps, task, query }) =>
      new Response(await reportOfTask(deps, task, query.format), {
        headers: {
          'content-type': TYPES[query.format],
          'content-security-policy': `${REPORT_POLICY}; sandbox; frame-ancestors 'self'`,
          'x-frame-options': 'SAMEORIGIN',
          'content-disposition': `inline; filename="report-${task.id}.${query.format}"`,
          'cache-control': 'private, no-store',
        },
      }),
  }),
]
