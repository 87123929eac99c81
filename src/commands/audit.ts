// `factotum audit`: whether the log of who did what is as it was written, what is in it, and a copy of it.
import { once } from 'node:events'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { table } from '../adapters/terminal/table.ts'
import { oneLine } from '../adapters/terminal/visible.ts'
import { readEntry } from '../core/audit/read-entry.ts'
import { verifyAudit } from '../core/audit/verify.ts'
import type { AuditReport } from '../core/audit/verify.ts'
import { AUDIT_ACTIONS } from '../core/vocabulary/audit.ts'
import type { AuditAction, SealedEntry } from '../core/vocabulary/audit.ts'
import type { UserId } from '../core/vocabulary/ids.ts'
import { callerDirectory, createOutput, EXIT, parseCount, taskIdOf, withPlatform } from './command.ts'
import type { ExitCode, Output } from './command.ts'
import { writeLines } from './write-lines.ts'

const SHOWN_PROBLEMS = 50

export function auditCommand(exit: (code: ExitCode) => void): Command {
  return new Command('audit')
    .description('who decided, approved, used or changed what')
    .addCommand(verifyCommand(exit))
    .addCommand(exportCommand())
    .addCommand(listCommand())
}

function verifyCommand(exit: (code: ExitCode) => void): Command {
  return new Command('verify')
    .description('find every edit, gap and reordering; exit code 1 where there is one')
    .option('--json', 'one JSON object {ok, entries, head, problems, more_problems, warnings, anchored}')
    .action(async (options: { json?: true }) => {
      const output = createOutput()
      const report = await withPlatform(output, ({ audit, auditAnchor, ids, clock }) =>
        verifyAudit({ digest: ids.digest, now: clock.now() }, audit.read(0), auditAnchor.read()),
      )
      if (options.json) output.json(reportToJson(report))
      else print(output, report)
      if (!report.ok) exit(EXIT.failed)
    })
}

function exportCommand(): Command {
  return new Command('export')
    .description('all entries, one JSON object {seq, entry, previous, hash} a line')
    .option('--after <seq>', 'only what comes after this entry', parseCount, 0)
    .option('--out <file>', 'into this new file, for your eyes alone')
    .action(async (options: { after: number; out?: string }) => {
      const output = createOutput()
      await withPlatform(output, async ({ audit }) => {
        const entries = audit.read(options.after)
        if (options.out === undefined) {
          for await (const entry of entries) {
            if (!process.stdout.write(`${lineOf(entry)}\n`)) await once(process.stdout, 'drain')
          }
          return
        }
        const path = resolve(callerDirectory(), options.out)
        const count = await writeLines(path, entries, lineOf)
        output.line(`${count} ${count === 1 ? 'entry' : 'entries'}: ${path}`)
      })
    })
}

type ListOptions = {
  readonly actor?: string
  readonly action?: AuditAction
  readonly task?: string
  readonly limit: number
  readonly json?: true
}

function listCommand(): Command {
  return new Command('list')
    .description('the newest entries first')
    .option('--actor <id>', 'of this person, e.g. owner or telegram:4711')
    .addOption(new Option('--action <action>', 'of this kind').choices(AUDIT_ACTIONS))
    .option('--task <id>', 'of this task')
    .option('--limit <count>', 'at most so many', parseCount, 30)
    .option('--json', 'one JSON array')
    .action(async (options: ListOptions) => {
      const output = createOutput()
      const taskId = options.task === undefined ? null : taskIdOf(options.task)
      const found = await withPlatform(output, ({ audit }) =>
        audit.list({
          actor: (options.actor as UserId | undefined) ?? null,
          action: options.action ?? null,
          taskId,
          before: null,
          limit: options.limit,
        }),
      )
      const entries = found.map((sealed) => ({ seq: sealed.seq, ...readEntry(sealed), hash: sealed.hash }))
      if (options.json) return output.json(entries)
      if (entries.length === 0) return output.line('There is nothing of that kind.')
      const rows = entries.map(({ seq, at, actor, action, subject }) => [
        `${seq}`,
        at.replace('T', ' ').slice(0, 19),
        oneLine(actor, 40),
        action,
        oneLine(subject, 100),
      ])
      output.line(table(rows))
    })
}

function print(output: Output, { ok, entries, head, problems, moreProblems, warnings, anchored }: AuditReport): void {
  const count = `${entries} ${entries === 1 ? 'entry' : 'entries'}`
  if (ok) output.line(head.seq === 0 ? 'Intact: nothing is in it yet.' : `Intact: ${count}, the last one ${head.hash}.`)
  else output.line(`Not intact, in ${count}:`)
  for (const { problem } of problems.slice(0, SHOWN_PROBLEMS)) output.line(`  ${problem}`)
  const more = moreProblems + Math.max(0, problems.length - SHOWN_PROBLEMS)
  if (more > 0) output.line(`  … and ${more} more. --json tells more of them.`)
  if (anchored !== null)
    output.line(
      `Anchored outside the database: entries 1 to ${anchored.seq}, the last time at ${anchored.at.toISOString()}.`,
    )
  for (const warning of warnings) output.line(`Mind: ${warning}`)
}

function reportToJson({ ok, entries, head, problems, moreProblems, warnings, anchored }: AuditReport) {
  return { ok, entries, head, problems, more_problems: moreProblems, warnings, anchored }
}

function lineOf({ seq, entry, previous, hash }: SealedEntry): string {
  return JSON.stringify({ seq, entry, previous, hash })
}
