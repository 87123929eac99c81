// Project templates over HTTP: what work can begin with.
import { z } from 'zod'
import { TEMPLATE_KINDS } from '../../core/ports/templates.ts'
import type { TemplateInfo } from '../../core/ports/templates.ts'
import type { WorkspaceSource } from '../../core/vocabulary/task.ts'
import type { HttpDeps } from './deps.ts'
import { name } from './event-schemas.ts'
import { json, operation } from './operation.ts'
import { invalidField } from './problem.ts'
import type { Problem } from './problem.ts'

export const TEMPLATE_NAME = z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/, 'must be the name of a template')

const command = z.string().nullable()
const templateSchema = name(
  'Template',
  z.object({
    name: z.string(),
    says: z.string(),
    kind: z.enum(TEMPLATE_KINDS),
    stack: z.array(z.string()),
    port: z.int().nullable(),
    health: z.string().nullable(),
    commands: z.object({ install: command, build: command, test: z.string(), start: command }),
    needs: z.array(z.string()),
    own: z.boolean().meta({ description: "The operator's own." }),
  }),
)
const templateList = name('TemplateList', z.object({ items: z.array(templateSchema) }))

export const templateOperations = [
  operation({
    method: 'get',
    path: '/v1/templates',
    id: 'listTemplates',
    summary: 'The project templates that work can begin with, by name: `source` of a task, `template` of a message.',
    access: 'tasks:read',
    responses: { 200: { description: 'All of them.', schema: templateList } },
    handle: async ({ deps }) => json({ items: (await deps.templates.list()).map(templateToWire) }),
  }),
]

/** A message's template as the source of its work, or why not. None is an empty workspace. */
export async function templateSource(
  { templates }: Pick<HttpDeps, 'templates'>,
  template: string | null,
  field = 'template',
): Promise<WorkspaceSource | Problem> {
  if (template === null) return { type: 'empty' }
  const known = (await templates.list()).map((info) => info.name)
  if (known.includes(template)) return { type: 'template', name: template }
  return invalidField(field, `there is none of this name; there are: ${known.join(', ')}`)
}

function templateToWire(info: TemplateInfo): z.output<typeof templateSchema> {
  const { stack, needs, ...rest } = info
  return { ...rest, stack: [...stack], needs: [...needs] }
}
