import type { Options } from './options.js'

/** What bundlers say about where a module will run, as far as it is used here. */
interface LoadContext {
  /** Vite. */
  environment?: { name?: unknown; config?: { build?: { lib?: unknown } } }
  getNativeBuildContext?(): {
    framework: string
    /** webpack and Rspack. */
    compiler?: { platform?: { browser?: boolean | null } }
    /** esbuild, and Bun, which has no configuration outside of a build. */
    build?: { initialOptions?: { platform?: string }; config?: { target?: string } }
  }
}

/**
 * Whether a module is built for browsers. Where a bundler builds for browsers unless it is told otherwise, so it is taken here: a refusal
 * is mended by a word in the configuration, SQL that reached a page is not.
 *
 * @param context `this` of the `load` hook
 * @param rolldownPlatform of Rolldown's options; Rollup has nothing of the kind and is believed
 */
export function isForBrowser(context: object, options: Options, rolldownPlatform?: string): boolean {
  if (options.browser !== undefined) return options.browser
  const { environment, getNativeBuildContext } = context as LoadContext
  // A library is built in Vite's environment of browsers too, and may be for servers all the same.
  if (environment) return environment.name === 'client' && !environment.config?.build?.lib
  const native = getNativeBuildContext?.call(context)
  switch (native?.framework) {
    case 'webpack':
    case 'rspack':
      return native.compiler?.platform?.browser === true
    case 'esbuild':
      return (native.build?.initialOptions?.platform ?? 'browser') === 'browser'
    case 'bun':
      return native.build?.config !== undefined && (native.build.config.target ?? 'browser') === 'browser'
    default:
      return rolldownPlatform === 'browser'
  }
}
