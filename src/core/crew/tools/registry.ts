// Every tool there is. A new one is a new file and a line here; roles.ts says who gets it.
import { z } from 'zod'
import type { ToolDescription } from '../../ports/models.ts'
import type { JsonObject } from '../../vocabulary/json.ts'
import { searchTool, serveTool, shellTool } from './commands.ts'
import { editTool, listTool, readTool, writeTool } from './files.ts'
import { finishTool } from './finish.ts'
import { skillTool } from './skill.ts'
import type { Tool } from './tool.ts'

export const TOOLS = {
  read: readTool,
  write: writeTool,
  edit: editTool,
  list: listTool,
  search: searchTool,
  shell: shellTool,
  serve: serveTool,
  skill: skillTool,
  finish: finishTool,
} as const satisfies Record<string, Tool>

export type ToolName = keyof typeof TOOLS

export function describeTool(tool: Tool): ToolDescription {
  // What zod emits is JSON by construction. Which draft it is goes without saying, in every call.
  const { $schema: _, ...inputSchema } = z.toJSONSchema(tool.schema, { io: 'input' }) as JsonObject
  return { name: tool.name, description: tool.description, inputSchema }
}
