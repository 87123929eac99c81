// Every tool there is. A new one is a new file and a line here; the roles in prompts/ say who gets it.
import { serveTool, shellTool } from './commands.ts'
import { editTool, listTool, readTool, writeTool } from './files.ts'
import { finishTool } from './finish.ts'
import { searchTool } from './search.ts'
import { skillTool } from './skill.ts'
import type { Tool } from './tool.ts'

export const TOOLS: readonly Tool[] = [
  readTool,
  writeTool,
  editTool,
  listTool,
  searchTool,
  shellTool,
  serveTool,
  skillTool,
  finishTool,
]
