// What stages of chats are played with: how a request is routed, what came of it, a message with buttons.
import type { CommitId } from '../../src/core/vocabulary/ids.ts'
import type { Button, Posting } from '../../src/core/vocabulary/post.ts'
import { NO_USAGE } from '../../src/core/vocabulary/usage.ts'

export const ROUTING = {
  intent: 'command',
  task_type: 'dev_pipeline',
  confidence: 1,
  summary: '',
  plan: '',
  needs_confirmation: false,
  command: null,
  ask: null,
  source: null,
} as const

export const RESULT = {
  summary: 'Done.',
  answer: null,
  exit_code: null,
  output: null,
  preview_url: null,
  commit: 'c'.repeat(40) as CommitId,
  changed_files: ['a.txt'],
  checks: [],
  usage: NO_USAGE,
  sources: [],
  offline: false,
}

export function message(markdown: string, buttons: readonly (readonly Button[])[]): Posting {
  return {
    type: 'message',
    content: { markdown, folds: [], buttons },
    replyTo: null,
    silent: true,
    wantsReply: false,
    pinned: false,
  }
}
