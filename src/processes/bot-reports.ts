// How the bots are doing, read from the leases that their processes hold: the same answer whichever process is asked.
import { z } from 'zod'
import type { BotReport } from '../adapters/http/deps.ts'
import type { Inbox } from '../core/ports/inbox.ts'
import type { Lease, Leases } from '../core/ports/leases.ts'
import type { Outbox } from '../core/ports/outbox.ts'
import type { WorkerId } from '../core/vocabulary/ids.ts'
import type { BotId } from '../core/vocabulary/place.ts'

const PREFIX = 'telegram:'
/** Of bots that nobody can run at present: who tries says why. */
const TROUBLE_PREFIX = 'telegram-trouble:'
const NOTE = z.object({
  username: z.string().nullable(),
  mode: z.enum(['poll', 'webhook']),
  state: z.string(),
  detail: z.string(),
  last_update_at: z.string().nullable(),
})

type Deps = {
  readonly leases: Pick<Leases, 'list'>
  readonly inbox: Pick<Inbox, 'state'>
  readonly outbox: Pick<Outbox, 'state'>
  /** A process of this machine that is gone: what it said of its bot last is not true any more. */
  readonly isDead: (process: WorkerId) => boolean
}

export async function botReports(deps: Deps): Promise<readonly BotReport[]> {
  const [held, trouble] = await Promise.all([deps.leases.list(PREFIX), deps.leases.list(TROUBLE_PREFIX)])
  const leases = new Map(held.map((lease) => [botOf(lease), lease]))
  for (const lease of trouble) {
    // What became of a bot that runs, or of trouble that nobody has any more, is told elsewhere.
    if (lease.expired || deps.isDead(lease.holder)) continue
    const running = leases.get(botOf(lease))
    if (running === undefined || running.expired || deps.isDead(running.holder)) leases.set(botOf(lease), lease)
  }
  const inOrder = [...leases].toSorted(([one], [other]) => (one < other ? -1 : 1))
  return Promise.all(inOrder.map(([bot, lease]) => reportOf(deps, bot, lease)))
}

function botOf({ name }: Lease): BotId {
  return name.slice(name.indexOf(':') + 1) as BotId
}

async function reportOf(
  { inbox, outbox, isDead }: Deps,
  bot: BotId,
  { holder, expired, note }: Lease,
): Promise<BotReport> {
  const [arrived, posted] = await Promise.all([inbox.state(bot), outbox.state(bot)])
  const said = NOTE.safeParse(note)
  const known = said.success ? said.data : { username: null, mode: 'poll' as const, last_update_at: null }
  const now =
    expired || isDead(holder)
      ? { state: 'unattended', detail: 'No process answers for it: start one with the role telegram.' }
      : said.success
        ? { state: said.data.state, detail: said.data.detail }
        : { state: 'starting', detail: 'It has said nothing of itself yet.' }
  return {
    ...known,
    ...now,
    bot,
    inbox: arrived.unfinished,
    set_aside: arrived.setAside,
    outbox: posted.waiting,
    ambiguous: posted.ambiguous,
    process: holder,
  }
}
