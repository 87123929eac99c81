// All that is kept of one person in memory: conversations, tasks, facts, membership, and what they approved for good.
import type { MemberStore } from '../../core/ports/member-store.ts'
import type { PersonData, PersonRecord } from '../../core/ports/person-data.ts'
import type { StandingApprovals } from '../../core/ports/standing-approvals.ts'
import type { FactId, UserId } from '../../core/vocabulary/ids.ts'
import type { JsonObject } from '../../core/vocabulary/json.ts'
import { chatScope, personScope } from '../../core/vocabulary/memory.ts'
import type { SealedSecret } from '../../core/vocabulary/secret.ts'
import type { Fact } from '../../core/vocabulary/memory.ts'
import { isTerminal } from '../../core/vocabulary/task.ts'
import { appendAudit } from './audit-log.ts'
import type { MemoryOfSecrets } from './secret-store.ts'
import type { TaskRecords } from './task-records.ts'

export type MemoryOfPeople = {
  readonly records: TaskRecords
  readonly facts: Map<FactId, Fact>
  readonly members: MemberStore
  readonly standing: StandingApprovals
  readonly secrets: MemoryOfSecrets
}

const NAME_OF_NOBODY = 'erased' as UserId

export function createMemoryPersonData(memory: MemoryOfPeople): PersonData {
  const { records, facts, members, standing } = memory
  return {
    records: async function* (ids): AsyncGenerator<PersonRecord> {
      const own = theirs(memory, ids)
      for (const id of ids) {
        const member = await members.find(id)
        if (member !== null) yield toRecord('members', { user_id: id, name: member.name, role: member.role })
      }
      for (const { id, interface: name, chat, startedBy, direct } of own.threads)
        yield toRecord('threads', { id, interface: name, chat, started_by: startedBy, direct })
      for (const { id, threadId, role, author, text, taskId } of own.messages)
        yield toRecord('messages', { id, thread_id: threadId, role, author, body: text, task_id: taskId })
      for (const { id, taskId, messageId, name, objectKey } of own.artifacts)
        yield toRecord('artifacts', { id, task_id: taskId, message_id: messageId, name, object_key: objectKey })
      for (const { task } of own.tasks)
        yield toRecord('tasks', { id: task.id, user_id: task.userId, input_text: task.inputText, status: task.status })
      for (const { events } of own.tasks)
        for (const { task_id, seq, type, data } of events) yield toRecord('task_events', { task_id, seq, type, data })
      for (const { id, scope, text, from } of own.facts)
        yield toRecord('facts', { id, scope, body: text, source_user: from })
      for (const { userId, digest, subject } of await rulesOf(standing, ids))
        yield toRecord('standing_approvals', { user_id: userId, digest, subject })
      for (const { name, version, owner } of own.secrets) yield toRecord('secrets', { name, version, owner })
    },
    erase: async (ids, entry) => {
      const own = theirs(memory, ids)
      const running = own.tasks.filter(({ task, worker, claimableAt }) => {
        if (task.status === 'running' || task.status === 'aborting') return true
        return worker !== null && claimableAt !== null && task.status !== 'needs_approval' && !isTerminal(task.status)
      })
      if (running.length > 0) return { type: 'busy', tasks: running.length }
      let gone = 0
      for (const id of ids) if (await members.remove(id)) gone += 1
      const rules = await rulesOf(standing, ids)
      for (const rule of rules) await standing.remove(rule.userId, rule.digest)
      for (const { interface: name, chat } of own.threads) records.threads.delete(JSON.stringify([name, chat]))
      const said = new Set(own.messages.map(({ id }) => id))
      for (const [thread, messages] of records.messages)
        records.messages.set(
          thread,
          messages.filter(({ id }) => !said.has(id)),
        )
      for (const [name, id] of records.named) if (said.has(id)) records.named.delete(name)
      for (const [key, thread] of records.threads)
        if (thread.startedBy !== null && ids.includes(thread.startedBy))
          records.threads.set(key, { ...thread, startedBy: null })
      for (const { id } of own.artifacts) records.artifacts.delete(id)
      for (const { task, events } of own.tasks) {
        records.tasks.delete(task.id)
        const spent = events.filter(({ type }) => type === 'usage.recorded')
        records.spentByNobody.push({ task: { ...task, userId: NAME_OF_NOBODY }, events: spent })
      }
      const tasks = new Set(own.tasks.map(({ task }) => task.id))
      for (const [name, taskId] of records.accepted) if (tasks.has(taskId)) records.accepted.delete(name)
      for (const { id } of own.facts) facts.delete(id)
      forgetSecrets(memory.secrets, own.secrets, ids)
      for (const [id, fact] of facts)
        if (fact.decidedBy !== null && ids.includes(fact.decidedBy))
          facts.set(id, { ...fact, decidedBy: NAME_OF_NOBODY })
      const named = new Set([...records.artifacts.values()].map(({ objectKey }) => objectKey))
      const counts = {
        members: gone,
        threads: own.threads.length,
        messages: own.messages.length,
        artifacts: own.artifacts.length,
        tasks: own.tasks.length,
        task_events: own.tasks.reduce((sum, { events }) => sum + events.length, 0),
        facts: own.facts.length,
        standing_approvals: rules.length,
        secrets: own.secrets.length,
      }
      appendAudit(records.audit, [entry])
      return {
        records: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
        objectKeys: [...new Set(own.artifacts.map(({ objectKey }) => objectKey))]
          .filter((key) => !named.has(key))
          .toSorted(),
      }
    },
  }
}

