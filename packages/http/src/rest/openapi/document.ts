import type { JsonObject, JsonValue } from '@ipfs-cluster/api'
import type { AnswerDoc, BodyDoc, Parameter, ParameterType, RouteDoc } from '../../common/route.ts'
import type { Schema } from './schemas.ts'

/** A route as the description needs it. */
export interface DescribedRoute extends RouteDoc {
  readonly pathParameters: readonly Parameter[]
  readonly queryParameters: readonly Parameter[]
}

/** What the description says of the API as a whole. */
export interface OpenApiInfo {
  readonly title: string
  readonly version: string
  readonly description: string
}

const JSON_TYPE = 'application/json'
const STREAM_ERROR = 'In the trailer: why the lines end early; empty when all are there'

const TYPES: Readonly<Record<ParameterType, Schema>> = {
  string: { type: 'string' },
  integer: { type: 'integer', format: 'int64' },
  boolean: { type: 'boolean' },
  cid: { type: 'string' },
  'peer-id': { type: 'string' },
  multiaddr: { type: 'string' },
  time: { type: 'string', format: 'date-time' },
  duration: { type: 'string', examples: ['1h30m'] }
}

/** Describes an API in OpenAPI 3.1, from nothing but its routes and the shapes of its documents. */
export function openApiDocument(
  info: OpenApiInfo,
  routes: readonly DescribedRoute[],
  schemas: Readonly<Record<string, Schema>>
): JsonObject {
  const paths: Record<string, Record<string, JsonValue>> = {}
  for (const route of routes) (paths[pathOf(route)] ??= {})[route.method.toLowerCase()] = operation(route)
  return {
    openapi: '3.1.0',
    info: { ...info },
    paths,
    security: [{ basic: [] }, { bearer: [] }, {}],
    components: {
      schemas: schemas as JsonObject,
      securitySchemes: { basic: { type: 'http', scheme: 'basic' }, bearer: { type: 'http', scheme: 'bearer' } }
    }
  }
}

/** OpenAPI has no placeholder for several segments. The parameter says that slashes in it count. */
function pathOf({ path }: RouteDoc): string {
  return path.replace('...}', '}')
}

function operation(route: DescribedRoute): JsonObject {
  const { name, summary, body, answers, errors, isOpen = false } = route
  const refusals = isOpen ? errors : { ...errors, 401: errors[401] ?? 'The credentials are missing or wrong' }
  return {
    operationId: name,
    summary,
    ...(isOpen && { security: [{}] }),
    parameters: [
      ...route.pathParameters.map((each) => ({ ...parameter(each), in: 'path', required: true })),
      ...route.queryParameters.map((each) => queryParameter(each))
    ],
    ...(body !== undefined && { requestBody: requestBody(body) }),
    responses: {
      ...successes(answers),
      ...Object.fromEntries(Object.entries(refusals).map(([status, doc]) => [status, failure(doc)]))
    }
  }
}

function parameter({ name, type, doc, words, list, range, default: absent }: Parameter): JsonObject {
  const limits = range && { minimum: range[0], maximum: range[1] }
  const item = { ...TYPES[type], ...limits, ...(words !== undefined && { enum: words }) }
  const schema = list === true ? { type: 'array', items: item } : item
  return {
    name,
    description: doc,
    schema: { ...schema, ...(absent !== undefined && { default: list === true ? [absent] : absent }) }
  }
}

/** Any number of parameters whose names begin alike is an object whose members are parameters. */
function queryParameter(each: Parameter): JsonObject {
  const description = parameter(each)
  if (!each.name.endsWith('<key>')) {
    return { ...description, in: 'query', ...(each.list === true && { style: 'form', explode: false }) }
  }
  const pattern = `^${each.name.slice(0, -'<key>'.length)}.+`
  const schema = { type: 'object', patternProperties: { [pattern]: { type: 'string' } }, additionalProperties: false }
  return { ...description, in: 'query', style: 'form', explode: true, schema }
}

function requestBody({ contentType, doc, type, optional = false }: BodyDoc): JsonObject {
  const schema = type === undefined ? { type: 'object' } : reference(type)
  return { description: doc, required: !optional, content: { [contentType]: { schema } } }
}

/** Answers with the same status are told apart by nothing but their form. */
function successes(answers: readonly AnswerDoc[]): Record<string, JsonValue> {
  const byStatus = Map.groupBy(answers, ({ status }) => status)
  return Object.fromEntries([...byStatus].map(([status, group]) => [String(status), success(group)]))
}

function success(group: readonly AnswerDoc[]): JsonObject {
  const headers = Object.assign({}, ...group.map(headersOf)) as Record<string, string>
  const content = contentOf(group)
  return {
    description: group.map(({ doc }) => doc).join('. '),
    ...(Object.keys(headers).length > 0 && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }])
      )
    }),
    ...(content !== undefined && { content })
  }
}

function headersOf({ form, headers }: AnswerDoc): Readonly<Record<string, string>> {
  return { ...headers, ...(form === 'lines' && { 'X-Stream-Error': STREAM_ERROR }) }
}

function contentOf(group: readonly AnswerDoc[]): JsonObject | undefined {
  const typed = group.filter(({ type }) => type !== undefined)
  const [first] = typed
  if (first === undefined) return undefined
  const schemas = typed.map(schemaOf)
  const schema = schemas.length === 1 ? (schemas[0] ?? {}) : { anyOf: schemas }
  return { [first.contentType ?? JSON_TYPE]: { schema } }
}

/** Of lines each one has the schema. */
function schemaOf({ type = '', form }: AnswerDoc): JsonObject {
  switch (form) {
    case 'list':
      return { type: 'array', items: reference(type) }
    case 'map':
      return { type: 'object', additionalProperties: reference(type) }
    case 'lines':
    case 'document':
    case undefined:
      return reference(type)
  }
}

function reference(type: string): JsonObject {
  return { $ref: `#/components/schemas/${type}` }
}

function failure(description: string): JsonObject {
  return { description, content: { [JSON_TYPE]: { schema: reference('Error') } } }
}
