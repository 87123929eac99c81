// `factotum secret …`: what work may use and nobody may read. Values come in by stdin or unseen from the keyboard, and never go out.
import { Command } from 'commander'
import { secretToWire } from '../adapters/http/secret-operations.ts'
import { table } from '../adapters/terminal/table.ts'
import type { GivenSecret, Kept, SecretRefusal } from '../core/secrets/vault.ts'
import type { SecretEntry } from '../core/secrets/watch-ages.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import type { Platform } from '../processes/platform.ts'
import { forgetSigningKeys, rotateSigningKey, rotateVaultKey } from '../processes/rotate-keys.ts'
import { entryOf, listSecrets } from '../processes/secret-list.ts'
import { CommandError, createOutput, EXIT, withPlatform } from './command.ts'
import type { ExitCode, Output } from './command.ts'
import { askUnseen } from './ask-unseen.ts'

type SetOptions = { readonly host: readonly string[]; readonly mine?: true; readonly json?: true }
type Json = { readonly json?: true }

export function secretCommand(exit: (code: ExitCode) => void): Command {
  const secret = new Command('secret').description(
    'values that work may use, at the hosts they are for, and that nobody may read',
  )

  secret
    .command('set')
    .description('keep a value: from stdin, or typed unseen; an earlier one of that name is replaced')
    .argument('<name>', 'as the variable in a sandbox, e.g. GITHUB_TOKEN')
    .argument('[value]', 'refused: arguments are seen by others and kept by the shell')
    .requiredOption('--host <host>', 'where it may be sent, e.g. api.github.com; may be said again', collect, [])
    .option('--mine', "for your own work alone; everybody's otherwise")
    .option('--json', 'what is known of it as one JSON object')
    .action(async (name: string, given: string | undefined, options: SetOptions) => {
      refuseValue(given)
      await keep(options, name, (platform, value) => {
        const owner = options.mine === true ? { owner: OWNER } : {}
        const given: GivenSecret = { name, value, hosts: options.host, ...owner }
        return platform.vault.set(given, OWNER)
      })
    })

  secret
    .command('rotate')
    .description('replace the value of a secret; the one before stays readable for a while')
    .argument('<name>')
    .argument('[value]', 'refused: arguments are seen by others and kept by the shell')
    .option('--json', 'what is known of it as one JSON object')
    .action(async (name: string, given: string | undefined, options: Json) => {
      refuseValue(given)
      await keep(options, name, (platform, value) => platform.vault.rotate(name, value, OWNER))
    })

  secret
    .command('list')
    .description('every secret with its age, never its value: those kept here, those of the environment, our own keys')
    .option('--json', 'one JSON object {items}')
    .action(async (options: Json) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        const entries = await listSecrets(platform)
        if (options.json) output.json({ items: entries.map(secretToWire) })
        else output.line(table([HEAD, ...entries.map(row)]))
      })
    })

  secret
    .command('remove')
    .description('forget a secret, all its values')
    .argument('<name>')
    .action(async (name: string) => {
      const output = createOutput()
      await withPlatform(output, async (platform) => {
        if (!(await platform.vault.remove(name, OWNER)))
          throw new CommandError(`There is no secret ${shown(name)}. \`factotum secret list\` shows what there is.`)
        output.line(`${name} is forgotten.`)
      })
    })

  secret
    .command('rotate-keys')
    .description("replace our own keys: the vault's, with everything sealed anew, and the one that signs tokens")
    .option('--forget', 'accept no token that an older key signed: whoever has one signs in again')
    .option('--json', 'one JSON object')
    .action(async (options: Json & { forget?: true }) => {
      const output = createOutput()
      await withPlatform(output, (platform) => rotateKeys(platform, output, options, exit))
    })

  return secret
}

async function keep(
  { json }: Json,
  name: string,
  act: (platform: Platform, value: string) => Promise<Kept | SecretRefusal>,
): Promise<void> {
  const output = createOutput()
  const value = await askUnseen(`The value of ${shown(name)} (not shown): `)
  if (value === null) throw new CommandError('No value came in: pipe it to stdin, or type it.', EXIT.usage)
  await withPlatform(output, async (platform) => {
    const result = await act(platform, value)
    if (result.type === 'refused')
      throw new CommandError(result.problem, result.about === 'missing' ? EXIT.failed : EXIT.usage)
    const { secret, created } = result
    if (json) output.json(secretToWire(await entryOf(platform, secret)))
    else {
      const hosts = secret.hosts.join(', ')
      output.line(`${secret.name} is ${created ? 'kept' : `replaced (version ${secret.version})`}, for ${hosts}.`)
    }
  })
}

async function rotateKeys(
  platform: Platform,
  output: Output,
  { json, forget }: Json & { forget?: true },
  exit: (code: ExitCode) => void,
): Promise<void> {
  const now = new Date(platform.clock.now().getTime() + 1)
  const vault = await rotateVaultKey(platform, OWNER, now)
  const signing = await rotateSigningKey(platform, OWNER, now)
  const forgotten = forget ? await forgetSigningKeys(platform, 0) : 0
  if (json) output.json({ vault, signing: { renewed: signing ?? false, forgotten } })
  else {
    const { kind, place } = platform.keySource
    output.line(
      vault.renewed
        ? `The vault has a new key (${place}); ${vault.resealed} values were sealed anew.`
        : `The vault's key is given by a ${kind} (${place}): replace it there; ${vault.resealed} values were sealed anew.`,
    )
    output.line(
      signing !== null
        ? `Tokens are signed with a new key; ${forget ? 'older tokens are worth nothing.' : 'older tokens go on being good.'}`
        : 'Tokens are signed with JWT_SECRET, which is yours to replace.',
    )
  }
  if (vault.failed.length === 0) return
  output.note(`These open with no key that is there, so no key was let go of: ${vault.failed.join(', ')}.`)
  exit(EXIT.failed)
}

const HEAD = ['name', 'source', 'state', 'days', 'hosts', 'whose', 'last used']

function row({ name, source, age, hosts, owner, lastUsedAt }: SecretEntry): readonly string[] {
  const used = lastUsedAt === null ? '-' : lastUsedAt.toISOString().slice(0, 16).replace('T', ' ')
  const whose = source === 'vault' ? (owner ?? 'everybody') : '-'
  return [name, source, age.state, String(age.days), hosts.length === 0 ? '-' : hosts.join(', '), whose, used]
}

/** Of a name nothing is repeated that could be the value, put in the wrong place. */
function shown(name: string): string {
  return /^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(name) ? name : '(no name)'
}

/** Not by the parser, which would repeat the value. */
function refuseValue(given: string | undefined): void {
  if (given === undefined) return
  throw new CommandError(
    'A value does not belong on the command line: other users of this machine can see it there, and the shell keeps it. Pipe it to stdin, or leave it away and type it.',
    EXIT.usage,
  )
}

function collect(host: string, before: readonly string[]): readonly string[] {
  return [...before, host]
}
