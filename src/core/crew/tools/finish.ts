// The tool by which an agent says that its subtask is done. It ends the subtask, never the task: the gate does that.
import { z } from 'zod'
import { defineTool } from './tool.ts'

export const finishTool = defineTool(
  'finish',
  'Ends your subtask. Say what you did, and what you observed that shows it (commands run, exit codes, answers).',
  z.object({ summary: z.string().min(1).max(2_000), evidence: z.array(z.string().max(1_000)).max(20).default([]) }),
  async (input) => ({ ok: true, output: 'Noted.', touched: false, finished: input }),
)
