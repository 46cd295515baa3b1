import { isRunnableDevEnvironment, type Plugin } from 'vite'

/** Serves `server/api.ts` under `/api`, evaluated anew when it or the schema changes. */
export function api(): Plugin {
  return {
    name: 'playground:api',
    configureServer(server) {
      server.middlewares.use(async function apiMiddleware(request, response, next) {
        const environment = server.environments.ssr
        if (!request.url?.startsWith('/api/') || !isRunnableDevEnvironment(environment)) return next()
        try {
          const { handle } = await environment.runner.import('/server/api.ts')
          await handle(request, response)
        } catch (error) {
          response.statusCode = 500
          response.end(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }))
        }
      })
    },
  }
}
