// The independent judge of this world's shapes: answers and updates against schemas that were made from published types.
import { Ajv } from 'ajv'
import type { ErrorObject, ValidateFunction } from 'ajv'
import { readSchemas } from './cached-schemas.ts'
import { answerName } from './generate.ts'

/** Null when the result has the shape that the method promises, otherwise what is wrong with it. */
export type AnswerCheck = (method: string, result: unknown) => string | null

type Compile = (definition: string) => ValidateFunction | undefined

let shared: Compile | null = null

/** Schemas are read or generated with the first question (up to some seconds, once a process). */
export function createAnswerCheck(): AnswerCheck {
  return (method, result) => {
    const validate = compile(answerName(method))
    if (validate === undefined) return `${method} is no method of the Bot API`
    return problem(validate, result)
  }
}

/** The same for one update, as a poll or a webhook gets it. */
export function checkUpdate(update: unknown): string | null {
  const validate = compile('AnyUpdate')
  if (validate === undefined) throw new Error('the schemas have no definition of an update')
  return problem(validate, update)
}

/** Every method that the types know, in their spelling. */
export function knownMethods(): readonly string[] {
  const prefix = answerName('')
  return Object.keys(readSchemas().definitions)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
}

function compile(definition: string): ValidateFunction | undefined {
  shared ??= createCompile()
  return shared(definition)
}

function createCompile(): Compile {
  const ajv = new Ajv({ strict: false })
  ajv.addSchema({ definitions: readSchemas().definitions }, 'telegram')
  return (definition) => ajv.getSchema(`telegram#/definitions/${definition}`)
}

/** What is judged is what goes over the wire: fields without a value do not. */
function problem(validate: ValidateFunction, value: unknown): string | null {
  const text = JSON.stringify(value)
  if (text === undefined) return 'there is no result'
  if (validate(JSON.parse(text))) return null
  return describe(validate.errors ?? [], text)
}

/** Of a union's many complaints the deepest ones are about the alternative that was meant. */
function describe(errors: readonly ErrorObject[], text: string): string {
  const depth = (error: ErrorObject): number => error.instancePath.split('/').length
  const deepest = Math.max(...errors.map(depth))
  const said = errors
    .filter((error) => depth(error) === deepest && error.keyword !== 'anyOf')
    .map((error) => `${error.instancePath || 'the result'} ${error.message ?? error.keyword}${detail(error)}`)
  const some = [...new Set(said)].slice(0, 4).join('; ')
  return `${some || 'fits none of the shapes'} in ${text.slice(0, 400)}`
}

function detail(error: ErrorObject): string {
  const params: Record<string, unknown> = error.params
  const named = params['additionalProperty'] ?? params['allowedValue']
  return named === undefined ? '' : ` (${JSON.stringify(named)})`
}
