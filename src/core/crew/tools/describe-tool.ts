// A tool as a model is told of it.
import { z } from 'zod'
import type { ToolDescription } from '../../ports/models.ts'
import type { JsonObject } from '../../vocabulary/json.ts'
import type { Tool } from './tool.ts'

export function describeTool(tool: Tool): ToolDescription {
  // What zod emits is JSON by construction. Which draft it is goes without saying, in every call.
  const { $schema: _, ...inputSchema } = z.toJSONSchema(tool.schema, {
    io: 'input',
    // How long a text may be is checked when it comes: no model counts characters, and every call would pay for it.
    override: ({ jsonSchema }) => {
      delete jsonSchema.minLength
      delete jsonSchema.maxLength
    },
  }) as JsonObject
  return { name: tool.name, description: tool.description, inputSchema }
}
