// A bot that is put into service lets new people in: that it was is in the audit log before it hears anybody.
import type { AuditRecorder } from '../ports/audit-log.ts'
import type { MemoStore } from '../ports/memo-store.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { BotId } from '../vocabulary/place.ts'

type BotNotesDeps = {
  readonly recorder: AuditRecorder
  readonly memos: MemoStore
  /** In whose name it is recorded: nobody knows who set a token. */
  readonly by: UserId
}

/** Once for each bot, and again under another name. Throws where it could not be recorded. */
export async function noteBot({ recorder, memos, by }: BotNotesDeps, bot: BotId, username: string): Promise<void> {
  const name = `audited bot ${bot}`
  const before = await memos.get(name)
  if (before === username) return
  const change = before === null ? { change: 'added' } : { change: 'renamed', from: `@${before}` }
  await recorder.record(by, 'setting.changed', `bot @${username}`, { ...change, bot })
  await memos.set(name, username)
}
