import { parentPort } from 'node:worker_threads'
import { generateSchema, UnsupportedConfigError } from '../generate/schema.js'
import type { CaptureRequest, CaptureResponse, PreloadRequest, PreloadResponse } from './protocol.js'

// Stacks then name the user's own files, of which the bundle is made.
process.setSourceMapsEnabled(true)

if (!parentPort) throw new Error('this file runs in a worker thread')
const port = parentPort

port.on('message', (request: CaptureRequest | PreloadRequest) => {
  if (request.kind === 'preload') {
    preload(request)
      .catch(() => {})
      .finally(() => port.postMessage({ preloaded: request.url } satisfies PreloadResponse))
    return
  }
  answer(request).then(
    (response) => port.postMessage(response),
    (error: unknown) => port.postMessage(describe(request.id, error)),
  )
})

// A config may start things that fail later; that is not a failure of reading it.
process.on('unhandledRejection', () => {})

async function preload({ url }: PreloadRequest): Promise<void> {
  const { preload: importAll } = (await import(url)) as { preload(): Promise<unknown> }
  await importAll()
}

async function answer(request: CaptureRequest): Promise<CaptureResponse> {
  const module: unknown = await import(request.url)
  return { id: request.id, schema: await generateSchema(module, request) }
}

function describe(id: number, error: unknown): CaptureResponse {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error))
  return {
    id,
    error: { message, stack, ...(error instanceof UnsupportedConfigError ? { finding: error.finding } : {}) },
  }
}
