// The contracts of the stores of chats against a real PostgreSQL: a database of its own for each test.
import { actionStoreContract } from '../contract/action-store.ts'
import { cardStoreContract } from '../contract/card-store.ts'
import { chatMovesContract } from '../contract/chat-moves.ts'
import { chatStoreContract } from '../contract/chat-store.ts'
import { inboxContract } from '../contract/inbox.ts'
import { leasesContract } from '../contract/leases.ts'
import { memberStoreContract } from '../contract/member-store.ts'
import { outboxUpkeepContract } from '../contract/outbox-upkeep.ts'
import { memoStoreContract } from '../contract/memo-store.ts'
import { outboxContract } from '../contract/outbox.ts'
import { standingApprovalsContract } from '../contract/standing-approvals.ts'
import { withoutPostgres } from '../support/postgres.ts'
import { openStores, openTwice, pass } from './postgres-stores.ts'

const openOutbox = () => openTwice(({ outbox }, other) => ({ outbox, elsewhere: other.outbox }))

if (withoutPostgres === false) {
  actionStoreContract('postgres', openStores)
  cardStoreContract('postgres', openStores)
  chatMovesContract('postgres', openStores)
  chatStoreContract('postgres', openStores)
  inboxContract('postgres', () => openTwice(({ inbox }, other) => ({ inbox, elsewhere: other.inbox })))
  memberStoreContract('postgres', openStores)
  memoStoreContract('postgres', openStores)
  outboxContract('postgres', openOutbox)
  outboxUpkeepContract('postgres', openOutbox)
  standingApprovalsContract('postgres', openStores)
  leasesContract('postgres', async () => ({ ...(await openStores()), pass }))
}
