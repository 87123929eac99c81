// Programs that try to break out, and the one sandbox that those which leave it whole share.
import { after } from 'node:test'
import type { TestContext } from 'node:test'
import { PYTHON_PRELUDE } from '../../src/adapters/sandbox/escape/attempt.ts'
import type { CommandResult, Sandbox } from '../../src/core/ports/sandbox.ts'
import { command } from '../contract/sandbox.ts'
import type { Ground } from './ground.ts'

const never = new AbortController().signal

/** The file's own sandbox, opened at the first call; null after skipping the test. */
export function sharedSandbox(ground: Ground): (t: TestContext) => Promise<Sandbox | null> {
  let opened: Promise<Sandbox> | null = null
  after(async () => (await opened)?.close())
  return async (t) => {
    if (!(await ground.isUsable(t))) return null
    opened ??= ground.provider.open(ground.newTask(), {
      memoryBytes: 512 * 1024 ** 2,
      processes: 128,
      diskBytes: 512 * 1024 ** 2,
    })
    return opened
  }
}

/** Runs a shell script inside. */
export function shell(sandbox: Sandbox, script: string, timeoutMs = 20_000): Promise<CommandResult> {
  return sandbox.exec(command(script, { timeoutMs }), never)
}

/** Runs a Python program inside; null after skipping the test where the machine has no Python to lend. */
export async function python(t: TestContext, sandbox: Sandbox, program: string): Promise<CommandResult | null> {
  if ((await shell(sandbox, 'command -v python3')).exitCode !== 0) {
    t.skip('there is no python3 in /usr to make system calls with')
    return null
  }
  const name = `attempt-${Math.abs(hash(program))}.py`
  await sandbox.writeFile(name, Buffer.from(PYTHON_PRELUDE + program))
  return shell(sandbox, `python3 ${name}`)
}

function hash(text: string): number {
  return Buffer.from(text).reduce((sum, byte) => (sum * 31 + byte) | 0, 7)
}
