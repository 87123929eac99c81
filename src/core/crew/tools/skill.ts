// The tool by which an agent reads how a kind of work is done well. It reads what the operator put there, and nothing else.
import { z } from 'zod'
import { defineTool, refused } from './tool.ts'

export const skillTool = defineTool(
  'skill',
  'Reads a skill of the index.',
  z.object({ name: z.string().min(1).max(100) }),
  async ({ name }, { skills }) => {
    const skill = skills.find((one) => one.name === name)
    if (skill !== undefined) return { ok: true, output: skill.text, touched: false }
    return refused(`There is no skill "${name}". There are: ${skills.map((one) => one.name).join(', ') || 'none'}.`)
  },
)
