/** What may be given to the bundler's plugin. Everything about the schema stands in `savepoint.config.ts`. */
export interface Options {
  /** Folder of the project. @default Vite's `root`, webpack's `context`, the working directory elsewhere */
  root?: string
  /** Path of the config file, relative to `root`. @default `savepoint.config.ts` (or .mts, .js, .mjs) in `root` or above */
  configFile?: string
  /** Environment of the config file, as `--env` on the command line. */
  environment?: string
  /**
   * Run the save loop (`true`) or only check at build time (`false`).
   * @default what the bundler says: the loop in `vite dev` and in watch mode, the check in a build.
   * esbuild and Bun do not say which it is; there the default is the check.
   */
  loop?: boolean
  /**
   * Whether the bundle is for browsers, in which query files are refused.
   * @default what the bundler says: Vite's environment, the platform of esbuild and Rolldown, the target of webpack, Rspack and Bun,
   * with that bundler's own default where the configuration does not say it. Rollup does not know, and is believed to build for servers.
   */
  browser?: boolean
}
