// How the bots are doing, read from the leases that their processes hold: the same answer whichever process is asked.
import { z } from 'zod'
import type { BotReport } from '../adapters/http/deps.ts'
import type { Inbox } from '../core/ports/inbox.ts'
import type { Lease, Leases } from '../core/ports/leases.ts'
import type { Outbox } from '../core/ports/outbox.ts'
import type { BotId } from '../core/vocabulary/place.ts'

const PREFIX = 'telegram:'
const NOTE = z.object({
  username: z.string().nullable(),
  mode: z.enum(['poll', 'webhook']),
  state: z.string(),
  detail: z.string(),
  last_update_at: z.string().nullable(),
})

type Deps = { readonly leases: Leases; readonly inbox: Inbox; readonly outbox: Outbox }

export async function botReports(deps: Deps): Promise<readonly BotReport[]> {
  return Promise.all((await deps.leases.list(PREFIX)).map((lease) => reportOf(deps, lease)))
}

async function reportOf({ inbox, outbox }: Deps, { name, holder, expired, note }: Lease): Promise<BotReport> {
  const bot = name.slice(PREFIX.length) as BotId
  const [arrived, posted] = await Promise.all([inbox.state(bot), outbox.state(bot)])
  const said = NOTE.safeParse(note)
  const known = said.success ? said.data : { username: null, mode: 'poll' as const, last_update_at: null }
  const now = expired
    ? { state: 'unattended', detail: 'No process answers for it: start one with the role telegram.' }
    : said.success
      ? { state: said.data.state, detail: said.data.detail }
      : { state: 'starting', detail: 'It has said nothing of itself yet.' }
  return {
    ...known,
    ...now,
    bot,
    inbox: arrived.unfinished,
    outbox: posted.waiting,
    ambiguous: posted.ambiguous,
    process: holder,
  }
}