/** Which records are theirs, as src/adapters/postgres/person-rows.ts has it. */
function theirs({ records, facts, secrets }: MemoryOfPeople, ids: readonly UserId[]) {
  const isTheirs = (id: UserId | null) => id !== null && ids.includes(id)
  const threads = [...records.threads.values()].filter(({ direct, startedBy }) => direct && isTheirs(startedBy))
  const tasks = [...records.tasks.values()].filter(({ task }) => isTheirs(task.userId))
  const threadIds = new Set(threads.map(({ id }) => id))
  const taskIds = new Set(tasks.map(({ task }) => task.id))
  const messages = [...records.messages.values()]
    .flat()
    .filter(
      ({ threadId, author, taskId }) =>
        threadIds.has(threadId) || isTheirs(author) || (taskId !== null && taskIds.has(taskId)),
    )
  const messageIds = new Set(messages.map(({ id }) => id))
  const artifacts = [...records.artifacts.values()].filter(
    ({ messageId, taskId }) =>
      (messageId !== null && messageIds.has(messageId)) || (taskId !== null && taskIds.has(taskId)),
  )
  const scopes = new Set([...ids.map(personScope), ...threads.map(chatScope)])
  const ownFacts = [...facts.values()].filter(({ scope, from }) => isTheirs(from) || scopes.has(scope))
  const ownSecrets = [...secrets.kept.values()].flatMap((versions) =>
    // Whose a secret is its newest version says.
    versions.filter(({ owner }) => isTheirs(owner) || isTheirs(versions[0]?.owner ?? null)),
  )
  return { threads, tasks, messages, artifacts, facts: ownFacts, secrets: ownSecrets }
}

function forgetSecrets({ kept, uses }: MemoryOfSecrets, own: readonly SealedSecret[], ids: readonly UserId[]): void {
  for (const [name, versions] of kept) {
    const left = versions
      .filter((version) => !own.includes(version))
      .map((version) => (ids.includes(version.createdBy) ? { ...version, createdBy: NAME_OF_NOBODY } : version))
    if (left.length > 0) kept.set(name, left)
    else {
      kept.delete(name)
      uses.delete(name)
    }
  }
}

async function rulesOf(standing: StandingApprovals, ids: readonly UserId[]) {
  return (await standing.list()).filter(({ userId, approvedBy }) => ids.includes(userId) || ids.includes(approvedBy))
}

function toRecord(kind: string, data: JsonObject): PersonRecord {
  return { kind, data }
}
